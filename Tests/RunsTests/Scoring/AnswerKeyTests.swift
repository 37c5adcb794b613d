import Files
import Foundation
import Learning
import Streams
import Testing

@testable import Records
@testable import Runs

/// A suite of one task in memory.
private struct OneTask: TaskSuite {
  let name = "one"
  let orders = [1]
  var hasLegacyColumn = true
  let scorers: TaskScoring

  func taskNames(order: Int) throws -> [String] { ["toy"] }
  func task(named name: String) throws -> LearningTask { toy() }
  func files(ofTask name: String) -> [URL] { [] }
  func scoring(ofTask name: String) throws -> TaskScoring { scorers }
}

/// Training texts a, b, c; test texts x, b, y with the answers "abcd", "1.0", "2".
private func toy(_ kind: LearningTask.Kind = .generation) -> LearningTask {
  func rows(_ pairs: [(String, String)]) -> [Example] {
    pairs.enumerated().map { Example(id: "\($0)", index: $0, text: $1.0, answer: $1.1) }
  }
  return LearningTask(
    name: "toy", instruction: "I", cue: "C", labels: [], train: rows([("a", "1"), ("b", "2"), ("a", "3")]),
    test: rows([("x", "abcd"), ("b", "1.0"), ("y", "2")]), kind: kind)
}

/// What is a written answer worth, and which rows count?
@Suite struct AnswerKeyTests {
  private func key(
    _ scoring: TaskScoring, legacy: Bool = true, scorer: String? = nil,
    evaluation: RowSelection.Evaluation = .test, task: LearningTask = toy()
  ) throws -> AnswerKey {
    try AnswerKey(
      task, RowSelection(of: task, evaluation: evaluation, seed: 0),
      suite: OneTask(hasLegacyColumn: legacy, scorers: scoring), scorer: scorer)
  }

  private let similarity = TaskScoring(legacy: EditSimilarity(.legacy), clean: EditSimilarity(.clean))

  /// By hand: "abce" has 3 of 4 characters of "abcd": 2·3/8 = 0.75 of the range of 100, in both columns.
  @Test func sharesOfTheRange() throws {
    let key = try key(similarity)
    let scores = try key.scores("abce", row: 0)
    #expect(scores.clean == 0.75 && scores.legacy == 0.75)
    // Row 1 is trained on.
    let leaked = try key.scores("1.0", row: 1)
    #expect(leaked.clean == nil && leaked.legacy == 1)
    let answer = try key.scored("abce", tokens: 3, isCut: true, row: 0)
    #expect(
      answer
        == WrittenAnswer(
          index: 0, gold: "abcd", answer: "abce", tokens: 3, isCut: true, clean: 0.75, legacy: 0.75))
    let record = key.record(answerTokens: 9, notes: ["n"])
    #expect(record.leftOut == [1] && record.answers == .written && record.answerTokens == 9 && record.notes == ["n"])
    #expect(record.legacy?.name == "edit-similarity" && record.clean.highest == 100)
    #expect(record.description.hasSuffix("clean without the rows 1; at most 9 tokens"))
  }

  @Test func withoutALegacyColumnEveryRowCounts() throws {
    let key = try key(similarity, legacy: false, scorer: "numeric-accuracy")
    #expect(try key.scores("1", row: 1) == (1, nil) && key.scores("3", row: 2) == (0, nil))
    #expect(key.record(answerTokens: nil, notes: []).leftOut.isEmpty && key.clean.name == "numeric-accuracy")
    #expect(try self.key(similarity, legacy: false).clean.name == "edit-similarity")
  }

  /// SARI's source is the whole prompt in one column, and the text alone in the other. The prediction deletes y, wrongly: of
  /// the text that is all that is deleted; of the prompt two words more, rightly.
  @Test func sources() throws {
    let test = [Example(id: "0", index: 0, text: "x y", answer: "x y")]
    let task = LearningTask(
      name: "toy", instruction: "I", cue: "C", labels: [], train: toy().train, test: test, kind: .generation)
    let key = try key(TaskScoring(legacy: SARI(.legacy), clean: SARI(.clean)), task: task)
    let scores = try key.scores("x", row: 0)
    #expect(scores.clean == SARI(.clean).score(prediction: "x", reference: "x y", source: "x y") / 100)
    #expect(scores.legacy == SARI(.legacy).score(prediction: "x", reference: "x y", source: "I\nx y\nC") / 100)
    #expect(try #require(scores.clean) < #require(scores.legacy))
  }

  /// Rows with one text are all in the validation part or all outside of it, so that none of it is trained on.
  @Test func noValidationRowIsTrainedOn() throws {
    let task = toy()
    let rows = try RowSelection(of: task, evaluation: .validation, seed: 0)
    let key = try key(similarity, evaluation: .validation)
    #expect(key.leftOut.isEmpty && key.rows.map(\.index) == rows.evaluated)
    let trained = Set(rows.training.map { task.train[$0].text })
    #expect(!trained.isEmpty && trained.isDisjoint(with: key.rows.map(\.text)))
  }

  @Test func nothingIsLeft() throws {
    let all = LearningTask(
      name: "toy", instruction: "", cue: "", labels: [], train: toy().train, test: Array(toy().train.prefix(2)),
      kind: .generation)
    let error = #expect(throws: StreamError.self) { try key(similarity, task: all) }
    #expect(error?.description.contains("a scored row whose prompt is not trained on, got none of 2") == true)
    #expect(throws: Never.self) { try key(similarity, legacy: false, task: all) }
  }

  @Test func labelsAreNamedInTheRecord() throws {
    let key = try key(TaskScoring(legacy: Accuracy(.legacy), clean: Accuracy(.clean)), task: toy(.classification))
    #expect(key.record(answerTokens: nil, notes: []).labels == toy(.classification).labels)
    #expect(try self.key(similarity).record(answerTokens: 9, notes: []).labels == nil)
  }

  @Test func scorersOfTheOtherKind() {
    #expect(throws: LearningError.self) {
      try key(TaskScoring(legacy: Accuracy(.legacy), clean: MacroF1(labels: ["a"])))
    }
    #expect(throws: LearningError.self) { try key(similarity, task: toy(.classification)) }
  }
}

