import Files
import Foundation
import Learning
import TestSupport
import Testing

@testable import Records
@testable import Runs
@testable import Verification

extension StoredRunTests {
  /// Does a verification find what was changed, and nothing else?
  @Suite struct VerificationTests {
    /// A copy of a finished run with files of its own, so that data can be changed too.
    private func run(_ scratch: Scratch, method: String = "moe-cl") throws -> RunFolder {
      let folder = RunFolder(scratch.url("run"))
      try SequenceRun.start(
        Tiny.configuration(Tiny.write(to: scratch), method: method), in: folder.url, bases: .shared
      ).run()
      return folder
    }

    private func failures(_ folder: RunFolder) throws -> [String] {
      try RunVerification(folder.url).failures.map(\.what)
    }

    private func replace(_ old: String, by new: String, in file: URL) throws {
      let text = try String(contentsOf: file, encoding: .utf8)
      try #require(text.contains(old), "no `\(old)` in \(file.path)")
      try Data(text.replacing(old, with: new, maxReplacements: 1).utf8).write(to: file)
    }

    @Test(arguments: RunKind.all) func finishedRunsAreWhole(kind: RunKind) throws {
      let folder = RunFolder(try FinishedRuns.shared.folder(kind))
      let before = try tree(folder.url)
      let verification = try RunVerification(folder.url)
      #expect(verification.failures.isEmpty && verification.checks.count == 9)
      #expect(verification.checks.first { $0.what.hasPrefix("matrix") }?.found == "6 cells")
      #expect(differences(before, try tree(folder.url)).isEmpty)
    }

    @Test func changesAreFound() throws {
      let scratch = try Scratch()
      let folder = try run(scratch)
      let whole = try tree(folder.url)
      let expert = folder.expert("weather")
      let predictions = folder.predictions(row: 1, task: "traffic")
      let changes: [(String, Set<String>, () throws -> Void)] = [
        (
          "an expert's tensors", ["experts"],
          { try flip(expert.appendingPathComponent("adapter_model.safetensors"), at: -1) }
        ),
        (
          "an archive", ["experts"],
          {
            try self.replace(
              "\"tensorsDigest\" : \"sha256:", by: "\"tensorsDigest\" : \"sha256:0",
              in: expert.appendingPathComponent("expert.json"))
          }
        ),
        (
          // The newest refers to it, and says what the matrix is.
          "a checkpoint",
          [
            "checkpoints", "experts", "matrix from predictions", "inferred matrix from predictions",
            "metrics from matrix",
          ],
          { try flip(folder.checkpoint(after: 1), at: 700) }
        ),
        (
          "a prediction", ["matrix from predictions", "metrics from matrix"],
          { try self.replace("\"predicted\":1", by: "\"predicted\":0", in: predictions) }
        ),
        (
          "a right label", ["matrix from predictions", "metrics from matrix"],
          { try self.replace("\"gold\":0", by: "\"gold\":1", in: predictions) }
        ),
        (
          "a lost prediction", ["matrix from predictions", "metrics from matrix"], { try Data().write(to: predictions) }
        ),
        (
          "a metric", ["metrics from matrix"],
          { try self.replace("\"value\" : 0", by: "\"value\" : 0.01", in: folder.metrics) }
        ),
        ("a lost event", ["events"], { try self.replace("\n", by: " ", in: folder.events) }),
        (
          "the manifest", ["checkpoints", "experts"],
          { try self.replace("\"epochs\" : 1", by: "\"epochs\" : 2", in: folder.manifest) }
        ),
        (
          "the data", ["base, tokenizer, prompts and data"],
          { try scratch.write(Tiny.rows("traffic").replacing("queue", with: "line"), to: "data/traffic.jsonl") }
        ),
      ]
      for (what, expected, change) in changes {
        try change()
        if what != "the data" {
          #expect(try sealingFinds(folder.url), "\(what)")
          // Behind the digests everything is computed again.
          try reseal(folder.url)
        }
        // The newest checkpoint's list, which CheckpointFilesTests looks at, is not what is meant here.
        let found = Set(try failures(folder)).subtracting([sealedFiles])
        #expect(found == expected, "\(what)")
        for (path, data) in whole { try data.write(to: folder.url.appendingPathComponent(path)) }
        _ = try Tiny.write(to: scratch)
      }
      #expect(try failures(folder).isEmpty)
    }

    @Test func noRun() throws {
      let scratch = try Scratch()
      #expect(throws: RunError.notARun(folder: scratch.url.path)) { try RunVerification(scratch.url) }
    }
  }

