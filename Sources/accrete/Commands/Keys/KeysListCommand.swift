import Access
import ArgumentParser
import Files
import Foundation
import Registry

struct KeysListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the keys: what each may be used for, and when it was.")

  @Flag(help: "Revoked keys, too; JSON always has them.")
  var all = false

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let folder = try options.open().url
      // A registry without keys has no file of them, and a list makes none.
      let known = AccessKeys.exists(in: folder) ? try AccessKeys.open(in: folder, mode: .reading).list() : []
      guard !json else { return try Console.output(try RegistryText.json(known)) }
      let shown = all ? known : known.filter { $0.revoked == nil }
      let now = Date()
      try Console.output(
        RegistryText.table(
          [["key", "id", "scopes", "models", "limits", "last used", "expires", ""]]
            + shown.map { key in
              [
                key.name.printable, key.id.printable, key.scopes.map(\.rawValue).joined(separator: ","),
                key.models.map(\.text).joined(separator: ","), limits(key.limits),
                key.lastUsed.map(RegistryText.time) ?? "never", key.expires.map(RegistryText.time) ?? "never",
                key.revoked.map { "revoked \(RegistryText.day($0))" } ?? (key.isUsable(at: now) ? "" : "expired"),
              ]
            }))
      let hidden = known.count - shown.count
      try Console.output(RegistryText.count(shown.count, "key") + (hidden > 0 ? "; \(hidden) revoked (--all)" : ""))
    }
  }

  private func limits(_ limits: AccessLimits) -> String {
    let parts = [
      limits.requestsPerMinute.map { "\($0) rpm" }, limits.tokensPerMinute.map { "\($0) tpm" },
      limits.concurrency.map { "\($0) at a time" },
    ].compactMap(\.self)
    return parts.isEmpty ? "none" : parts.joined(separator: ", ")
  }
}
