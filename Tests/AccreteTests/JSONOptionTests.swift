import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Can a script ask every command for JSON, by the same word?
  @Suite struct JSONOptionTests {
    @Test func everyCommandTakesIt() throws {
      let commands = try CommandTree.read().leaves
      #expect(commands.count > 40)
      // The server has its options, --json among them, and gets all words as they are.
      let without = commands.filter { !$0.command.options.contains("--json") && $0.words != ["accrete", "serve"] }
        .map { $0.words.joined(separator: " ") }
      #expect(without.isEmpty)
    }

    /// Where JSON is the only form, the word changes nothing.
    @Test func whereThereIsNoOtherForm() throws {
      for command in [["tokenize"], ["logits", "--ids", "17,42", "--threads", "1"]] {
        let (plain, json) = try (
          Accrete.run(command, input: Data("rain".utf8)), Accrete.run(command + ["--json"], input: Data("rain".utf8))
        )
        #expect(json.code == 0 && json.output == plain.output, "\(command): \(json.testDescription)")
        _ = try json.json()
      }
    }

    /// What changes the registry says what it has become.
    @Test func ofWhatIsRemovedAndRetired() throws {
      let scratch = try StoredRegistry.copy()
      func object(_ arguments: String...) throws -> [String: Any] {
        let outcome = try Accrete.run(["registry"] + arguments + ["--json"], in: scratch.url)
        try #require(outcome.code == 0, "\(arguments): \(outcome.testDescription)")
        return try #require(try outcome.json() as? [String: Any])
      }
      #expect(try object("alias", "set", "task-3@1", "old")["number"] as? Int == 1)
      let removed = try object("alias", "remove", "task-3:old")
      #expect(removed["alias"] as? String == "old" && removed["number"] == nil && removed["revision"] as? Int == 2)
      let retired = try object("retire", "task-4@1")
      #expect(retired["state"] as? String == "retired" && retired["name"] as? String == "task-4")
    }
  }
}
