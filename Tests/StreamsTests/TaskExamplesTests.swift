import Files
import Foundation
import Streams
import Testing

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

  /// A text has the same role in every file and in any order, whatever its label is.
  @Test func theTextAloneDecides() throws {
    let texts = (0..<400).map { "text \($0)" }
    let one = try JSONLReader().examples(file(texts.map { row($0, $0.hasSuffix("1") ? "a" : "b") }))
    let other = try JSONLReader().examples(
      file(texts.reversed().map { row($0, $0.hasSuffix("2") ? "a" : "b") }, named: "other"))
    for role in TaskExamples.Role.allCases {
      #expect(Set(one[role].map(\.text)) == Set(other[role].map(\.text)))
    }
    #expect(one.origin == .hash)
    // 70, 15 and 15 percent of 400, within four standard deviations.
    #expect((243...317).contains(one.learn.count) && (31...89).contains(one.gate.count))
    #expect(one.learn.count + one.choose.count + one.gate.count == 400)
    #expect(one.learn.map(\.index) == one.learn.map(\.index).sorted())
  }

  @Test func theFileMayDecide() throws {
    let rows = [
      row("a1", "x", "train"), row("b1", "y", "train"), row("a2", "x", "validation"), row("b2", "y", "test"),
    ]
    let examples = try JSONLReader().examples(file(rows))
    #expect(examples.origin == .file)
    #expect(examples.learn.map(\.text) == ["a1", "b1"] && examples.choose.map(\.text) == ["a2"])
    #expect(examples.gate.map(\.text) == ["b2"])
  }

  /// Without validation rows some train rows are taken for it; test rows stay as they are.
  @Test func validationIsDrawnWhereThereIsNone() throws {
    let rows = (0..<100).map { row("t\($0)", $0 % 2 == 0 ? "x" : "y", $0 < 90 ? "train" : "test") }
    let examples = try JSONLReader().examples(file(rows))
    #expect(examples.origin == .fileWithoutValidation && examples.gate.count == 10)
    #expect(examples.learn.count + examples.choose.count == 90 && (2...30).contains(examples.choose.count))
  }

  @Test func refusals() throws {
    func refused(_ rows: [String], _ part: String, named name: String = "notes", as task: String? = nil) throws {
      let url = try file(rows, named: name)
      let error = #expect(throws: StreamError.self) { try JSONLReader().examples(url, name: task) }
      #expect(error.map { "\($0)".contains(part) } ?? false, "\(String(describing: error))")
    }
    try refused([row("a", "x", "train"), row("b", "y", "dev")], "\"validation\"")
    try refused([row("a", "x", "train"), row("b", "y")], "none, though other rows have it")
    // A label that only gate rows have.
    try refused(
      [row("a", "x", "train"), row("b", "y", "train"), row("c", "z", "test"), row("d", "x", "validation")], "\"z\"")
    try refused([row("a", "x", "train"), row("b", "y", "train")], "--name", named: "my task")
    try refused([row("a", "x", "train")], "1 to 100 ASCII letters", as: "../up")
  }

  @Test func limitedPerClassKeepsGateRows() throws {
    let examples = try JSONLReader().examples(file((0..<300).map { row("t\($0)", $0 % 3 == 0 ? "x" : "y") }))
    let limited = examples.limited(perClass: 20, seed: 7)
    #expect(limited.gate == examples.gate)
    for label in ["x", "y"] {
      #expect((limited.learn + limited.choose).count { $0.answer == label } == 20)
    }
    #expect(limited.learn == examples.limited(perClass: 20, seed: 7).learn)
    #expect(limited.learn != examples.limited(perClass: 20, seed: 8).learn)
  }
}
