import Files
import Foundation
import Learning
import Runs
import TestSupport
import Testing

@testable import Records

extension StoredRunTests {
  /// What does a finished run leave behind, with every method and every output head?
  @Suite struct RunFolderTests {
    @Test(arguments: RunKind.all) func everyFileIsThere(kind: RunKind) throws {
      let folder = try FinishedRuns.shared.folder(kind)
      var expected = [
        "manifest.json", "events.jsonl", "timings.jsonl", "matrix.json", "metrics.json", "costs.json", "seal.json",
      ]
      for row in 0...2 {
        expected.append("checkpoints/task-\(row).safetensors")
        expected += Tiny.tasks.map { "predictions/row-\(row)/\($0).jsonl" }
      }
      if kind.routes {
        expected.append("matrix-inferred.json")
        for row in 1...2 { expected += Tiny.tasks.prefix(row).map { "predictions-inferred/row-\(row)/\($0).jsonl" } }
      }
      if kind.hasStatistics { expected.append("statistics.json") }
      if kind.keepsExperts {
        for file in ["adapter_config.json", "adapter_model.safetensors", "expert.json"] {
          expected += Tiny.tasks.map { "experts/\($0)/\(file)" }
        }
      }
      let files = try tree(folder)
      #expect(files.keys.sorted() == expected.sorted())
      // A base without an expert and an untrained head have nothing to store; the file is there all the same.
      let logs = ["events.jsonl", "timings.jsonl"]
      #expect(files.allSatisfy { $0.value.isEmpty == (!kind.outputHead.hasExpert && logs.contains($0.key)) })
    }

    /// Of many that begin a run in the same folder at the same moment, one has it; nobody removes what is another's.
    @Test func oneMakesTheFolder() throws {
      let scratch = try Scratch()
      let folder = RunFolder(scratch.url("runs/one"))
      let made = Count()
      DispatchQueue.concurrentPerform(iterations: 32) { _ in
        if (try? folder.create()) != nil { made.add() }
      }
      #expect(made.value == 1 && FileManager.default.fileExists(atPath: folder.checkpoints.path))
      #expect(throws: RunError.folderExists(folder.url.path)) { try folder.create() }
    }

    @Test(arguments: RunKind.all) func theMatrixIsFull(kind: RunKind) throws {
      let folder = RunFolder(try FinishedRuns.shared.folder(kind))
      let file = try JSONFile.read(MatrixFile.self, from: folder.matrix)
      #expect(file.tasks == Tiny.tasks && file.n == [6, 6] && file.seed == 0 && file.method == kind.method)
      #expect(file.scores.count == 3)
      for (row, scores) in file.scores.enumerated() {
        #expect(scores.count == 2)
        for (column, score) in scores.enumerated() {
          let lines = try Data(contentsOf: folder.predictions(row: row, task: Tiny.tasks[column]))
            .split(separator: UInt8(ascii: "\n"))
          let predictions = try lines.map { try JSONDecoder().decode(Prediction.self, from: $0) }
          #expect(predictions.count == 6 && predictions.map(\.index) == Array(12..<18))
          #expect(predictions.allSatisfy { $0.scores.count == 2 && $0.scores.allSatisfy(\.isFinite) })
          #expect(score == predictions.accuracy)
        }
      }
    }

    @Test(arguments: RunKind.all) func metricsSayWhatTheyAre(kind: RunKind) throws {
      let folder = RunFolder(try FinishedRuns.shared.folder(kind))
      let metrics = try JSONFile.read(RunMetrics.self, from: folder.metrics)
      let matrix = try TaskMatrix(tasks: Tiny.tasks, scores: JSONFile.read(MatrixFile.self, from: folder.matrix).scores)
      let known = metrics.metrics.prefix(5)
      #expect(known.map(\.name) == ["ACC", "BWT", "FWT", "FGT", "LA"])
      #expect(
        known.map(\.value) == [
          matrix.averageAccuracy, matrix.backwardTransfer, matrix.forwardTransfer, matrix.forgetting,
          matrix.learningAccuracy,
        ])
      #expect(metrics.averageAccuracyCurve == matrix.averageAccuracyCurve)
      let inferred = metrics.metrics.dropFirst(5).dropLast(3)
      #expect(
        metrics.metrics.suffix(3).map(\.name) == ["stripping rate", "stripping precision", "stripping rate, oracle"])
      #expect(
        inferred.map(\.name)
          == (kind.routes
            ? [
              "ACC, task inferred", "BWT, task inferred", "router accuracy", "OOD false alarm rate",
              "OOD detection rate",
            ] : []))
      for metric in known + inferred.prefix(2) {
        let interval = try #require(metric.interval95)
        #expect(interval.lower <= metric.value && metric.value <= interval.upper && interval.draws == 1000)
      }
      for metric in metrics.metrics {
        #expect(metric.formula.hasPrefix(metric.name + " = ") && metric.seed == 0)
        switch metric.name {
        case "OOD detection rate": #expect(metric.n == 6)
        // Of the rows that were decided.
        case "stripping precision": #expect((1...12).contains(metric.n))
        default: #expect(metric.n == 12)
        }
      }
      #expect(metrics.method == kind.method && metrics.outputHead == kind.outputHead && metrics.tasksLearned == 2)
      #expect(metrics.evaluatedOn == "test" && metrics.order == 1)
    }

    @Test(arguments: RunKind.all) func costsStandBesideEveryTask(kind: RunKind) throws {
      let folder = RunFolder(try FinishedRuns.shared.folder(kind))
      let costs = try JSONFile.read(RunMetrics.self, from: folder.metrics).costs
      #expect(costs.map(\.task) == Tiny.tasks && costs.map(\.steps) == kind.steps)
      for cost in costs {
        #expect(cost.methodBytes > 0 && (cost.expertBytes > 0) == kind.keepsTensors)
        let (tokens, parameters) = (cost.trainingTokens, cost.trainedParameters)
        guard cost.steps > 0 else {
          #expect(tokens == 0 && parameters == 0)
          #expect((cost.trainingSeconds > 0) == (kind.outputHead == .ridge))
          continue
        }
        #expect(tokens > 12 * 8 && parameters > 0 && cost.trainingSeconds > 0 && cost.tokensPerSecond > 0)
      }
      let lines = try Data(contentsOf: folder.events).split(separator: UInt8(ascii: "\n"))
      #expect(lines.count == kind.steps.reduce(0, +))
    }

    @Test func anExpertNamesWhatItIsBoundTo() throws {
      let folder = RunFolder(try FinishedRuns.shared.folder(RunKind(method: "moe-cl")))
      let manifest = try folder.readManifest()
      #expect(manifest.baseDigest.description.hasPrefix("sha256:") && manifest.dataDigests.count == 2)
      for task in Tiny.tasks {
        let text = try String(contentsOf: folder.expert(task).appendingPathComponent("expert.json"), encoding: .utf8)
        let tensors = try Digest(ofFile: folder.expert(task).appendingPathComponent("adapter_model.safetensors"))
        for digest in [manifest.baseDigest, manifest.tokenizerDigest, tensors] {
          #expect(text.contains(digest.description))
        }
      }
    }
  }
}

/// A number that several threads count up.
private final class Count: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0

  func add() { lock.withLock { count += 1 } }
  var value: Int { lock.withLock { count } }
}
