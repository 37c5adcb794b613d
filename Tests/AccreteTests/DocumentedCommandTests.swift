import ArgumentParser
import Foundation
import Records
import Runs
import TestSupport
import Testing

@testable import accrete

/// Would the program take every command that a document, or its own help, shows? An option that gets another name fails here.
@Suite struct DocumentedCommandTests {
  /// What the parser has against a command of ours; nil: nothing.
  private func problem(_ words: [String]) -> String? {
    do {
      _ = try AccreteCommand.parseAsRoot(Array(words.dropFirst()))
      return nil
    } catch {
      // --help is a result.
      return AccreteCommand.exitCode(for: error) == .success ? nil : AccreteCommand.fullMessage(for: error)
    }
  }

  private func isOurs(_ words: [String]) -> Bool { words.first?.split(separator: "/").last == "accrete" }

  private func ours(_ text: String) -> [[String]] {
    let shell = ShellText(text)
    // A comment may be a command, too.
    let inComments = shell.comments.filter { $0.hasPrefix("accrete ") }.flatMap { ShellText($0).commands }
    return (shell.commands + inComments).filter(isOurs)
  }

  @Test func everyBlockIsTaken() throws {
    var count = 0
    for document in try Document.all() {
      for command in document.blocks("sh").flatMap(ours) {
        count += 1
        let problem = problem(command)
        #expect(problem == nil, "\(document.name): \(command.joined(separator: " ")): \(problem ?? "")")
      }
    }
    #expect(count > 80)
  }

  /// A block of commands says that it is one: others are not looked at.
  @Test func everyBlockOfCommandsIsOfTheShell() throws {
    let names = AccreteCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
    for document in try Document.all() {
      for block in document.blocks where block.language != "sh" {
        for line in block.text.split(separator: "\n") {
          let words = line.split(separator: " ").drop { $0 != "accrete" }
          #expect(
            words.count < 2 || !names.contains(String(words[words.startIndex + 1])), "\(document.name): \(line)")
        }
      }
    }
  }

  /// In the middle of a sentence a command may lack what it cannot do without, but has no option that there is not.
  @Test func everySentenceNamesOptionsThatThereAre() throws {
    let names = AccreteCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
    var count = 0
    for document in try Document.all() {
      // A `[` begins what may be left out: that is a form, and no command.
      for code in document.codes where code.hasPrefix("accrete ") && !code.contains("[") {
        let command = ShellText(code).commands.first ?? []
        count += 1
        #expect(command.count > 1 && names.contains(command[1]), "\(document.name): \(code)")
        // `…` stands for more of the same, but behind an option for its value.
        let words = command.enumerated().filter { position, word in
          word != "…" || command[position - 1].hasPrefix("--")
        }.map(\.element)
        let hasOptions = words.contains { $0.hasPrefix("-") }
        let problem = problem(hasOptions ? words : words + ["--help"])
        #expect(problem.map { $0.contains("Missing ") } ?? true, "\(document.name): \(code): \(problem ?? "")")
      }
    }
    #expect(count > 30)
  }

  /// The files of options that documents show are read as they are shown, and with the keys that stand behind a `#`.
  @Test func everyFileOfOptionsIsRead() throws {
    for block in try Document("docs/laboratory.md").blocks("yaml") {
      let file = try RunFile.decode(Data(block.utf8), path: "run.yaml", besides: InvocationFile.keys)
      #expect(file.options == ["lambda": 400] && file.source.files.count == 2)
    }
    let scratch = try Scratch()
    for block in try Document("docs/pretraining.md").blocks("yaml") {
      let whole = block.replacing(#/(?m)^# ([a-z-]+:)/#) { $0.1 }
      for text in [block, whole] {
        try scratch.write(text, to: "base.yaml")
        #expect(try PretrainingFile.read(scratch.url("base.yaml")).sources.count == 1)
      }
      #expect(whole != block)
    }
  }

  @Test func everyExampleOfTheHelpIsTaken() throws {
    func discussions(_ command: any ParsableCommand.Type) -> [String] {
      [command.configuration.discussion] + command.configuration.subcommands.flatMap(discussions)
    }
    let lines = discussions(AccreteCommand.self).flatMap { $0.split(separator: "\n") }.map(String.init)
    let examples = lines.filter { $0.hasPrefix("accrete ") }
    #expect(examples.count > 10)
    for command in examples.flatMap(ours) {
      let problem = problem(command)
      #expect(problem == nil, "\(command.joined(separator: " ")): \(problem ?? "")")
    }
  }

  @Test func aShellsText() {
    let text = ShellText(
      "A=b x/accrete learn \"a b\".csv \\\n  --cue 'it''s' > out 2> log; accrete list|cat && true # accrete show x\n\n#y\n"
    )
    #expect(
      text.commands == [["x/accrete", "learn", "a b.csv", "--cue", "its"], ["accrete", "list"], ["cat"], ["true"]])
    #expect(text.comments == ["accrete show x", "y"])
  }
}
