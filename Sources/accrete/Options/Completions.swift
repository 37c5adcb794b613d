import Access
import ArgumentParser
import Files
import Foundation
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

  /// The numbers of its releases, the newest first.
  static var releases: CompletionKind {
    .custom { words, _, _ in names(words) { try $0.history(last: 50).reversed().map { "\($0.release.revision)" } } }
  }

  /// The names of its keys in use.
  static var keys: CompletionKind {
    .custom { words, _, _ in
      names(words) { registry in
        guard AccessKeys.exists(in: registry.url) else { return [] }
        return try AccessKeys.open(in: registry.url, mode: .reading).list().filter { $0.revoked == nil }.map(\.name)
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
    let named = zip(words, words.dropFirst() + [""]).compactMap { word, next in
      word == "--registry" ? next : word.hasPrefix("--registry=") ? String(word.dropFirst("--registry=".count)) : nil
    }
    // As it is typed: neither quotation marks nor ~ have been resolved by the shell.
    let plain = named.last.map { String($0.filter { $0 != "\"" && $0 != "'" && $0 != "\\" }) }
    let home = ProcessInfo.processInfo.environment["HOME"] ?? NSHomeDirectory()
    options.registry = plain.map { $0.hasPrefix("~/") ? home + $0.dropFirst() : ($0 as NSString).expandingTildeInPath }
    // Bash expands what is proposed, and a registry may come from anywhere.
    return ((try? read(options.open())) ?? []).filter { PlainName.isPlain($0.replacing("@", with: "_"), longest: 120) }
  }
}
