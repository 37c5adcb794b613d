import Files
import Foundation
import Testing

@testable import Streams

@Suite struct TaskExamplesTests {
  private func file(_ rows: [String], named name: String = "notes") throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("task-examples-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let url = folder.appendingPathComponent("\(name).jsonl")
    try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: url)
    return url
  }

  private func row(_ text: String, _ label: String, _ split: String? = nil) -> String {
    "{\"text\":\"\(text)\",\"label\":\"\(label)\"" + (split.map { ",\"split\":\"\($0)\"" } ?? "") + "}"
  }

  /// A gate text is one in every file and in any order, whatever its label is; the rest is dealt evenly.
  @Test func theTextAloneDecides() throws {
    let texts = (0..<400).map { "text \($0)" }
    let one = try RowReader().examples(file(texts.map { row($0, $0.hasSuffix("1") ? "a" : "b") }))
    let other = try RowReader().examples(
      file(texts.reversed().map { row($0, $0.hasSuffix("2") ? "a" : "b") }, named: "other"))
    #expect(Set(one.gate.map(\.text)) == Set(other.gate.map(\.text)))
    let again = try RowReader().examples(
      file(texts.reversed().map { row($0, $0.hasSuffix("1") ? "a" : "b") }, named: "again"))
    for role in TaskExamples.Role.allCases {
      #expect(Set(one[role].map(\.text)) == Set(again[role].map(\.text)))
    }
    #expect(one.origin == .hash)
    // 15 percent of 400, within four standard deviations; then 64 choose rows, as 15 percent would be fewer.
    #expect((31...89).contains(one.gate.count) && (63...65).contains(one.choose.count))
    #expect(one.learn.count + one.choose.count + one.gate.count == 400)
    #expect(one.learn.map(\.index) == one.learn.map(\.index).sorted())
  }

  /// Of more gate rows than are needed the texts decide which stay, not their order; no text is on both sides.
  @Test func theTextsAtTheLimit() throws {
    func rows(_ texts: [String]) -> [LearningTask.Row] {
      texts.enumerated().map { index, text in
        LearningTask.Row(
          example: Example(id: "\(index)", index: index, text: text, answer: ""),
          location: RowLocation(file: "a", line: index + 1))
      }
    }
    let texts = (0..<40).map { "text \($0)" }
    let (first, rest) = RowReader.firstByHash(10, of: rows(texts))
    let nearest = Set(texts.sorted { TaskExamples.position(of: $0) < TaskExamples.position(of: $1) }.prefix(10))
    #expect(first.count == 10 && Set(first.map(\.example.text)) == nearest && rest.count == 30)
    #expect([first, rest].allSatisfy { $0.map(\.example.index) == $0.map(\.example.index).sorted() })
    let reversed = RowReader.firstByHash(10, of: rows(texts.reversed()))
    #expect(Set(reversed.first.map(\.example.text)) == nearest)
    // Each text twice: one of the second stays behind, and is not learned from.
    let twice = RowReader.firstByHash(3, of: rows(texts + texts))
    #expect(twice.first.count == 3 && twice.rest.count == 76)
    #expect(Set(twice.first.map(\.example.text)).isDisjoint(with: twice.rest.map(\.example.text)))
    #expect(RowReader.firstByHash(40, of: rows(texts)).rest.isEmpty)
  }

  /// Hand-computed: of 200 rows 60 are chosen on (30 %), of 1,000 150; every label gives its share.
  @Test(arguments: [(200, 60, 6), (1000, 150, 15)])
  func everyLabelGivesItsShare(rows: Int, all: Int, rare: Int) throws {
    let examples = try RowReader().examples(
      file(
        (0..<rows).map { row("t\($0)", $0 % 10 == 0 ? "rare" : "x", "train") }
          + [row("g", "x", "test")]))
    #expect(examples.choose.count == all && examples.learn.count == rows - all)
    #expect(examples.choose.count { $0.answer == "rare" } == rare)
  }

  /// The same text twice is either learned or chosen on.
  @Test func equalTextsStayTogether() throws {
    let examples = try RowReader().examples(
      file((0..<60).map { row("t\($0 % 20)", $0 % 2 == 0 ? "x" : "y", "train") } + [row("g", "x", "test")]))
    #expect(!examples.choose.isEmpty)
    #expect(Set(examples.choose.map(\.text)).isDisjoint(with: examples.learn.map(\.text)))
    // A label of one text alone stays learned from.
    let alone = try RowReader().examples(
      file((0..<40).map { row($0 < 20 ? "same" : "t\($0)", $0 < 20 ? "x" : "y", "train") } + [row("g", "x", "test")]))
    #expect(alone.learn.count { $0.answer == "x" } == 20 && alone.choose.count { $0.answer == "y" } == 6)
  }

  @Test func theFileMayDecide() throws {
    let rows = [
      row("a1", "x", "train"), row("b1", "y", "train"), row("a2", "x", "validation"), row("b2", "y", "test"),
    ]
    let examples = try RowReader().examples(file(rows))
    #expect(examples.origin == .file)
    #expect(examples.learn.map(\.text) == ["a1", "b1"] && examples.choose.map(\.text) == ["a2"])
    #expect(examples.gate.map(\.text) == ["b2"])
  }

  /// Without validation rows some train rows are taken for it; test rows stay as they are.
  @Test func validationIsDrawnWhereThereIsNone() throws {
    let rows = (0..<100).map { row("t\($0)", $0 % 2 == 0 ? "x" : "y", $0 < 90 ? "train" : "test") }
    let examples = try RowReader().examples(file(rows))
    #expect(examples.origin == .fileWithoutValidation && examples.gate.count == 10)
    #expect(examples.learn.count == 62 && examples.choose.count == 28)
  }

  @Test func refusals() throws {
    func refused(_ rows: [String], _ part: String, named name: String = "notes", as task: String? = nil) throws {
      let url = try file(rows, named: name)
      let error = #expect(throws: StreamError.self) { try RowReader().examples(url, name: task) }
      #expect(error.map { "\($0)".contains(part) } ?? false, "\(String(describing: error))")
    }
    try refused([row("a", "x", "train"), row("b", "y", "eval")], "\"validation\"")
    try refused([row("a", "x", "train"), row("b", "y")], "none, though other rows have it")
    // What the hash leaves without rows: it is said, and not as a wrong label.
    let texts = (0..<200).map { "t\($0)" }
    let gate = try #require(texts.first { TaskExamples.isGate($0) })
    let rest = texts.filter { !TaskExamples.isGate($0) }.prefix(4)
    try refused(rest.map { row($0, $0 == "t0" ? "x" : "y") }, "none of ")
    let others = texts.filter { TaskExamples.isGate($0) }.dropFirst().prefix(1) + rest
    try refused(
      others.enumerated().map { row($0.1, $0.0 % 2 == 0 ? "x" : "y") } + [row(gate, "rare")], "rows are all gate rows")
    // A label that only gate rows have.
    try refused(
      [row("a", "x", "train"), row("b", "y", "train"), row("c", "z", "test"), row("d", "x", "validation")], "\"z\"")
    try refused([row("a", "x", "train"), row("b", "y", "train")], "--name", named: "my task")
    try refused([row("a", "x", "train")], "1 to 100 ASCII letters", as: "../up")
  }

  @Test func limitedPerClassKeepsGateRows() throws {
    let examples = try RowReader().examples(file((0..<300).map { row("t\($0)", $0 % 3 == 0 ? "x" : "y") }))
    let limited = examples.limited(perClass: 20, seed: 7)
    #expect(limited.gate == examples.gate)
    for label in ["x", "y"] {
      #expect((limited.learn + limited.choose).count { $0.answer == label } == 20)
    }
    #expect(limited.learn == examples.limited(perClass: 20, seed: 7).learn)
    #expect(limited.learn != examples.limited(perClass: 20, seed: 8).learn)
  }
}
