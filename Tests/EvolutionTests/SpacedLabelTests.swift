import Assurance
import Foundation
import Registry
import Serving
import Streams
import TaskModels
import Testing

@testable import Evolution

/// Versions of before have labels with white space at their ends: are they compared with rows that have none as what they mean?
@Suite struct SpacedLabelTests {
  private func examples(_ rows: [(text: String, answer: String)]) -> TaskExamples {
    let learn = rows.enumerated().map { Example(id: "\($0)", index: $0, text: $1.text, answer: $1.answer) }
    let task = LearningTask(
      name: "t", instruction: "", cue: "", labels: Set(rows.map(\.answer)).sorted(), train: learn, test: [],
      kind: .classification)
    return TaskExamples(
      task: task, learn: learn, choose: [], gate: [], origin: .file, form: "", areConversations: false)
  }

  private func changes(_ old: TaskExamples, _ new: TaskExamples) -> RowChanges {
    RowChanges(
      since: "t@1", old: RowKeys(old), oldLabels: old.task.labels, new: RowKeys(new), newLabels: new.task.labels,
      examples: new)
  }

  @Test func theSameLabelsAreNoChange() {
    let old = examples([("a", " ham"), ("b", "spam "), ("c", " ham")])
    let same = changes(old, examples([("a", "ham"), ("b", "spam"), ("c", "ham")]))
    #expect(same.relabelled == 0 && same.relabelledRows?.isEmpty == true)
    #expect(same.newLabels.isEmpty && same.lostLabels.isEmpty)
    let other = changes(old, examples([("a", "spam"), ("b", "spam"), ("c", "ham")]))
    #expect(other.relabelled == 1)
    #expect(other.relabelledRows?.map { [$0.text, $0.before ?? "", $0.now] } == [["a", "ham", "spam"]])
  }

  /// Counted and shown are texts, each once; of long ones the beginning.
  @Test func everyTextIsShownOnce() {
    let long = "a" + String(repeating: "\u{301}", count: 100_000)
    let old = examples([(long, "x"), ("b", "x"), ("b", "y"), ("c", "x")])
    let new = examples([(long, "y"), (long, "y"), ("b", "x"), ("c", "x"), ("d", "y")])
    let found = changes(old, new)
    #expect(found.relabelled == 2 && found.added == 1)
    #expect(found.relabelledRows?.map { [$0.before ?? "", $0.now] } == [["x", "y"], ["y", "x"]])
    #expect(found.relabelledRows?.allSatisfy { $0.text.unicodeScalars.count <= 200 } == true)
  }

  /// White space around a text decides nothing, whatever the field is called; nor does it hide that a row was learned.
  @Test func aTextIsTheSameInEveryField() throws {
    let home = try Home()
    _ = try home.learn(home.rows("weather"))
    let served = try home.registry.load("weather", on: home.base)
    let text = "In the weather of place 0 there is rain."
    func row(_ field: String, _ text: String) throws -> RequestRow {
      try RequestRow(Data(#"{"\#(field)":"\#(text)","label":"bad"}"#.utf8), line: 1, file: "f")
    }
    let rows = try [row("text", text), row("text", "  \(text) "), row("prompt", "  \(text) ")]
    #expect(try rows.map(served.text(of:)) == [text, text, text])
    let answers = try served.predict(rows).map(\.probabilities)
    #expect(answers[1] == answers[0] && answers[2] == answers[0])
    #expect(try served.predict("\(text)\n").probabilities == served.predict(text).probabilities)
    let keys = RowKeys(try RowReader().examples(home.rows("weather"), name: "weather"))
    #expect(try TaskEvaluation(served, rows: rows, keys: keys).seen == 3)
  }

  /// A version that says " ham" is right where a row says "ham": a worse one must not look better for it.
  @Test func answersOfOlderVersionsCount() throws {
    let home = try Home()
    let rows = try RowReader().examples(home.rows("weather"), name: "weather")
    _ = try home.learn(home.rows("weather"))
    let served = try home.registry.load("weather", on: home.base)
    let form = served.runner.model.form
    #expect(form.label(meantBy: " good ") == "good")
    let plain = try GateScores(rows.gate, runner: served.runner, scorer: nil) { _ in }
    let spaced = rows.gate.map { Example(id: $0.id, index: $0.index, text: $0.text, answer: " \($0.answer) ") }
    let other = try GateScores(spaced, runner: served.runner, scorer: nil) { _ in }
    #expect(plain.right(rows.gate) == other.right(spaced))
    #expect(plain.classes?.accuracy.value == other.classes?.accuracy.value)
  }
}
