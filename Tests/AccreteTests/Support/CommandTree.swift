import Foundation
import Testing

/// A command as `--experimental-dump-help` describes it.
struct CommandTree: Decodable {
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
    }
    let kind: String
    let names: [Name]?
    let shouldDisplay: Bool?
  }

  let commandName: String
  let arguments: [Argument]?
  let subcommands: [CommandTree]?

  private struct Dump: Decodable { let command: CommandTree }

  /// The program with all its commands.
  static func read() throws -> CommandTree {
    let outcome = try Accrete.run(["--experimental-dump-help"])
    try #require(outcome.code == 0, "\(outcome.testDescription)")
    return try JSONDecoder().decode(Dump.self, from: outcome.output).command
  }

  /// The commands that do something, with the words that call each.
  var leaves: [(words: [String], command: CommandTree)] {
    let inner = (subcommands ?? []).filter { $0.commandName != "help" }
    guard !inner.isEmpty else { return [([commandName], self)] }
    return inner.flatMap { $0.leaves.map { ([commandName] + $0.words, $0.command) } }
  }

  /// The long options and flags.
  var options: [String] { (arguments ?? []).flatMap(Self.names) }

  /// Those that its help shows.
  var visibleOptions: [String] { (arguments ?? []).filter { $0.shouldDisplay ?? true }.flatMap(Self.names) }

  private static func names(_ argument: Argument) -> [String] {
    (argument.names ?? []).filter { $0.kind == "long" }.map { "--" + $0.name }
  }
}
