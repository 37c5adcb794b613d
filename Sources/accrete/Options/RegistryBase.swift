import ArgumentParser
import Files
import Foundation
import Records
import Registry

/// The base of the registry that commands find here, for commands that take the embedded base where none is named.
enum RegistryBase {
  /// A note behind a base's name: who has a registry here mostly means its base.
  ///
  /// - Parameter folder: The base that is taken.
  /// - Returns: With a space before it; empty: there is no registry, it has the same base, or it cannot be read, which is not for these
  ///   commands to tell.
  static func note(besides folder: URL) -> String {
    guard let options = try? RegistryOptions.parse([]), Registry.exists(at: options.folder),
      let registry = try? options.open(), let known = try? registry.base().path,
      let base = try? EmbeddedResources.base(known, from: registry.url)
    else { return "" }
    let name = EmbeddedResources.argument(for: base.standardizedFileURL.path)
    guard name != EmbeddedResources.argument(for: folder.standardizedFileURL.path) else { return "" }
    return " (the registry here has \(name.printable): --base \(shellWords([name]).printable))"
  }
}

extension RunOptions {
  /// What to say behind the base's name; empty: one was named, or there is no registry with another.
  ///
  /// - Parameter others: Keys that may stand in the YAML file for somebody else.
  func baseNote(besides others: [String] = []) throws -> String {
    guard flags.texts["base"] == nil, try !file(besides: others).given.contains("base") else { return "" }
    return RegistryBase.note(besides: try EmbeddedResources.base())
  }
}
