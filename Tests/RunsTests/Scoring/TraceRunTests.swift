import Files
import Foundation
import Learning
import TestSupport
import Testing

@testable import Records
@testable import Runs
@testable import Streams
@testable import Verification

extension RunTests {
  /// Does a run over all eight tasks of TRACE have both columns, and say what they are?
  @Suite struct TraceRunTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let answers = [
      "MeetingBank": ["the council met", "a road was built", "taxes rise", "the park opens"],
      "Py150": ["x = 1 <EOL>", "return <NUM_LIT:2>", "import os ", "y = x"], "NumGLUE-cm": ["12", "7", "3", "1,000"],
      "NumGLUE-ds": ["4.0", "5", "6", "8"],
      "20Minuten": ["Es regnet.\n", "Die Sonne scheint.\n", "Wind.\n", "Schnee.\n"],
    ]
    private static let texts = ["one of them", "two and two", "three more", "four at last"]

    /// Four training rows of each task, and three test rows; the first test row of FOMC and NumGLUE-ds is trained on too.
    private func write() throws -> RunConfiguration {
      struct Row: Encodable {
        let prompt: String
        let answer: String
      }
      for task in TraceTask.all {
        let answers = Self.answers[task.name] ?? (task.labels + task.labels)
        func row(_ text: String, _ answer: String) -> Row {
          let (instruction, cue) = (task.template.instruction, task.template.cue)
          return Row(
            prompt: (instruction.isEmpty ? "" : instruction + "\n") + text + (cue.isEmpty ? "" : "\n" + cue),
            answer: answer)
        }
        let train = zip(Self.texts, answers).map { row($0, $1) }
        let leaks = ["FOMC", "NumGLUE-ds"].contains(task.name)
        let test = [leaks ? Self.texts[0] : "nothing of it", "some more", "at the end"]
        for (split, rows) in [("train", train), ("test", zip(test, answers.reversed()).map { row($0, $1) })] {
          try scratch.write(JSONFile.encode(rows), to: "trace/\(task.name)/\(split).json")
        }
      }
      var configuration = Tiny.configuration([], method: "per-task")
      configuration.source.suite = "trace"
      configuration.source.data = scratch.url("trace").path
      configuration.training.learningRate = 5e-3
      return configuration
    }

    private func replace(_ old: String, by new: String, in file: URL) throws {
      let text = try String(contentsOf: file, encoding: .utf8)
      try #require(text.contains(old), "no `\(old)` in \(file.path)")
      try Data(text.replacing(old, with: new, maxReplacements: 1).utf8).write(to: file)
    }

