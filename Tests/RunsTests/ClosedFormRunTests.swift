import Comparing
import Decoder
import Files
import Foundation
import Generation
import Learning
import ModelConfiguration
import Streams
import TaskModels
import TestSupport
import Testing
import Torch

@testable import Records
@testable import Runs
@testable import Verification

extension RunTests {
  /// Do closed-form heads answer in a run as they should: alone, and weighed against label scores?
  @Suite struct ClosedFormRunTests {
    private func prepared(_ kind: RunKind) throws -> (run: SequenceRun, folder: RunFolder) {
      let folder = RunFolder(try FinishedRuns.shared.folder(kind))
      return (try SequenceRun.open(folder.url, bases: .shared), folder)
    }

    private func predictions(_ folder: RunFolder, row: Int, _ task: String) throws -> [Prediction] {
      try PredictionsFile.read(folder.predictions(row: row, task: task))
    }

    /// Ridge regression on the mean input embedding of the training rows' texts, and nothing else.
    @Test func theHeadAloneAnswers() throws {
      let (run, folder) = try prepared(RunKind(method: "per-task", outputHead: .ridge))
      let view = RequestView(layers: 0, seesInstruction: false)
      let features = RequestFeatures(run.base.model, view: view)
      for task in run.tasks {
        #expect(task.training.count == 12 && task.combining.isEmpty)
        let fit = try RidgeFit(
          features.features(task.training), labels: task.training.map { $0.labelIndex ?? -1 }, count: 2)
        let expected = try fit.head.scores(features.features(task.evaluated))
        let got = try predictions(folder, row: 2, task.task.name)
        for (scores, prediction) in zip(expected, got) {
          #expect(zip(scores, prediction.scores).allSatisfy { abs($0 - $1) < 1e-12 })
        }
        #expect(got.count == 6)
        let head = try #require(run.combined?[task.task.name])
        #expect(head.combination == LabelCombination(expert: 0, ridge: 1, bias: [0, 0]))
      }
      // Before a task is learned the base answers it by its labels.
      let untrained = RunFolder(try FinishedRuns.shared.folder(RunKind(method: "per-task")))
      for task in Tiny.tasks {
        #expect(try predictions(folder, row: 0, task) == predictions(untrained, row: 0, task))
      }
      #expect(try predictions(folder, row: 1, Tiny.tasks[0]) == predictions(folder, row: 2, Tiny.tasks[0]))
      #expect(try predictions(folder, row: 1, Tiny.tasks[1]) == predictions(folder, row: 0, Tiny.tasks[1]))
    }

    /// z = a · log softmax of the label scores + b · h + c, of the expert as it is at each row of the matrix.
    @Test func labelScoresAndHeadTogether() throws {
      let (run, folder) = try prepared(RunKind(method: "sequential", outputHead: .both))
      let first = run.tasks[0]
      let head = try #require(run.combined?[first.task.name])
      #expect(head.combination.ridge > 0 && head.combination.expert > 0)
      let parts = LabelParts(run.base, labelIds: first.labelIds)
      let features = RequestFeatures(
        run.base.model, view: RequestView(layers: 0, seesInstruction: false))
      let closed = try head.ridge.scores(features.features(first.evaluated))
      for row in 1...2 {
        let then = try SequenceRun.open(folder.url, after: row, bases: .shared)
        let experts = try then.experts(of: then.tasks[0])
        let labels = try Evaluator(run.base.model).predictions(
          first.evaluated, labels: first.labelIds, head: nil, experts: experts)
        let got = try predictions(folder, row: row, first.task.name)
        for (number, prediction) in got.enumerated() {
          let expected = head.combination.logProbabilities(
            LabelCombination.Parts(expert: labels[number].scores, ridge: closed[number]))
          #expect(zip(expected, prediction.scores).allSatisfy { abs($0 - $1) < 1e-12 })
        }
        #expect(try parts.predictions(first.evaluated, by: head, expert: experts) == got)
      }
      // The head stays; what it is weighed against was forgotten, and the score with it.
      #expect(try predictions(folder, row: 1, first.task.name) != predictions(folder, row: 2, first.task.name))
    }

