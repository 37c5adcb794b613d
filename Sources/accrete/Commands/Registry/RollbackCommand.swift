import ArgumentParser
import Files
import Foundation
import Registry

struct RollbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Serve an earlier release again: versions, router and state together.",
    discussion: """
      Goes one step back, or to the release that --to names; nothing is lost, and the release that was left can be named the same way. \
      A release with a task that was forgotten since does not come back.
      """)

  @Option(help: "The release to go back to, as `accrete registry history` numbers them. Default: the one before.")
  var to: Int?

  @Option(help: "Why, for the audit.")
  var reason: String?

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
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
      try Console.output("undo it with `accrete rollback --to \(release.parent ?? 0)`")
    }
  }
}

extension Registry.ReleaseChange {
  /// What it changed, a line for each kind of change.
  var lines: [String] {
    var lines: [String] = []
    if !added.isEmpty { lines.append("added \(added.listed)") }
    if !changed.isEmpty { lines.append("changed \(changed.listed)") }
    if !removed.isEmpty { lines.append("removed \(removed.listed)") }
    if isRouterChanged { lines.append("another router") }
    if !states.isEmpty { lines.append("state of \(states.listed)") }
    return lines.isEmpty ? ["nothing changed"] : lines
  }
}
