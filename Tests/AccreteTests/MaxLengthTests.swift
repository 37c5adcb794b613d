import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Is it said that a base reads fewer tokens than `--max-length` allows?
  @Suite struct MaxLengthTests {
    private static let words = "is more than the base reads: 512 tokens are used (max_position_embeddings)"

    /// The base for tests has 512 positions.
    @Test(arguments: ["learn", "train"], [512, 513]) func beyondThePositions(command: String, length: Int) throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let base = ShallowBase.folder.path
      if command == "learn" {
        let made = try Accrete.run(["init", "--base", base], in: scratch.url)
        try #require(made.code == 0, "\(made.testDescription)")
      }
      let own =
        command == "learn"
        ? ["weather.jsonl", "--output-head", "ridge", "--threads", "1"]
        : ["--tasks", "weather.jsonl", "--out", "run"] + TinyRun.options(base: base)
      let outcome = try Accrete.run([command] + own + ["--dry-run", "--max-length", "\(length)"], in: scratch.url)
      #expect(outcome.code == 0, "\(outcome.testDescription)")
      let warnings = outcome.errorLines.filter { $0.contains(Self.words) }
      #expect(warnings.count == (length > 512 ? 1 : 0), "\(outcome.testDescription)")
      #expect(warnings.allSatisfy { $0.hasPrefix("warning: --max-length \(length) is more") }, "\(warnings)")
    }
  }
}
