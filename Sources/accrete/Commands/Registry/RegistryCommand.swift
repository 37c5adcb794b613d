import ArgumentParser
import Files
import Foundation
import Registry

struct RegistryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "registry", abstract: "Look after the registry: verify, back up, compare, take versions elsewhere.",
    subcommands: [
      RegistryAddCommand.self, RegistryVerifyCommand.self, RegistryGcCommand.self, RegistryBackupCommand.self,
      RegistryRestoreCommand.self,
      RegistryHistoryCommand.self, RegistryDiffCommand.self, RegistryExportCommand.self, RegistryImportCommand.self,
      RegistryAuditCommand.self, RegistryAliasCommand.self, RegistryRetireCommand.self,
    ])
}

struct RegistryVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compute every digest again, follow the audit, compare every row with it. Changes nothing.")

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let registry = try options.open()
      var lost: LostOutput?
      let verification = try registry.verify { check in
        guard !json, lost == nil else { return }
        do throws(LostOutput) {
          try Console.output("\(check.ok ? "ok     " : "PROBLEM") \(check.what): \(check.found)")
        } catch {
          lost = error
        }
      }
      if let lost { throw lost }
      if json {
        try Console.output(try RegistryText.json(verification))
      } else if verification.strayFiles > 0 {
        try Console.output(
          options.hint(
            "\(verification.strayFiles) files that no row names, \(RegistryText.size(verification.strayBytes)): `accrete registry gc`"
              + " removes them: after ten minutes where nobody learns or imports, after a day otherwise"))
      }
      if !verification.failures.isEmpty { throw ExitCode(Failure.badData) }
    }
  }
}

struct RegistryGcCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Remove what nothing needs any more.",
    discussion: """
      Takes the blobs of versions that have been retired for 30 days and that none of the last 20 releases has; routers and stored \
      features of releases that are older than both, or that cannot come back as a task of theirs was forgotten; and files that no row \
      has named for a day (ten minutes where nobody learns or imports). Manifests, scores, verdicts and the audit stay.
      """)

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Only say what would go.")
  var dryRun = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let result = try options.open(.writing).collectGarbage(dryRun: dryRun, actor: options.actor)
      if json {
        try Console.output(try RegistryText.json(result))
        return
      }
      let word = dryRun ? "would remove" : "removed"
      try Console.output(
        "\(word) \(RegistryText.count(result.blobs, "blob")) (\(RegistryText.size(result.bytes))) and \(RegistryText.count(result.strayFiles, "stray file"))"
          + " (\(RegistryText.size(result.strayBytes)))")
      let counts = result.parts.reduce(into: [ExactText: Int]()) { $0[ExactText($1), default: 0] += 1 }
      for (part, count) in counts.sorted(by: { $0.key < $1.key }) {
        try Console.output("  \(part.text.printable)\(count == 1 ? "" : " (\(count))")")
      }
      if !result.versions.isEmpty { try Console.output("purged: \(result.versions.joined(separator: ", "))") }
    }
  }
}

struct RegistryHistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "List the releases with what each changed, the newest last.")

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let registry = try options.open()
      let history = try registry.history()
      if json {
        try Console.output(try RegistryText.json(history))
        return
      }
      if history.isEmpty { throw RegistryError.noRelease(path: registry.url.path) }
      for (index, change) in history.enumerated() {
        let release = change.release
        let back = release.restored.map { " to release \($0)" } ?? ""
        let current = index == history.count - 1 ? ", served now" : ""
        try Console.output(
          "release \(release.revision)  \(RegistryText.time(release.at))  \(release.kind == .promote ? "released" : release.kind.rawValue)\(back) by \(release.actor):"
            + " \(RegistryText.count(change.tasks, "task"))\(current)")
        for line in change.lines { try Console.output("  \(line)") }
        if let reason = release.reason { try Console.output("  because: \(reason.onOneLine)") }
      }
    }
  }
}

struct RegistryDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Say what differs between two versions: labels, rows, parts, scores.")

  @Argument(help: ArgumentHelp("NAME, NAME@NUMBER or NAME:ALIAS.", valueName: "one"), completion: .versions)
  var one: String

  @Argument(help: ArgumentHelp("The same.", valueName: "other"), completion: .versions)
  var other: String

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let registry = try options.open()
      let difference = try registry.difference(
        registry.version(VersionReference(parsing: one)), registry.version(VersionReference(parsing: other)))
      if json {
        try Console.output(try RegistryText.json(difference))
        return
      }
      var rows = [["", "\(difference.one)", "\(difference.other)"]]
      if !difference.labelsAdded.isEmpty {
        rows.append(["labels added", "", difference.labelsAdded.map(\.printable).listed])
      }
      if !difference.labelsRemoved.isEmpty {
        rows.append(["labels removed", difference.labelsRemoved.map(\.printable).listed, ""])
      }
      rows += difference.lines.map { [$0.what, $0.one ?? "-", $0.other ?? "-"] }
      try Console.output(rows.count == 1 ? "the same but for their numbers" : RegistryText.table(rows))
      if !difference.scoresAreOfSameRows, !difference.one.name.hasSameCodePoints(as: difference.other.name) {
        try Console.output("These are versions of two tasks: their scores cannot be compared.")
      } else if !difference.scoresAreOfSameRows {
        try Console.output(
          options.hint(
            "Their scores are of different gate rows and cannot be compared: score both on the same ones, `accrete evaluate FILE --task"
              + " \(difference.one)` and the same with \(difference.other)."))
      }
    }
  }
}

struct RegistryRetireCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retire",
    abstract: "Retire a version that no release has now: it is used no more, and `gc` removes its blobs later.")

  @Argument(help: ArgumentHelp("NAME@NUMBER or NAME:ALIAS.", valueName: "version"), completion: .versions)
  var version: String

  @Option(help: "Why, for the audit.")
  var reason: String?

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let registry = try options.open(.writing)
      let record = try registry.version(VersionReference(parsing: version))
      try registry.retire(record, reason: reason, actor: options.actor)
      try Console.output(
        try json
          ? RegistryText.json(registry.version(digest: record.digest))
          : "\(record.reference) is retired: no rollback brings back a release that has it")
    }
  }
}