    /// Neither the expert nor the head has seen the rows that they are weighed on.
    @Test func rowsAreKeptApart() throws {
      let (run, folder) = try prepared(RunKind(method: "accrete", outputHead: .both))
      for task in run.tasks {
        #expect(task.training.count == 9 && task.combining.count == 3)
        let (trained, apart) = (Set(task.training.map(\.index)), Set(task.combining.map(\.index)))
        #expect(trained.isDisjoint(with: apart) && apart.isDisjoint(with: task.evaluated.map(\.index)))
        let part = RowSelection.validationPart(texts: task.task.train.map(\.text), task: task.task.name)
        #expect(Set(part.map { task.task.train[$0].index }) == apart)
        #expect(run.manifest.rows[task.task.name]?.combining == 3)
        #expect(run.manifest.rows[task.task.name]?.trained == 9)
      }
      let plain = try RunFolder(FinishedRuns.shared.folder(RunKind(method: "accrete"))).readManifest()
      #expect(plain.rows.values.allSatisfy { $0.combining == nil })
      // A head of 2 labels: 2 · hidden weights of 2 bytes, 2 biases of 4, and 5 numbers of 8.
      let hidden = run.base.model.configuration.hiddenSize
      let (with, without) = (
        try JSONFile.read(RunMetrics.self, from: folder.metrics).costs,
        try JSONFile.read(RunMetrics.self, from: RunFolder(prepared(.ridge).folder.url).metrics).costs
      )
      #expect(without.map(\.expertBytes) == [4 * hidden + 48, 4 * hidden + 48])
      #expect(without.map(\.methodBytes) == [4 * hidden + 48, 2 * (4 * hidden + 48)])
      #expect(without.map(\.trainedParameters) == [0, 0] && without.map(\.servedBytes) == [0, 0])
      #expect(zip(with, without).allSatisfy { $0.expertBytes > $1.expertBytes })
    }

    /// The seal aside, a head that was changed is found, and one that is not there.
    @Test func aChangedHeadIsFound() throws {
      let scratch = try Scratch()
      let folder = RunFolder(try FinishedRuns.shared.copy(.ridge, to: scratch))
      let file = folder.checkpoint(after: 2)
      let content = try RunCheckpoint.read(file)
      let name = "ridge.bias.\(Tiny.tasks[0])"
      var tensors = content.tensors
      tensors[name] = try #require(tensors[name]) + 1
      var checkpoint = content.checkpoint
      checkpoint.references = nil
      try checkpoint.write(tensors, training: nil, to: file)
      try reseal(folder.url)
      let failures = try RunVerification(folder.url).failures
      #expect(failures.map(\.what) == ["experts"] && failures.first?.found.contains(name) == true, "\(failures)")
      tensors[name] = nil
      try checkpoint.write(tensors, training: nil, to: file)
      try reseal(folder.url)
      #expect(throws: LearningError.self) { try SequenceRun.open(folder.url, bases: .shared) }
    }

    @Test func whatMakesNoSense() throws {
      let scratch = try Scratch()
      let files = try Tiny.write(to: scratch)
      for method in ["joint", "replay", "a-gem"] {
        let configuration = Tiny.configuration(files, method: method, outputHead: .ridge)
        let error = #expect(throws: LearningError.self) {
          try SequenceRun.start(configuration, in: scratch.url("run"), bases: .shared)
        }
        #expect("\(String(describing: error))".contains("no expert learns"))
      }
      let shared = Tiny.configuration(files, outputHead: .ridge)
      let cells = ["ewc", "replay"].map { ComparisonCell(method: $0, order: 1, seed: 0) }
      #expect(throws: RunError.self) { try Comparison(shared, cells: cells) }
      try scratch.write(
        "{\"text\":\"rain\",\"label\":\"bad\",\"split\":\"train\"}\n"
          + "{\"text\":\"sun\",\"label\":\"good\",\"split\":\"test\"}\n", to: "data/one.jsonl")
      #expect(throws: (any Error).self) {
        try SequenceRun.start(
          Tiny.configuration([scratch.url("data/one.jsonl")], outputHead: .ridge), in: scratch.url("run"),
          bases: .shared)
      }
      #expect(!FileManager.default.fileExists(atPath: scratch.url("run").path))
      let (run, folder) = try prepared(.ridge)
      let stored = try StoredRun(folder.url, model: run.base.model)
      #expect(throws: LearningError.self) { try stored.selection(forTask: Tiny.tasks[0]) }
      #expect(throws: LearningError.self) { try stored.export(task: Tiny.tasks[0], base: run.base) }
    }

    /// Replayed rows are of the experts alone: each head is solved on its own task's rows.
    @Test func besideReplayedRows() throws {
      let (run, _) = try prepared(RunKind(method: "replay", outputHead: .both))
      #expect(run.currentCosts.map(\.steps) == [3, 3])
      let parts = LabelParts(run.base, labelIds: run.tasks[1].labelIds)
      let again = try parts.solved(
        on: run.tasks[1].training, combinedOn: run.tasks[1].combining, expert: run.experts(of: run.tasks[1]))
      let head = try #require(run.combined?[Tiny.tasks[1]])
      #expect(again.head.combination == head.combination && again.combined == 3 && again.rows == 9)
      #expect(try again.head.ridge.weights.isEqual(to: head.ridge.weights))
    }
  }
}

extension RunKind {
  fileprivate static let ridge = RunKind(method: "per-task", outputHead: .ridge)
}
