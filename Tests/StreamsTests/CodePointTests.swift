import Foundation
import Streams
import TestSupport
import Testing

/// Texts that are equal only canonically, such as é and e with an accent after it, are two texts: as labels, as ids, as names of fields.
@Suite struct CodePointTests {
  static let composed = "caf\u{e9}"
  static let decomposed = "cafe\u{301}"

  private func task(_ rows: [(text: String, more: String)]) throws -> LearningTask {
    let folder = try Scratch()
    let lines = rows.map { "{\"text\":\"\($0.text)\",\($0.more)}" }.joined(separator: "\n")
    return try RowReader().read(folder.write(lines, to: "t.jsonl"))
  }

  private var labelled: [(text: String, more: String)] {
    [Self.composed, Self.decomposed, "ham"].flatMap { label in
      (0..<6).map {
        ("\(label.utf8.count) \(label) \($0)", "\"label\":\"\(label)\",\"split\":\"\($0 < 4 ? "train" : "test")\"")
      }
    }
  }

  /// A tokenizer that composes sees one text: its gate row is left out. Without one these are two, and ASCII is never touched.
  @Test func leaksOfATokenizerThatComposes() {
    func example(_ index: Int, _ text: String) -> Example {
      Example(id: "\(index)", index: index, text: text, answer: "a")
    }
    let examples = TaskExamples(
      task: LearningTask(name: "t", instruction: "", cue: "", labels: ["a", "b"], train: [], test: []),
      learn: [example(0, Self.composed), example(1, "tea")], choose: [example(2, "milk")],
      gate: [example(3, " \(Self.decomposed)"), example(4, "tea"), example(5, "Tea"), example(6, "cafe")], origin: .file
    )
    let exact = examples.withoutLeaks()
    #expect(exact.examples.gate.map(\.index) == [3, 5, 6] && exact.leaked == 1)
    let composed = examples.withoutLeaks(canonically: true)
    #expect(composed.examples.gate.map(\.index) == [5, 6] && composed.leaked == 2)
    #expect(composed.examples.learn.count == 2 && composed.examples.choose.count == 1)
  }

  @Test func twoLabels() throws {
    let task = try task(labelled)
    // By code points: e before é.
    #expect(task.labels.map { Array($0.utf8) } == [Self.decomposed, Self.composed, "ham"].map { Array($0.utf8) })
    for row in task.train + task.test {
      let position = try #require(task.labelIndex(of: row))
      #expect(task.labels[position].utf8.elementsEqual(row.answer.utf8))
      let encoder = try PromptEncoder(task: task, tokenizer: ByteTokenizer(), endToken: 0, maxLength: 100)
      #expect(try encoder.encode(row).labelIndex == position)
    }
    // So many of each label.
    let drawn = RowSelection.trainingRows(labels: task.train.map(\.answer), perClass: 2, seed: 1, task: "t")
    #expect(drawn.count == 6)
  }

  /// A label that no training row has is refused, also where one has its canonical equal.
  @Test func aLabelWithoutATrainingRow() throws {
    let rows = labelled.filter { !($0.more.utf8.count == labelled[0].more.utf8.count && $0.more.contains("train")) }
    #expect(throws: StreamError.self) { try task(rows) }
  }

  @Test func twoIds() throws {
    let ids = [Self.composed, Self.decomposed] + (0..<8).map { "r\($0)" }
    let task = try task(
      ids.enumerated().map { ("text \($0)", "\"label\":\"\($0 % 2 == 0 ? "a" : "b")\",\"id\":\"\($1)\"") })
    #expect(task.train.count + task.test.count == 10)
    #expect(throws: StreamError.self) {
      try self.task(
        (ids + [Self.composed]).map { ("x", "\"label\":\"\($0.count % 2 == 0 ? "a" : "b")\",\"id\":\"\($0)\"") })
    }
  }

  @Test func twoNamesOfFields() throws {
    var rows = (0..<20).map { (text: "text \($0)", more: "\"label\":\"\($0 % 2 == 0 ? "a" : "b")\"") }
    rows.append(("y", "\"label\":\"a\",\"\u{e9}\":\"1\",\"e\u{301}\":\"2\""))
    #expect(try task(rows).train.count > 10)
    rows.append(("y", "\"label\":\"a\",\"\u{e9}\":\"1\",\"\u{e9}\":\"2\""))
    #expect(throws: StreamError.self) { try task(rows) }
  }

  @Test func examplesAreComparedByCodePoints() {
    func example(_ text: String) -> Example { Example(id: "1", index: 0, text: "x", answer: text) }
    #expect(example(Self.composed) != example(Self.decomposed) && example(Self.composed) == example(Self.composed))
  }
}
