import ArgumentParser
import Files
import Foundation
import Registry

struct RollbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Serve an earlier release again: versions, router and state together.",
    discussion: """
      Undoes the last release: of learn, promote, or an earlier rollback. What was forgotten does not come back. A second rollback goes one further back; --to names any release. \
      Nothing is lost: the release that was left can be named the same way.
      """)

  @Option(
    help: "The release to go back to, as `accrete registry history` numbers them. Default: the one before.",
    completion: .releases)
  var to: Int?

  @Option(help: "Why, for the audit.")
  var reason: String?

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Only say what would be served again.")
  var dryRun = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      if dryRun { return try preview(options.open()) }
      let registry = try options.open(.writing)
      let release = try registry.rollback(to: to, reason: reason, actor: options.actor)
      if json {
        try Console.output(try RegistryText.json(release))
        return
      }
      try Console.output(
        "release \(release.revision): serves again what release \(release.restored ?? release.revision) had, in the place of release"
          + " \(release.parent ?? 0)")
      guard let change = try registry.history(last: 1).last else { return }
      for line in change.lines { try Console.output("  \(line)") }
      if let release = try registry.currentRelease(), release.manifest.experts.isEmpty {
        try Console.output(
          options.hint(
            "nothing is released now; `accrete promote NAME@NUMBER` releases a version (`accrete list --versions`)"))
      }
      try Console.output(options.hint("undo it with `accrete rollback --to \(release.parent ?? 0)`"))
    }
  }

  private func preview(_ registry: Registry) throws {
    let (current, change) = try registry.rollbackPreview(to: to)
    guard !json else { return try Console.output(try RegistryText.json(change)) }
    try Console.output(
      "would serve again what release \(change.release.restored ?? change.release.revision) had, in the place of release \(current)"
    )
    for line in change.lines { try Console.output("  \(line)") }
  }
}

extension Registry.ReleaseChange {
  /// What it changed, a line for each kind of change.
  var lines: [String] {
    var lines: [String] = []
    if !added.isEmpty { lines.append("added \(added.listed)") }
    if !changed.isEmpty { lines.append("changed \(changed.listed)") }
    if !removed.isEmpty { lines.append("removed \(removed.listed)") }
    if isRouterChanged { lines.append("the router changed") }
    if !states.isEmpty { lines.append("state of \(states.listed)") }
    return lines.isEmpty ? ["nothing changed"] : lines
  }
}
