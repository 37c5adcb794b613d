import Foundation
import TestSupport
import Testing

@testable import Streams

@Suite struct TraceSuiteTests {
  private static let problem = #"Solve the following math problem.\nQuestion:\n"#

  private func row(_ text: String, _ answer: String) -> String {
    "{\"prompt\":\"\(Self.problem)\(text)\\nAnswer:\",\"answer\":\"\(answer)\"}"
  }

  private func write(_ task: String, train: [String], test: [String], in folder: Scratch) throws -> TraceSuite {
    try folder.write("[" + train.joined(separator: ",\n") + "]", to: "\(task)/train.json")
    try folder.write("[" + test.joined(separator: ",\n") + "]", to: "\(task)/test.json")
    return TraceSuite(directory: folder.url)
  }

  @Test func orders() throws {
    let suite = TraceSuite(directory: URL(fileURLWithPath: "/nowhere"))
    #expect(
      try suite.taskNames(order: 1) == [
        "C-STANCE", "FOMC", "MeetingBank", "Py150", "ScienceQA", "NumGLUE-cm", "NumGLUE-ds", "20Minuten",
      ])
    #expect(
      try suite.taskNames(order: 2) == [
        "NumGLUE-cm", "NumGLUE-ds", "FOMC", "20Minuten", "C-STANCE", "Py150", "MeetingBank", "ScienceQA",
      ])
    #expect(throws: StreamError.self) { try suite.taskNames(order: 3) }
    #expect(throws: StreamError.self) { try suite.task(named: "Lima") }
    #expect(throws: StreamError.self) { try suite.scoring(ofTask: "Lima") }
    #expect(suite.files(ofTask: "FOMC").map(\.lastPathComponent) == ["train.json", "test.json"])
    #expect(suite.files(ofTask: "../FOMC").isEmpty)
  }

  @Test func scorers() throws {
    let suite = TraceSuite(directory: URL(fileURLWithPath: "/nowhere"))
    let names = try suite.taskNames(order: 1).map {
      let scoring = try suite.scoring(ofTask: $0)
      #expect(scoring.legacy.column == .legacy && scoring.clean.column == .clean)
      return "\(scoring.legacy.name) \(scoring.clean.name)"
    }
    #expect(
      names == [
        "accuracy accuracy", "accuracy accuracy", "rouge-l rouge-l", "edit-similarity edit-similarity",
        "first-character first-character", "accuracy numeric-accuracy", "accuracy numeric-accuracy", "sari sari",
      ])
  }

  @Test func generation() throws {
    let folder = try Scratch()
    let suite = try write("NumGLUE-cm", train: [row(" 1 + 1\\n", "2")], test: [row("2 + 2", "4 ")], in: folder)
    let task = try suite.task(named: "NumGLUE-cm")
    #expect(task.kind == .generation && task.labels.isEmpty)
    #expect(task.train == [Example(id: "NumGLUE-cm/train/0", index: 0, text: " 1 + 1\n", answer: "2")])
    #expect(task.test[0].answer == "4 ")
    #expect(task.prompt(of: task.test[0]) == "Solve the following math problem.\nQuestion:\n2 + 2\nAnswer:")
  }

  @Test func letterAndExplanation() throws {
    func row(_ answer: String) -> String {
      #"{"prompt":"Choose an answer for the following question and give your reasons.\n\nQuestion:\nQ\n\nAnswer:","#
        + "\"answer\":\"\(answer)\"}"
    }
    let folder = try Scratch()
    let suite = try write("ScienceQA", train: "ABCD".map { row(String($0)) }, test: [row(#"B\nBecause."#)], in: folder)
    let task = try suite.task(named: "ScienceQA")
    #expect(task.kind == .classification && task.labels == ["A", "B", "C", "D"] && task.test[0].answer == "B")
    #expect(task.prompt(of: task.test[0]).hasSuffix("\n\nQuestion:\nQ\n\nAnswer:"))
    let statement = try suite.statement(ofTask: "ScienceQA")
    #expect(statement.lacksExplanations && statement.notes.contains { $0.contains("the letter without") })
    // An unknown letter is refused with its location.
    let bad = try write("ScienceQA", train: "ABCDE".map { row(String($0)) }, test: [row("B")], in: folder)
    let got = message(in: folder) { _ = try bad.task(named: "ScienceQA") }
    #expect(
      got?.hasPrefix("ScienceQA/train.json:5 (row 4, counted from 0): expected one of the labels \"A\", \"B\",") == true
    )
  }

  @Test func cuesThatWereLeftOver() throws {
    func row(_ cue: String) -> String {
      #"{"prompt":"Write a summary of the following meeting transcripts.\nMeeting transcripts:\nT"# + cue
        + "\",\"answer\":\"S\"}"
    }
    let folder = try Scratch()
    let suite = try write(
      "MeetingBank", train: [row(#"\nReasoning:Summary: "#), row(#"\nSummary: "#)], test: [row(#"\nSummary:"#)],
      in: folder)
    let task = try suite.task(named: "MeetingBank")
    #expect((task.train + task.test).map(\.text) == ["T", "T", "T"] && task.cue == "Summary:")
    #expect(try suite.statement(ofTask: "MeetingBank").otherCues == 2)
  }

  @Test func leakedPrompts() throws {
    let folder = try Scratch()
    let train = ["a", "a", "b", "c"].map { row($0, "1") }
    let suite = try write(
      "NumGLUE-ds", train: train, test: ["b", "d", "b", "e\u{301}"].map { row($0, "2") }, in: folder)
    let task = try suite.task(named: "NumGLUE-ds")
    let leaks = TestLeaks(of: task)
    #expect(leaks.rows == [0, 2] && leaks.prompts == 1)
    let statement = try suite.statement(ofTask: "NumGLUE-ds")
    #expect(statement.leakedRows == 2 && statement.leakedPrompts == 1 && statement.distinctTrainingPrompts == 3)
    #expect(statement.isPartial && statement.notes.count == 3)
    let anySuite: any TaskSuite = suite
    #expect(try anySuite.notes(ofTask: "NumGLUE-ds") == statement.notes)
    #expect(try anySuite.scoring(ofTask: "NumGLUE-ds").clean.name == "numeric-accuracy")
    #expect(try MTL5Suite(directory: folder.url).scoring(ofTask: "yahoo").legacy.name == "accuracy")
    #expect(try MTL5Suite(directory: folder.url).notes(ofTask: "yahoo").isEmpty)
    #expect(statement.notes[0].contains("4 of 5000 training rows and 4 of 325 test rows: not comparable"))
    // Rows 0 and 1 are wrong as texts, row 0 is leaked, row 1 is the right number.
    let scoring = try suite.scoring(ofTask: "NumGLUE-ds")
    let scores = try scoring.scores(of: task, rows: [0, 1, 3], predictions: ["2.0", "2.0", "2"])
    #expect(scores == TaskScores(legacy: 1 / 3.0, legacyRows: 3, clean: 1, cleanRows: 2))
    #expect(try scoring.scores(of: task, rows: [0], predictions: ["2"]).clean == nil)
    #expect(throws: ScoringError.self) { try scoring.scores(of: task, rows: [0], predictions: []) }
    #expect(throws: ScoringError.self) { try scoring.scores(of: task, rows: [4], predictions: ["2"]) }
    #expect(throws: ScoringError.self) { try scoring.scores(of: task, rows: [], predictions: []) }
  }

  /// A predicted label is right or wrong, and both columns say the same of it.
  @Test func lettersAreRightOrWrong() throws {
    let tasks = TraceTask.all.filter { $0.kind == .classification }
    #expect(tasks.map(\.name) == ["C-STANCE", "FOMC", "ScienceQA"])
    for task in tasks {
      for scorer in [task.scoring.legacy, task.scoring.clean] {
        let scorer = try #require(scorer as? any AnswerScorer)
        for right in task.labels {
          for given in task.labels {
            #expect(try scorer.score(prediction: given, reference: right, source: "") == (right == given ? 1 : 0))
          }
        }
      }
    }
  }

  @Test func whichSuitesHaveALegacyColumn() throws {
    let nowhere = URL(fileURLWithPath: "/nowhere")
    #expect(TraceSuite(directory: nowhere).hasLegacyColumn && !MTL5Suite(directory: nowhere).hasLegacyColumn)
    #expect(try !FileSuite(files: [nowhere]).hasLegacyColumn)
  }

  /// Validation rows are compared with the rows that are trained on.
  @Test func leaksOfOtherRows() {
    func rows(_ texts: [String]) -> [Example] {
      texts.enumerated().map { Example(id: "\($0)", index: $0, text: $1, answer: "") }
    }
    let leaks = TestLeaks(of: rows(["a", "b", "a", "c"]), trained: rows(["a", "d"]))
    #expect(leaks.rows == [0, 2] && leaks.prompts == 1)
  }

  /// Every measure that a user can name, for each kind of answer.
  @Test func scorersByName() throws {
    func names(_ kind: LearningTask.Kind) -> [String] {
      let task = LearningTask(
        name: "t", instruction: "", cue: "", labels: ["a"], train: [], test: [], kind: kind)
      return ScorerCatalog.names.compactMap { ScorerCatalog.clean($0, for: task)?.name }
    }
    #expect(names(.classification) == ["accuracy", "macro-f1"])
    #expect(names(.generation) == ScorerCatalog.answerNames && ScorerCatalog.answerNames.count == 6)
  }

  /// SARI's source is the whole prompt in one column, and the text alone in the other.
  @Test func sources() throws {
    let folder = try Scratch()
    func row(_ text: String) -> String {
      #"{"prompt":"Provide a simplified version of the following paragraph in German.\n\nParagraph:\n\#(text)"#
        + #"\n\nSimplification:","answer":"a\n"}"#
    }
    let suite = try write("20Minuten", train: [row("x")], test: [row("a b")], in: folder)
    let task = try suite.task(named: "20Minuten")
    let scores = try suite.scoring(ofTask: "20Minuten").scores(of: task, rows: [0], predictions: ["a b"])
    let prompt = task.prompt(of: task.test[0])
    #expect(scores.legacy == SARI(.legacy).score(prediction: "a b", reference: "a\n", source: prompt))
    #expect(scores.clean == SARI(.clean).score(prediction: "a b", reference: "a\n", source: "a b"))
    #expect(scores.clean != scores.legacy)
  }

  @Test(arguments: [
    ("[", "NumGLUE-cm/train.json:1 (row 0, counted from 0): expected the end of this row and of the array"),
    (
      #"[{"prompt":"p","answer":"1"}]"#,
      #"NumGLUE-cm/train.json:1 (row 0, counted from 0): expected a prompt that begins with "Solve the following"#
    ),
    (
      #"[{"prompt":"Solve the following math problem.\nQuestion:\n \nAnswer:","answer":"1"}]"#,
      "NumGLUE-cm/train.json:1 (row 0, counted from 0): expected a prompt that begins with"
    ),
    (
      #"[{"prompt":"Solve the following math problem.\nQuestion:\nq\nAnswer:","answer":1}]"#,
      #"NumGLUE-cm/train.json:1 (row 0, counted from 0): expected a string "answer", got the number 1."#
    ),
    (
      #"[{"prompt":"Solve the following math problem.\nQuestion:\nq\nAnswer:"}]"#,
      #"NumGLUE-cm/train.json:1 (row 0, counted from 0): expected a string "answer", got only "prompt"."#
    ),
    ("[]", "NumGLUE-cm/train.json: expected at least one train row, got none."),
  ])
  func badFile(content: String, expected: String) throws {
    let folder = try Scratch()
    let suite = try write("NumGLUE-cm", train: [], test: [row("q", "1")], in: folder)
    try folder.write(content, to: "NumGLUE-cm/train.json")
    let got = message(in: folder) { _ = try suite.task(named: "NumGLUE-cm") }
    #expect(got?.hasPrefix(expected) == true, "\(got ?? "no error")")
  }

  @Test func missingFile() throws {
    let folder = try Scratch()
    let got = message(in: folder) { _ = try TraceSuite(directory: folder.url).tasks(order: 1) }
    #expect(got?.hasPrefix("C-STANCE/train.json: expected a file, got nothing there.") == true)
  }
}
