import Files
import Foundation
import TestSupport
import Testing

@testable import Reports

/// Does a report on free answers call a score a score, and say what it is?
@Suite struct FreeAnswerReportTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A run on paper whose task b has free answers, each of 0.5 or 1.
  private func run(_ method: String, measure: String = "rouge-l") throws -> URL {
    let folder = try PaperRun(method: method).write(to: scratch, as: "\(method)-\(measure)")
    let file = folder.appendingPathComponent("manifest.json")
    var manifest = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    func scoring(_ answers: String, _ name: String, notes: [String]) -> [String: Any] {
      [
        "answers": answers, "clean": ["name": name, "formula": "the formula", "lowest": 0, "highest": 1],
        "leftOut": [], "notes": notes, "answerTokens": 9,
      ]
    }
    manifest["scoring"] = [
      "a": scoring("labels", "accuracy", notes: []),
      "b": scoring("written", measure, notes: ["b: partial data, 4 of 9 rows."]),
    ]
    try JSONSerialization.data(withJSONObject: manifest).write(to: file)
    for row in 0...2 {
      let lines = (0..<4).map { index in
        #"{"answer":"text","clean":\#(index == row ? 0.5 : 1),"gold":"other","index":\#(index),"isCut":false,"tokens":2}"#
      }
      try scratch.write(
        lines.joined(separator: "\n"), to: "\(folder.lastPathComponent)/predictions/row-\(row)/b.jsonl")
    }
    return folder
  }

  @Test func scoresAreNoRightAnswers() throws {
    let report = try RunReport([run("moe-cl"), run("sequential")])
    #expect(!report.summary.isPlainAccuracy && report.summary.isComparable)
    #expect(
      report.summary.measures == [
        "a: accuracy: the formula; label; n 4", "b: rouge-l: the formula; written, at most 9 tokens; n 4",
      ])
    #expect(report.summary.notes == ["b: partial data, 4 of 9 rows."])
    // Rows that were lost are known of labels alone.
    #expect(report.summary.groups.map { $0.changes.map(\.task) } == [["a"], ["a"]])
    // ACC is equal in both; there is no interval of right and wrong.
    let difference = try #require(report.summary.differences.first)
    #expect(difference.mean == 0 && difference.lower == nil && difference.rows == nil && difference.pairs == 1)
    for text in [report.html, report.markdown] {
      #expect(text.contains("the mean of the tasks&#39; scores") || text.contains("the mean of the tasks' scores"))
      #expect(text.contains("rouge-l: the formula") && text.contains("partial data, 4 of 9 rows"))
      #expect(!text.contains("answers are right in these shares") && !text.contains("accuracy on task j"))
      #expect(text.contains("score on task j after learning i tasks"))
    }
    try report.write(to: scratch.url("out"))
  }

  /// The names that a folder says, as text; the number where it does not say one.
  @Test func labelsHaveNames() throws {
    let folder = try PaperRun(right: [["00000000", "00000000"], ["11111110", "00000000"], ["00000001", "11000000"]])
      .write(to: scratch, as: "named")
    let file = folder.appendingPathComponent("manifest.json")
    #expect(try RunReport([folder]).markdown.contains("label\u{A0}1"))
    var manifest = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    manifest["scoring"] = [
      "a": [
        "answers": "labels", "labels": ["<World>"], "leftOut": [], "notes": [],
        "clean": ["name": "accuracy", "formula": "the formula", "lowest": 0, "highest": 1],
      ] as [String: Any]
    ]
    try JSONSerialization.data(withJSONObject: manifest).write(to: file)
    let report = try RunReport([folder])
    #expect(report.html.contains("&lt;World&gt;") && !report.html.contains("<World>"))
    #expect(report.html.contains("label\u{A0}1") && !report.html.contains("label\u{A0}0"))
  }

  /// Other measures are another question.
  @Test func otherMeasuresAreNotCompared() throws {
    let summary = try RunReport([run("moe-cl"), run("sequential", measure: "accuracy")]).summary
    #expect(!summary.isComparable && summary.differences.isEmpty)
    #expect(summary.notes.contains { $0.contains("they differ in scores") })
  }

  @Test func answersOfAnotherKindAreRefused() throws {
    let folder = try run("moe-cl")
    try scratch.write(
      #"{"index":0,"gold":1,"predicted":1,"scores":[0.5,0.25]}"#, to: "moe-cl-rouge-l/predictions/row-2/b.jsonl")
    let error = #expect(throws: FileError.self) { try RunReport([folder]) }
    #expect(error?.description.contains("row-2/b.jsonl:1") == true)
  }
}
