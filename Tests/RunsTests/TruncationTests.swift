import Files
import Foundation
import Generation
import Learning
import Runs
import Streams
import TestSupport
import Testing
import Tokenization

@testable import Records

extension RunTests {
  /// Is a text that is too long cut at its left, and counted?
  @Suite struct TruncationTests {
    private let long = Array(repeating: "rain", count: 300).joined(separator: " ")

    @Test func longTextsLoseTheirLeft() throws {
      let scratch = try Scratch()
      let files = try Tiny.write(to: scratch)
      // One training and one scored row that are too long; both end as the short ones do.
      let rows = [("train", "bad"), ("test", "good")].map { split, label in
        "{\"text\":\"\(long) and then the sun at last.\",\"label\":\"\(label)\",\"split\":\"\(split)\"}\n"
      }
      try scratch.write(Tiny.rows("weather") + rows.joined(), to: "data/weather.jsonl")
      var configuration = Tiny.configuration(files, method: "per-task")
      configuration.training.maxLength = 48
      let run = try SequenceRun.start(configuration, in: scratch.url("run"))
      let counts = try #require(try RunFolder(scratch.url("run")).readManifest().rows["weather"])
      #expect(counts.trained == 13 && counts.scored == 7 && counts.truncated == 2)
      #expect(run.manifest.rows["traffic"]?.truncated == 0 && run.manifest.rows["traffic"]?.droppedTokens == 0)

      let tokenizer = run.base.tokenizer
      let task = run.tasks[0]
      var dropped = 0
      for (example, pool) in [(task.training.last, task.task.train), (task.evaluated.last, task.task.test)] {
        let example = try #require(example)
        let source = try #require(pool.last)
        let text = try tokenizer.encode(source.text, addSpecialTokens: false)
        let before = try tokenizer.encode(task.task.instruction + "\n", addSpecialTokens: false)
        let after = try tokenizer.encode("\n" + task.task.cue, addSpecialTokens: false)
        #expect(example.promptIds == before + text.dropFirst(example.droppedTokens) + after)
        #expect(example.promptIds.count + (task.labelIds.map(\.count).max() ?? 0) == 48)
        dropped += example.droppedTokens
      }
      #expect(dropped > 400 && counts.droppedTokens == dropped)
      try run.run()
      #expect(run.learnedTasks == 2)
    }
  }
}
