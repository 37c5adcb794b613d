import ArgumentParser
import AuditedDatabase
import Files
import Foundation
import Registry

struct RegistryAuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Who did what: the entries, and whether their chain is whole.",
    subcommands: [Tail.self, Verify.self], defaultSubcommand: Tail.self)

  struct Tail: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tail", abstract: "Print the last entries.")

    @Option(help: "How many.")
    var count = 20

    @OptionGroup var options: RegistryOptions

    @Flag(help: "Print the entries as JSON, with all that they say.")
    var json = false

    func validate() throws {
      if count < 0 { throw ValidationError("--count: got \(count), expected 0 or more.") }
    }

    func run() throws {
      try Failure.reported {
        let entries = try options.open().audit(last: count)
        if json {
          try Console.output(try RegistryText.json(entries))
          return
        }
        for entry in entries {
          let detail = try? JSONFile.decode(JSONTree.self, from: Data(entry.detail.utf8), path: "audit")
          let reason = detail?["reason"]?.string.map { "  because: \($0.onOneLine)" } ?? ""
          try Console.output(
            "\(entry.sequence)  \(RegistryText.time(entry.at))  \(entry.actor.onOneLine)  \(entry.action)  \(entry.subject.onOneLine)"
              + reason)
        }
      }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify", abstract: "Compute the chain of entries again.",
      discussion: """
        A chain that somebody wrote anew from its first entry is whole, too. Keep the head that is printed elsewhere, and give it later with \
        --head.
        """)

    @Option(help: "A head that was kept, as sha256:… or its digits: the chain must contain it.")
    var head: String?

    @OptionGroup var options: RegistryOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
      try Failure.reported {
        let kept = try head.map { text in
          guard let digest = Digest(text.hasPrefix("sha256:") ? text : "sha256:" + text) else {
            throw ValidationError("--head: got \(text.debugDescription), expected 64 hexadecimal digits.")
          }
          return digest
        }
        let head = try options.open().verifyAudit(head: kept)
        try Console.output(
          try json
            ? RegistryText.json(head)
            : "whole: \(head.sequence) entries, head \(head.hash)\(kept == nil ? "" : "; the head that was given is one of them")"
        )
      }
    }
  }
}

struct RegistryAliasCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alias", abstract: "Names for versions of a task, as spam:stable. production follows the release.",
    subcommands: [Set.self, Remove.self, List.self])

  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "set", abstract: "Let an alias name a version.")

    @Argument(
      help: ArgumentHelp("The version, as spam@2 or spam (the released one).", valueName: "version"),
      completion: .versions)
    var version: String

    @Argument(help: ArgumentHelp("The alias.", valueName: "alias"))
    var alias: String

    @OptionGroup var change: AliasChange

    func run() throws {
      try Failure.reported {
        let registry = try change.options.open(.writing)
        let record = try registry.version(VersionReference(parsing: version))
        let seen = try registry.alias(alias, of: record.name)?.revision
        let set = try registry.setAlias(
          alias, of: record.name, to: record.number, expecting: change.expecting ?? seen, reason: change.reason,
          actor: change.options.actor)
        try Console.output(
          try change.json
            ? RegistryText.json(set) : "\(set.name):\(set.alias) names \(record.reference), revision \(set.revision)")
      }
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove an alias.")

    @Argument(help: ArgumentHelp("The alias, as spam:stable.", valueName: "alias"))
    var alias: String

    @OptionGroup var change: AliasChange

    func run() throws {
      try Failure.reported {
        let reference = try VersionReference(parsing: alias)
        guard case .alias(let alias) = reference.choice else {
          throw RegistryError.malformedReference(got: self.alias, reason: "it names no alias")
        }
        let registry = try change.options.open(.writing)
        _ = try registry.version(reference)
        let seen = try registry.alias(alias, of: reference.name)?.revision ?? 0
        try registry.removeAlias(
          alias, of: reference.name, expecting: change.expecting ?? seen, reason: change.reason,
          actor: change.options.actor)
        try Console.output(
          try change.json ? RegistryText.json(registry.alias(alias, of: reference.name)) : "\(reference) is removed")
      }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the aliases of a task.")

    @Argument(help: ArgumentHelp("The task.", valueName: "task"), completion: .tasks)
    var task: String

    @OptionGroup var options: RegistryOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
      try Failure.reported {
        let aliases = try options.open().aliases(of: task)
        try Console.output(
          try json
            ? RegistryText.json(aliases)
            : RegistryText.table(
              [["alias", "version", "revision"]]
                + aliases.map { [$0.alias, $0.number.map { "\(task)@\($0)" } ?? "", "\($0.revision)"] }))
      }
    }
  }
}

/// How an alias is changed.
struct AliasChange: ParsableArguments {
  @Option(help: "The alias's revision: refused where somebody has changed it since. Default: what it is now.")
  var expecting: Int?

  @Option(help: "Why, for the audit.")
  var reason: String?

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false
}
