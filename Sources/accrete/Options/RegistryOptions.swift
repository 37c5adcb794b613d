import ArgumentParser
import Files
import Foundation
import Registry

/// Which registry, and how its commands print.
struct RegistryOptions: ParsableArguments {
  @Option(help: "Folder of the registry. Default: $ACCRETE_REGISTRY, else ./registry.")
  var registry: String?

  /// The folder: no other place is searched.
  var folder: URL {
    let named = ProcessInfo.processInfo.environment["ACCRETE_REGISTRY"].flatMap { $0.isEmpty ? nil : $0 }
    return URL(fileURLWithPath: absolute(registry ?? named ?? "registry"))
  }

  /// - Throws: ``RegistryError``.
  func open(_ access: Registry.Access = .reading) throws -> Registry { try Registry.open(folder, access: access) }

  /// Who does it, for the audit: the user and the machine.
  var actor: String {
    let user = NSUserName()
    return "\(user.isEmpty ? "uid-\(getuid())" : user)@\(ProcessInfo.processInfo.hostName)"
  }
}
