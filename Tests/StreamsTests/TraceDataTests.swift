import Foundation
import Streams
import Testing

/// The suite on TRACE's files, where they are there; counts as the data's README has them.
@Suite(.enabled(if: BenchmarkData.has(BenchmarkData.trace), BenchmarkData.absent))
struct TraceDataTests {
  private let suite = TraceSuite(directory: BenchmarkData.trace)

  /// Training, eval and test rows.
  @Test(arguments: [
    ("C-STANCE", [5000, 2000, 2000]), ("FOMC", [5000, 496, 496]), ("MeetingBank", [376, 100, 100]),
    ("Py150", [1000, 100, 100]), ("ScienceQA", [5000, 2000, 2000]), ("NumGLUE-cm", [5000, 41, 81]),
    ("NumGLUE-ds", [5000, 164, 325]), ("20Minuten", [1000, 200, 200]),
  ])
  func rows(name: String, expected: [Int]) throws {
    let task = try suite.task(named: name)
    let eval = try suite.examples(.eval, ofTask: name)
    #expect([task.train.count, eval.count, task.test.count] == expected)
    let statement = try suite.statement(ofTask: name)
    #expect(statement.isPartial == ["20Minuten", "Py150", "MeetingBank"].contains(name))
    #expect(statement.isPartial == statement.notes.contains { $0.contains("not comparable") })
  }

  @Test(arguments: [("FOMC", 1915), ("NumGLUE-cm", 282), ("NumGLUE-ds", 1069), ("C-STANCE", 5000)])
  func distinctPrompts(name: String, expected: Int) throws {
    #expect(try suite.statement(ofTask: name).distinctTrainingPrompts == expected)
  }

  /// Leaked test rows, and different prompts among them.
  @Test(arguments: [
    ("FOMC", [16, 16]), ("NumGLUE-ds", [34, 32]), ("Py150", [9, 5]), ("NumGLUE-cm", [0, 0]), ("C-STANCE", [0, 0]),
    ("ScienceQA", [0, 0]), ("MeetingBank", [0, 0]), ("20Minuten", [0, 0]),
  ])
  func leakedPrompts(name: String, expected: [Int]) throws {
    let statement = try suite.statement(ofTask: name)
    #expect([statement.leakedRows, statement.leakedPrompts] == expected)
  }

  @Test func statements() throws {
    let meetings = try suite.statement(ofTask: "MeetingBank")
    #expect(meetings.otherCues == 376)
    #expect(try suite.statement(ofTask: "ScienceQA").lacksExplanations)
    #expect(try suite.statement(ofTask: "C-STANCE").notes.isEmpty)
  }

  /// A prompt that is put together again is the prompt of the file.
  @Test(arguments: ["C-STANCE", "FOMC", "MeetingBank", "Py150", "ScienceQA", "NumGLUE-cm", "NumGLUE-ds", "20Minuten"])
  func promptsAreThoseOfTheFiles(name: String) throws {
    struct Row: Decodable {
      let prompt: String
      let answer: String
    }
    let file = BenchmarkData.trace.appendingPathComponent("\(name)/test.json")
    let rows = try JSONDecoder().decode([Row].self, from: Data(contentsOf: file))
    let task = try suite.task(named: name)
    #expect(rows.map(\.prompt) == task.test.map(task.prompt(of:)))
    // Whoever answers as the reference is right in both columns.
    let scores = try suite.scoring(ofTask: name).scores(
      of: task, rows: Array(task.test.indices), predictions: rows.map(\.answer))
    let scoring = try suite.scoring(ofTask: name)
    if scoring.legacy.name == "accuracy" || scoring.legacy.name == "first-character" {
      #expect(scores.legacy == 1 && scores.clean == 1)
    } else {
      #expect(scoring.legacy.share(scores.legacy) > 0.9 && scoring.clean.share(scores.clean ?? 0) > 0.9)
    }
  }
}
