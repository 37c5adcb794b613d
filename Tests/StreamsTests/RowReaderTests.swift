import Foundation
import Streams
import TestSupport
import Testing

@Suite struct RowReaderTests {
  /// Twelve rows without a split, labels `a` and `b` in turn.
  static let twelve = (0..<12).map { "{\"text\": \" row \($0)\\n\", \"label\": \"\($0 % 2 == 0 ? "b" : "a")\"}\n" }
    .joined()

  @Test func textLabelWithADrawnSplit() throws {
    let folder = try Scratch()
    let task = try RowReader().read(folder.write(Self.twelve, to: "mine.jsonl"))
    #expect(task.name == "mine" && task.kind == .classification && task.labels == ["a", "b"])
    #expect(task.instruction == "Classify this text." && task.cue == "Label:")
    // protocol_streams.py: split_rows(12, "mine")
    #expect(task.train.map(\.index) == [0, 1, 2, 3, 4, 5, 7, 9, 10, 11])
    #expect(task.test.map(\.index) == [6, 8])
    #expect(task.test[0] == Example(id: "mine/test/6", index: 6, text: "row 6", answer: "b"))
  }

  @Test func rowsSayTheirSplitAndTheirIds() throws {
    let folder = try Scratch()
    let content =
      "\u{FEFF}{\"text\":\"x\",\"label\":\"b\",\"split\":\"test\",\"id\":7}\r\n\r\n"
      + "{\"text\":\"y\",\"label\":\"b\",\"split\":\"train\",\"id\":\"y\"}\r\n  \n"
      + "{\"text\":\"z\",\"label\":\"ä\",\"split\":\"train\",\"note\":{\"a\":[1]}}"
    let task = try RowReader(instruction: "I", cue: "C").read(folder.write(content, to: "v1.2_x-y.jsonl"))
    #expect(task.name == "v1.2_x-y" && task.instruction == "I" && task.cue == "C" && task.labels == ["b", "ä"])
    #expect(task.test.map(\.id) == ["7"] && task.train.map(\.id) == ["y", "v1.2_x-y/train/2"])
    #expect(task.train.map(\.index) == [1, 2])
  }

  @Test func labelsAreSortedByCodePoints() throws {
    let folder = try Scratch()
    let labels = ["é", "z", "Z", "ﬁ", "😀", "a"]
    let rows = labels.flatMap { label in ["train", "test"].map { (label, $0) } }
      .map { "{\"text\":\"t\",\"label\":\"\($0.0)\",\"split\":\"\($0.1)\"}" }.joined(separator: "\n")
    // Python: sorted(["é", "z", "Z", "ﬁ", "😀", "a"])
    #expect(try RowReader().read(folder.write(rows, to: "t.jsonl")).labels == ["Z", "a", "z", "é", "ﬁ", "😀"])
  }

  /// A file of train rows with these answers and one test row with the first.
  private func prompts(_ answers: [String], in folder: Scratch) throws -> URL {
    let train = answers.map { "{\"prompt\":\" p \",\"answer\":\"\($0)\",\"split\":\"train\"}\n" }.joined()
    return try folder.write(
      train + "{\"prompt\":\"q\",\"answer\":\"\(answers[0])\",\"split\":\"test\"}", to: "p.jsonl")
  }

  @Test func fewAnswersAreLabels() throws {
    let folder = try Scratch()
    let twenty = (0..<20).map { "n\($0)" }
    let task = try RowReader().read(prompts(twenty + twenty, in: folder))
    #expect(task.kind == .classification && task.labels == twenty.sorted())
    #expect(task.instruction == "" && task.cue == "" && task.train[0].text == " p ")
  }

  @Test func manyOrSingleAnswersAreAGeneration() throws {
    let folder = try Scratch()
    let many = (0..<21).map { "n\($0)" }
    #expect(try RowReader().read(prompts(many + many, in: folder)).kind == .generation)
    let single = try RowReader().read(prompts(["A", "A", "B"], in: folder))
    #expect(single.kind == .generation && single.labels.isEmpty && single.labelIndex(of: single.train[0]) == nil)
  }

  @Test func suiteKeepsTheOrderOfTheFiles() throws {
    let folder = try Scratch()
    let files = try ["z.jsonl", "a.jsonl"].map { try folder.write(Self.twelve, to: $0) }
    let suite = try FileSuite(files: files)
    #expect(try suite.tasks(order: 1).map(\.name) == ["z", "a"])
    #expect(suite.files(ofTask: "a") == [files[1]])
    #expect(throws: StreamError.self) { try suite.taskNames(order: 2) }
    #expect(throws: StreamError.self) { try suite.task(named: "b") }
    #expect(throws: StreamError.self) { try FileSuite(files: []) }
  }
}
