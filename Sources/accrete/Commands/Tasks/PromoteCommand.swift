import ArgumentParser
import Evolution
import Files
import Foundation
import Registry
import Serving

struct PromoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote",
    abstract: "Release a version, also one that a gate held back: then say why, for the audit.")

  @Argument(help: ArgumentHelp("The version: NAME@NUMBER or NAME:ALIAS.", valueName: "version"), completion: .versions)
  var version: String

  @Option(help: "Why; needed where a gate did not pass.")
  var reason: String?

  @OptionGroup var registry: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let opened = try registry.open(.writing)
      let before = try opened.currentReleaseRecord()?.revision
      let record = try opened.promote(
        VersionReference(parsing: version), reason: reason, actor: registry.actor)
      guard !json else { return try Console.output(RegistryText.json(record)) }
      try Console.output(
        record.revision == before
          ? "\(version): is served already, by release \(record.revision)"
          : "\(version): released, as release \(record.revision)")
    }
  }
}

struct ForgetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forget",
    abstract:
      "Take a task out of every release from now on; `registry gc` removes what belongs to it alone, 30 days later.",
    discussion: "What is left is as if it had not been learned: the router is added up again without it.")

  @Argument(help: ArgumentHelp("The task.", valueName: "name"), completion: .tasks)
  var name: String

  @Flag(help: "Remove its tensors and rows at once, instead of by `accrete registry gc` after 30 days.")
  var now = false

  @Option(help: "Why, for the audit.")
  var reason: String?

  @OptionGroup var registry: RegistryOptions

  @Flag(help: "Only say what would be forgotten.")
  var dryRun = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      if dryRun { return try preview(registry.open(now ? .writing : .reading)) }
      let opened = try registry.open(.writing)
      let result = try opened.forgetTask(name, now: now, reason: reason, actor: registry.actor)
      guard !json else { return try Console.output(RegistryText.json(result)) }
      let release = result.release.map { "; release \($0.revision) is without it" } ?? ""
      try Console.output(
        result.versions.isEmpty
          ? "\(name): was forgotten already"
          : "\(name): forgotten, \(RegistryText.count(result.versions.count, "version")) retired\(release)")
      guard now || !result.versions.isEmpty else { return }
      try Console.output(
        result.purgedBlobs > 0
          ? "\(RegistryText.count(result.purgedBlobs, "blob")) removed, \(RegistryText.size(result.purgedBytes))"
          : now
            ? "nothing was left to remove"
            : registry.hint(
              "no rollback brings it back. Its rows and tensors stay on the disk until `accrete registry gc` removes them after 30 days;"
                + " `accrete forget \(name) --now` does it at once"))
    }
  }

  private func preview(_ opened: Registry) throws {
    let preview = try now ? opened.forgetPreview(name, purgingBy: registry.actor) : opened.forgetPreview(name)
    guard !json else { return try Console.output(RegistryText.json(preview)) }
    let versions = preview.versions.map { "\(name)@\($0)" }
    let gone = preview.purgedBlobs.map {
      "would remove \(RegistryText.count($0, "blob")), \(RegistryText.size(preview.purgedBytes ?? 0)), for good"
    }
    guard !versions.isEmpty else {
      return try Console.output("\(name): was forgotten already" + (gone.map { "; \($0)" } ?? ""))
    }
    let left = preview.left.isEmpty ? "no task" : preview.left.listed
    try Console.output(
      "would retire \(versions.listed)\(preview.isReleased ? "; the next release would serve \(left)" : ", which is not served")"
        + (gone.map { "; \($0)" } ?? "")
    )
  }
}
