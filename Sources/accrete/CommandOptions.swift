import ArgumentParser
import Foundation

/// Which options each command has, as its help shows them.
enum CommandOptions {
  /// A command's words without the program's name (`registry gc`), and its long options with their dashes.
  struct Command {
    let name: String
    let options: Set<String>
  }

  /// Every command that does something and that help shows, in the order of the help.
  static let all: [Command] = {
    let dump = try? JSONDecoder().decode(Dump.self, from: Data(AccreteCommand._dumpHelp().utf8))
    return dump?.command.leaves(below: []) ?? []
  }()

  /// The command that a command line begins with.
  static func command(of arguments: [String]) -> Command? {
    all.first { arguments.starts(with: $0.name.split(separator: " ").map(String.init)) }
  }

  /// The commands that have an option.
  static func having(_ option: String) -> [String] { all.filter { $0.options.contains(option) }.map(\.name) }

  /// What the argument parser tells of itself.
  private struct Dump: Decodable {
    let command: Described
  }

  private struct Described: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable {
        let kind: String
        let name: String
      }
      let names: [Name]?
      let shouldDisplay: Bool?
    }

    let commandName: String
    let shouldDisplay: Bool?
    let arguments: [Argument]?
    let subcommands: [Described]?

    func leaves(below words: [String]) -> [Command] {
      (subcommands ?? []).filter { $0.commandName != "help" && $0.shouldDisplay ?? true }.flatMap { command in
        let words = words + [command.commandName]
        let inner = command.leaves(below: words)
        return inner.isEmpty ? [Command(name: words.joined(separator: " "), options: command.options)] : inner
      }
    }

    private var options: Set<String> {
      let shown = (arguments ?? []).filter { $0.shouldDisplay ?? true }
      return Set(shown.flatMap { $0.names ?? [] }.filter { $0.kind == "long" }.map { "--\($0.name)" })
    }
  }
}