/// What do answers come to in each column?
@Suite struct TaskAnswersTests {
  private func scoring(_ answers: Manifest.Scoring.Answers, _ clean: any Scorer, legacy: Bool) -> Manifest.Scoring {
    var result = Manifest.Scoring.labels
    result.answers = answers
    result.clean = .init(clean)
    result.legacy = legacy ? .init(Accuracy(.legacy)) : nil
    return result
  }

  /// By hand: rows 4, 7 and 9 are right, wrong, right; without row 4 one of two.
  @Test func labels() throws {
    let lines = [(4, 0, 0), (7, 1, 0), (9, 1, 1)].map {
      "{\"gold\":\($0.1),\"index\":\($0.0),\"predicted\":\($0.2),\"scores\":[1,1]}\n"
    }
    let answers = TaskAnswers.labels(try PredictionsFile.decode(Data(lines.joined().utf8), path: "p"))
    var scoring = scoring(.labels, Accuracy(.clean), legacy: true)
    scoring.leftOut = [4]
    #expect(
      answers.outcome(scoring, .clean) == .scores([0, 1]) && answers.outcome(scoring, .legacy) == .scores([1, 0, 1]))
    #expect(answers.count == 3 && answers.cut == 0 && answers.predictions.count == 3)
    scoring = self.scoring(.labels, MacroF1(labels: []), legacy: false)
    // Label 0: 1 hit, 1 false alarm, 2/3; label 1: 1 hit, 1 miss, 2/3.
    #expect(answers.outcome(scoring, .clean)?.score == 2 / 3.0 && answers.outcome(scoring, .legacy) == nil)
  }

  @Test func written() throws {
    let rows: [(Double?, Double?, Bool)] = [(0.5, 1, true), (nil, 0, false), (0.25, 0, true)]
    let answers = TaskAnswers.written(
      rows.enumerated().map {
        WrittenAnswer(
          index: $0, gold: "g", answer: "a\u{2028}\n\"", tokens: 2, isCut: $1.2, clean: $1.0, legacy: $1.1)
      })
    let scoring = scoring(.written, RougeL(.clean), legacy: true)
    #expect(
      answers.outcome(scoring, .clean) == .scores([0.5, 0.25]) && answers.outcome(scoring, .legacy)?.score == 1 / 3.0)
    #expect(answers.cut == 2 && answers.count == 3 && answers.predictions.isEmpty)
    let lines = try answers.lines()
    #expect(lines.count { $0 == UInt8(ascii: "\n") } == 3)
    #expect(try TaskAnswers.written(PredictionsFile.decodeWritten(lines, path: "p")) == answers)
  }

  @Test(arguments: [
    #"{"answer":"a","clean":1.5,"gold":"g","index":0,"isCut":false,"tokens":1}"#,
    #"{"answer":"a","clean":1,"gold":"g","index":0,"isCut":false,"legacy":-0.1,"tokens":1}"#,
    #"{"answer":"a","clean":1,"gold":"g","index":-1,"isCut":false,"tokens":1}"#,
    #"{"answer":"a","clean":1,"gold":"g","index":0,"isCut":false,"tokens":-1}"#,
    #"{"answer":"a","clean":1e400,"gold":"g","index":0,"isCut":false,"tokens":1}"#,
    #"{"answer":7,"clean":1,"gold":"g","index":0,"isCut":false,"tokens":1}"#,
    #"{"answer":"a","gold":"g","index":0,"tokens":1}"#,
    #"{"gold":0,"index":0,"predicted":1,"scores":[0.5,0.25]}"#,
    #"{"answer":"# + String(repeating: "[", count: 10_000), "[]", "\u{0}", "{",
  ])
  func hostileLines(line: String) {
    let good = #"{"answer":"a","clean":1,"gold":"g","index":0,"isCut":false,"tokens":1}"#
    let error = #expect(throws: FileError.self) {
      try PredictionsFile.decodeWritten(Data((good + "\n" + line).utf8), path: "p.jsonl")
    }
    #expect(error?.description.hasPrefix("p.jsonl:2: ") == true)
  }

  /// Folders that were written when there were labels alone.
  @Test func foldersThatDoNotSayHowTheyAreScored() throws {
    var manifest = Manifest(
      accrete: "0", libtorch: "2", configuration: RunConfiguration(), tasks: ["a"], baseDigest: Digest(of: Data()),
      tokenizerDigest: Digest(of: Data()), promptDigest: Digest(of: Data()), dataDigests: [:],
      rows: ["a": Manifest.RowCounts(trained: 1, scored: 2, truncated: 0, droppedTokens: 0)])
    let data = try JSONFile.encode(manifest)
    #expect(
      !String(decoding: data, as: UTF8.self).contains("scoring")
        && !String(decoding: data, as: UTF8.self).contains("scorer"))
    #expect(try Manifest.decode(data, path: "m") == manifest)
    #expect(manifest.isPlainAccuracy && !manifest.hasLegacyColumn && manifest.scoreName(.clean) == "accuracy")
    let old = MatrixFile(manifest, TaskMatrix(tasks: ["a"]), .clean, cut: nil)
    #expect(old.column == nil && old.measures == nil && old.n == [2])
    #expect(old.rows == "R[i][j]: accuracy on task j after learning i tasks; row 0 is untrained")
    let url = URL(fileURLWithPath: "/run")
    var now = manifest
    now.scoring = ["a": .labels]
    #expect(throws: Never.self) { try manifest.requireSameSources(now, folder: url) }
    manifest.scoring = ["a": scoring(.labels, MacroF1(labels: []), legacy: false)]
    let error = #expect(throws: RunError.self) { try manifest.requireSameSources(now, folder: url) }
    #expect(error?.description.contains("how task a is scored has changed") == true)
    // What is shown must not command a terminal.
    manifest.scoring?["a"]?.notes = ["\u{1B}[2J"]
    #expect(throws: FileError.self) { try Manifest.decode(JSONFile.encode(manifest), path: "m") }
    manifest.scoring?["a"]?.notes = ["a note: “…”"]
    #expect(throws: Never.self) { try Manifest.decode(JSONFile.encode(manifest), path: "m") }
  }

  @Test(arguments: [
    #""measures":["x","y"]"#, #""cut":[[1]]"#, #""cut":[[1],[1,2]]"#, #""column":"best""#,
  ])
  func hostileMatrices(field: String) {
    let text = #"{"tasks":["a"],"R":[[0.5],[1]],"rows":"","n":[1],"seed":0,"method":"",\#(field)}"#
    #expect(throws: FileError.self) { try MatrixFile.decode(Data(text.utf8), path: "matrix.json") }
  }
}