  /// Does a trial tell what the run then needs, and leave nothing?
  @Suite struct DryRunTests {
    @Test(arguments: RunKind.all) func tellsAndLeavesNothing(kind: RunKind) throws {
      let folder = RunFolder(try FinishedRuns.shared.folder(kind))
      let scratch = try Scratch()
      let out = scratch.url("somewhere/else/run")
      let trial = try DryRun(folder.readManifest().configuration, out: out)
      #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.url.path).isEmpty)
      let costs = try JSONFile.read(RunMetrics.self, from: folder.metrics).costs
      #expect(trial.steps == costs.reduce(0) { $0 + $1.steps })
      #expect(trial.trainingTokens == costs.reduce(0) { $0 + $1.trainingTokens })
      #expect(trial.rows.keys.sorted() == Tiny.tasks.sorted())
      #expect(trial.longestStepTokens <= trial.trainingTokens)
      #expect((trial.longestStepTokens > 0) == kind.outputHead.hasExpert)
      #expect((trial.longestStepSeconds > 0) == kind.outputHead.hasExpert)
      #expect(trial.scoredBatchSeconds > 0 && trial.checkpointSeconds > 0)
      #expect((trial.headSeconds > 0) == kind.outputHead.hasRidge)
      // Tokens at the measured speeds, and a checkpoint and a closed-form head for each task.
      let expected =
        Double(trial.trainingTokens) / Double(max(trial.longestStepTokens, 1)) * trial.longestStepSeconds
        + Double(trial.scoredTokens) / Double(trial.scoredBatchTokens) * trial.scoredBatchSeconds
        + 2 * (trial.checkpointSeconds + trial.headSeconds)
      #expect(abs(trial.estimatedSeconds / expected - 1) < 1e-9)
      // The largest checkpoint, with the optimizer's moments.
      let last = try Data(contentsOf: folder.checkpoint(after: 2)).count
      #expect(!kind.outputHead.hasExpert || trial.checkpointBytes > last)
      let used = try tree(folder.url).values.reduce(0) { $0 + $1.count }
      #expect(trial.diskBytes >= used && trial.diskBytes <= trial.freeDiskBytes)
      // One before the first task and one after each, those kept inside of a task, and the one that is being written; not many times that.
      let checkpoints = 1 + 2 + 2 + 1
      #expect(trial.diskBytes >= checkpoints * trial.checkpointBytes)
      #expect(trial.diskBytes <= (checkpoints + 1) * trial.checkpointBytes + (1 << 20))
    }

    @Test func refusesWhatTheRunWouldRefuse() throws {
      let scratch = try Scratch()
      let files = try Tiny.write(to: scratch)
      var configuration = Tiny.configuration(files)
      #expect(throws: RunError.folderExists(scratch.url.path)) { try DryRun(configuration, out: scratch.url) }
      configuration.method = "unheard-of"
      #expect(throws: LearningError.self) { try DryRun(configuration, out: scratch.url("run")) }
      try scratch.write("{\"text\":\"x\"}\n", to: "data/traffic.jsonl")
      let error = #expect(throws: (any Error).self) {
        try DryRun(Tiny.configuration(files), out: scratch.url("run"))
      }
      #expect("\(error.map { "\($0)" } ?? "")".contains("traffic.jsonl"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.url.path) == ["data"])
    }
  }

  /// What does a run leave when learning itself fails?
  @Suite struct FailedStepTests {
    /// A strength at which the gradient overflows: the run stops before the step, with the rows of its batch, and the state before
    /// that step is there.
    @Test func theStateBeforeABadStepIsStored() throws {
      let scratch = try Scratch()
      var configuration = Tiny.configuration(try Tiny.write(to: scratch), method: "sequential")
      configuration.alpha = 1e38
      let folder = RunFolder(scratch.url("run"))
      let error = #expect(throws: LearningError.self) {
        try SequenceRun.start(configuration, in: folder.url).run()
      }
      guard case .lossNotFinite(_, "weather", let step, let rows) = error else {
        Issue.record("expected a loss that is not finite, got \(String(describing: error))")
        return
      }
      #expect(rows.count == 4 && Set(rows).isSubset(of: 0..<12))
      #expect(try folder.checkpointPositions().map(\.step) == [nil, step - 1])
      let again = #expect(throws: LearningError.self) { try SequenceRun.resume(folder.url).run() }
      #expect(again == error)
    }
  }
}