    @Test func twoColumns() throws {
      let folder = RunFolder(scratch.url("run"))
      try SequenceRun.start(write(), in: folder.url).run()
      let manifest = try folder.readManifest()
      #expect(manifest.hasLegacyColumn && manifest.hasWrittenAnswers && manifest.tasks == TraceTask.all.map(\.name))
      let (clean, legacy) = (try MatrixFile.read(folder.matrix), try MatrixFile.read(folder.legacyMatrix))
      #expect(clean.column == .clean && legacy.column == .legacy && clean.scores.count == 9)
      #expect(clean.n == [3, 2, 3, 3, 3, 3, 2, 3] && legacy.n == Array(repeating: 3, count: 8))
      #expect(clean.measures?[5] == "numeric-accuracy" && legacy.measures?[5] == "accuracy")
      #expect(clean.cut == legacy.cut && clean.cut?[0][0] == nil && clean.cut?[8][2] != nil)
      #expect(manifest.scoring(of: "FOMC").leftOut == [0] && manifest.scoring(of: "NumGLUE-ds").leftOut == [0])
      #expect(manifest.scoring(of: "FOMC").notes.contains { $0.contains("1 of 3 test rows (1 different prompts)") })
      #expect(manifest.scoring(of: "20Minuten").notes.first?.contains("not comparable with a published") == true)

      // Every cell again, by the scorers themselves.
      let suite = TraceSuite(directory: scratch.url("trace"))
      var different = 0
      for (column, name) in manifest.tasks.enumerated() {
        let (task, scoring) = (try suite.task(named: name), try suite.scoring(ofTask: name))
        for row in 0...8 {
          let file = folder.predictions(row: row, task: name)
          let texts =
            task.kind == .generation
            ? try PredictionsFile.decodeWritten(Data(contentsOf: file), path: name).map(\.answer)
            : try PredictionsFile.read(file).map { task.labels[$0.predicted] }
          let scores = try scoring.scores(of: task, rows: [0, 1, 2], predictions: texts)
          let found = (try #require(clean.scores[row][column]), try #require(legacy.scores[row][column]))
          #expect(abs(found.0 - scoring.clean.share(try #require(scores.clean))) < 1e-12, "\(name) \(row)")
          #expect(abs(found.1 - scoring.legacy.share(scores.legacy)) < 1e-12, "\(name) \(row)")
          if found.0 != found.1 { different += 1 }
        }
      }
      #expect(different > 5)

      let metrics = try JSONFile.read(RunMetrics.self, from: folder.metrics)
      let legacyMetrics = try #require(metrics.legacyMetrics)
      #expect(metrics.metrics[0].value == (try clean.matrix().averageAccuracy) && metrics.metrics[0].n == 22)
      #expect(legacyMetrics[0].value == (try legacy.matrix().averageAccuracy) && legacyMetrics[0].n == 24)
      #expect(legacyMetrics[1].value == (try legacy.matrix().backwardTransfer))
      let measures = "legacy score, 0 to 1 (accuracy, rouge-l, edit-similarity/100, first-character, sari/100)"
      #expect(legacyMetrics[0].formula.contains(measures) && legacyMetrics[0].interval95 != nil)

      // All of it follows from what a comparison keeps of a cell.
      let outcomes = try RunOutcomes(manifest, of: folder, routed: nil)
      let kept = try JSONFile.encode(RecordedOutcomes(outcomes, manifest, of: folder))
      let again = try JSONFile.decode(RecordedOutcomes.self, from: kept, path: "record").unpacked(manifest)
      #expect(again == outcomes && again.legacy != nil)
      #expect(try RunMetrics(manifest, again, learned: 8, costs: metrics.costs, warnings: metrics.warnings) == metrics)

      let verification = try RunVerification(folder.url)
      #expect(verification.failures.isEmpty, "\(verification.failures)")
      #expect(verification.checks.first { $0.what.hasPrefix("matrix") }?.found == "72 cells in two columns")
      let whole = try tree(folder.url)
      let changes: [(Set<String>, () throws -> Void)] = [
        (["matrix from predictions"], { try self.replace("\"accuracy\"", by: "\"sari\"", in: folder.legacyMatrix) }),
        (["matrix from predictions"], { try FileManager.default.removeItem(at: folder.legacyMatrix) }),
        (
          ["metrics from matrix"],
          { try self.replace("legacy score", by: "best score", in: folder.metrics) }
        ),
        (
          [
            "base, tokenizer, prompts and data", "checkpoints", "experts", "matrix from predictions",
            "metrics from matrix",
          ],
          {
            // A manifest that says of a leaked row that it is none, and of another that it is.
            let text = try String(contentsOf: folder.manifest, encoding: .utf8)
            let changed = text.replacing(#/"leftOut" : \[\s*0\s*\]/#) { _ in "\"leftOut\" : [1]" }
            try #require(changed != text)
            try Data(changed.utf8).write(to: folder.manifest)
          }
        ),
      ]
      for (expected, change) in changes {
        try change()
        #expect(try sealingFinds(folder.url))
        try reseal(folder.url)
        let found = try RunVerification(folder.url).failures.map(\.what).filter { $0 != sealedFiles }
        #expect(Set(found).isSubset(of: expected) && !found.isEmpty, "\(found)")
        for (path, data) in whole { try data.write(to: folder.url.appendingPathComponent(path)) }
      }
    }
  }
}
