import Files
import Foundation
import Learning
import TestSupport
import Testing

@testable import Records
@testable import Runs
@testable import Verification

extension RunTests {
  /// Is it said in words when nothing was learned, and when it was only tried?
  @Suite struct RunWarningsTests {
    /// A finished run whose predictions are made up: of each task and row the labels that were predicted for six rows, three of each label.
    private func warnings(
      _ answers: [String: [String]], change: (inout Manifest) -> Void = { _ in }
    ) throws -> [String] {
      let scratch = try Scratch()
      let folder = RunFolder(try FinishedRuns.shared.copy(RunKind(method: "per-task"), to: scratch))
      for (task, rows) in answers {
        for (row, predicted) in rows.enumerated() {
          let predictions = predicted.enumerated().map { index, label in
            Prediction(
              index: index, gold: index % 2, scores: label == "1" ? [0, 1] : [1, 0])
          }
          try TaskAnswers.labels(predictions).lines().write(to: folder.predictions(row: row + 1, task: task))
        }
      }
      try reseal(folder.url)
      var manifest = try folder.readManifest()
      change(&manifest)
      return try RunWarnings.texts(manifest, of: folder)
    }

    private static let right = String(repeating: "01", count: 8)
    private static let same = String(repeating: "1", count: 16)

    @Test func constantPredictions() throws {
      let found = try warnings(["weather": [Self.same, Self.same], "traffic": [Self.same, Self.right]])
      #expect(
        found == [
          "task weather, when it was learned: every scored row got the same label, \"good\": nothing was learned. Usually more rows of"
            + " each label help, more --epochs, another --learning-rate, or a larger base."
        ])
    }

    /// 10 of 16 are right, 8 of 16 have the most frequent label: the lower bound is 0.39.
    @Test func withinNoise() throws {
      let noisy = "0000001101010110"
      let found = try warnings(["weather": [Self.right, Self.right], "traffic": [Self.right, noisy]])
      #expect(found.count == 1)
      #expect(
        found.first?.hasPrefix(
          "task traffic, when it was learned: accuracy 62.5 % cannot be told from always saying the most frequent label, 50.0 % (n 16)."
        ) == true)
    }

    @Test func whatWasForgotten() throws {
      let found = try warnings(["weather": [Self.right, Self.same], "traffic": [Self.right, Self.right]])
      try #require(found.count == 1)
      #expect(found[0].hasPrefix("task weather, after the last task: every scored row"))
      #expect(found[0].contains("is forgotten"))
    }

    @Test func whereSomethingWasLearned() throws {
      #expect(try warnings(["weather": [Self.right, Self.right], "traffic": [Self.right, Self.right]]).isEmpty)
    }

    /// An embedded base under a user's own data: not under a suite's, nor under the demo's own.
    @Test func theToyBase() throws {
      let all = ["weather": [Self.right, Self.right], "traffic": [Self.right, Self.right]]
      let index = "/opt/accrete/accrete_accrete.resources"
      let own = try warnings(all) { $0.configuration.base = "\(index)/base/sapling" }
      #expect(own.count == 1 && own[0].contains("small ones, for trying it") && own[0].contains("--base FOLDER"))
      #expect(
        try warnings(all) {
          $0.configuration.base = "\(index)/base/sapling"
          $0.configuration.source.files = ["\(index)/demo/comments.jsonl"]
        }.isEmpty)
      #expect(
        try warnings(all) {
          $0.configuration.base = "\(index)/base/sapling"
          $0.configuration.source.suite = "mtl5"
        }.isEmpty)
    }

    @Test func emptyAnswers() throws {
      let scratch = try Scratch()
      let files = try FreeAnswers.write(to: scratch)
      let folder = RunFolder(scratch.url("run"))
      try SequenceRun.start(FreeAnswers.configuration(files), in: folder.url, bases: .shared).run()
      func said() throws -> [String] {
        try RunWarnings.texts(folder.readManifest(), of: folder).filter { $0.contains("task echo") }
      }
      let written = (0..<6).map {
        WrittenAnswer(index: $0, gold: "rain", answer: " ", tokens: 1, isCut: false, clean: 0, legacy: nil)
      }
      try TaskAnswers.written(written).lines().write(to: folder.predictions(row: 2, task: "echo"))
      try reseal(folder.url)
      #expect(
        try said() == [
          "task echo, when it was learned: every answer to a scored row is empty: nothing was learned. Usually more rows help, more"
            + " --epochs, another --learning-rate, or a larger base."
        ])
    }

    /// They stand in `metrics.json`, and follow from the predictions.
    @Test func areInTheMetrics() throws {
      let folder = RunFolder(try FinishedRuns.shared.folder(RunKind(method: "per-task")))
      let metrics = try #require(try folder.readMetrics())
      #expect(try metrics.warnings == RunWarnings.texts(folder.readManifest(), of: folder))
      let scratch = try Scratch()
      let copy = RunFolder(try FinishedRuns.shared.copy(RunKind(method: "per-task"), to: scratch))
      var changed = metrics
      changed.warnings = ["all is well"]
      try JSONFile.write(changed, to: copy.metrics)
      try reseal(copy.url)
      #expect(try RunVerification(copy.url).failures.map(\.what) == ["metrics from matrix"])
    }
  }
}
