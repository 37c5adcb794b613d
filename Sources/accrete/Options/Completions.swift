import ArgumentParser
import Registry

extension CompletionKind {
  /// The tasks of the registry that the command line means, for a shell that asks.
  static var tasks: CompletionKind { .custom { words, _, _ in names(words) { try usable($0).map(\.name) } } }

  /// Its tasks and their versions.
  static var versions: CompletionKind {
    .custom { words, _, _ in
      names(words) { registry in
        try usable(registry).map(\.name)
          + registry.listedVersions().filter { $0.version.state == .registered }.map { "\($0.version.reference)" }
      }
    }
  }

  /// Those that are not forgotten.
  private static func usable(_ registry: Registry) throws -> [TaskRecord] {
    try registry.tasks().filter { $0.released != nil || $0.newest.state == .registered }
  }

  /// - Parameter words: The command line so far.
  /// - Returns: None where there is no registry: a shell shows no errors.
  private static func names(_ words: [String], _ read: (Registry) throws -> [String]) -> [String] {
    var options = RegistryOptions()
    options.registry = words.lastIndex(of: "--registry").flatMap { words.dropFirst($0 + 1).first }
    return (try? read(options.open())) ?? []
  }
}
