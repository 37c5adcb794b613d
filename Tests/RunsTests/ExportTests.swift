import Decoder
import Experts
import Files
import Foundation
import Generation
import Learning
import ModelConfiguration
import Runs
import TestSupport
import Testing
import Tokenization
import Torch

@testable import Records

extension StoredRunTests {
  /// Is an exported task what the run serves, or said and measured not to be?
  @Suite struct ExportTests {
    private let base: Base
    private let rows = [[5, 9, 300, 12], [77, 8, 41, 1000, 6, 3]]

    init() throws {
      try TorchRuntime.setThreads(1)
      base = try Base(folder: Tiny.base)
    }

    private func logits(_ experts: (any ExpertSelection)?) throws -> Tensor {
      try base.model.logits(base.model.packedStates(TokenBatch(rows), experts: experts))
    }

    private func opened(_ folder: URL) throws -> StoredExpert {
      try StoredExpert(
        folder,
        for: StoredExpert.Base(
          base.model.configuration, digest: base.model.digest, tokenizerDigest: base.tokenizerDigest))
    }

    private func difference(_ a: Tensor, _ b: Tensor) throws -> Double { try (a - b).abs().maximum().item() }

    @Test(arguments: ["sequential", "per-task"]) func plainExpertsAreExact(method: String) throws {
      let scratch = try Scratch()
      let run = try StoredRun(FinishedRuns.shared.folder(RunKind(method: method)), model: base.model)
      let export = try run.export(task: "weather", base: base)
      #expect(export.record.form == .exact && export.record.deviation == nil && export.deviationLines.isEmpty)
      let archive = try export.write(to: scratch.url("out"))
      #expect(archive.method == method && archive.baseDigest == base.model.digest)
      #expect((archive.promptDigest == nil) == (method == "sequential"))
      let (ours, served) = (
        try logits(LowRankSelection(opened(scratch.url("out")).expert)), try logits(run.selection(forTask: "weather"))
      )
      #expect(try ours.isEqual(to: served) && difference(ours, logits(nil)) > 1e-6)
      #expect(try export.record == JSONFile.read(ExpertExport.Record.self, from: scratch.url("out/accrete.json")))
    }

    @Test(arguments: [OutputHead.label, .trained, .both]) func aMixtureIsMergedAndMeasured(outputHead: OutputHead)
      throws
    {
      let scratch = try Scratch()
      let run = try StoredRun(
        FinishedRuns.shared.folder(RunKind(method: "moe-cl", outputHead: outputHead)), model: base.model)
      let export = try run.export(task: "traffic", base: base)
      let record = export.record
      #expect(record.form == .staticMerge && record.rank == 4 && record.alpha == 32)
      #expect(record.statement.contains("SiLU") && record.statement.contains("head") == (outputHead != .label))
      let shares = try #require(record.sharedShares)
      #expect(shares.count == base.model.configuration.layers && shares.allSatisfy { (0.1...0.9).contains($0) })
      #expect(Set(shares).count > 1)
      let deviation = try #require(record.deviation)
      #expect(deviation.rows == 6 && deviation.logits == 6 * 8192)
      #expect(deviation.maxLogitDifference > deviation.meanLogitDifference && deviation.meanLogitDifference > 0)
      let labels = try #require(deviation.labels)
      #expect(try labels.dualAccuracy == #require(run.matrix[2, 1]))
      _ = try export.write(to: scratch.url("out"))
      let text = try String(contentsOf: scratch.url("out/README.md"), encoding: .utf8)
      #expect(text.contains("n = 6") && text.contains("accuracy") && text.contains(record.statement))
      // The key that folders of before have.
      #expect(try String(contentsOf: scratch.url("out/accrete.json"), encoding: .utf8).contains("\"mixtureAccuracy\""))
      // What was measured is what was written.
      let archive = try #require(try opened(scratch.url("out")).archive)
      #expect(archive.method == "moe-cl-merged" && archive.isWhole && archive.promptDigest != nil)
    }

    @Test func theDeviationIsThatOfTheWrittenFiles() throws {
      let scratch = try Scratch()
      let run = try StoredRun(FinishedRuns.shared.folder(RunKind(method: "moe-cl")), model: base.model)
      let texts = ["The weather today", "A queue at noon."]
      let export = try run.export(task: "weather", base: base, gate: 0.25, prompts: texts)
      #expect(
        export.record.sharedShares?.allSatisfy { $0 == 0.25 } == true && export.record.sharedSharesFrom == "given")
      let deviation = try #require(export.record.deviation)
      #expect(deviation.rows == 2 && deviation.labels == nil)
      _ = try export.write(to: scratch.url("out"))
      let merged = LowRankSelection(try opened(scratch.url("out")).expert)
      var differences: [Double] = []
      for text in texts {
        let ids = try base.tokenizer.encode(text, addSpecialTokens: true)
        func last(_ experts: (any ExpertSelection)?) throws -> Tensor {
          let states = try base.model.packedStates(TokenBatch([ids]), experts: experts)
          return try base.model.logits(states.narrowed(0, from: ids.count - 1, count: 1))
        }
        differences.append(try difference(last(run.selection(forTask: "weather")), last(merged)))
      }
      #expect(abs((differences.max() ?? 0) - deviation.maxLogitDifference) < 1e-5)
    }

    @Test func whatCannotBeExportedIsRefused() throws {
      let folder = try FinishedRuns.shared.folder(RunKind(method: "per-task"))
      let run = try StoredRun(folder, model: base.model)
      #expect(throws: RunError.unknownTask(name: "sports", known: Tiny.tasks)) {
        try run.export(task: "sports", base: base)
      }
      #expect(throws: RunError.self) { try run.export(task: "weather", base: base, gate: 0.5) }
      #expect(throws: RunError.self) { try run.export(task: "weather", base: base, prompts: ["x"]) }
      let earlier = try StoredRun(folder, model: base.model, after: 1)
      #expect(throws: ExpertError.notLearned(task: "traffic", learned: ["weather"])) {
        try earlier.export(task: "traffic", base: base)
      }
      let mixture = try StoredRun(FinishedRuns.shared.folder(RunKind(method: "moe-cl")), model: base.model)
      #expect(throws: ExpertError.self) { try mixture.export(task: "weather", base: base, gate: 1.5) }
      #expect(throws: LearningError.self) { try mixture.export(task: "weather", base: base, prompts: []) }
    }

    /// Measuring on other rows than the run's own would say something else than it claims.
    @Test func changedDataAreRefused() throws {
      let scratch = try Scratch()
      let files = try Tiny.write(to: scratch)
      try SequenceRun.start(Tiny.configuration(files), in: scratch.url("run")).run()
      let run = try StoredRun(scratch.url("run"), model: base.model)
      try scratch.write(Tiny.rows("weather") + "\n", to: "data/weather.jsonl")
      #expect(throws: RunError.self) { try run.export(task: "weather", base: base) }
      #expect(throws: Never.self) { try run.export(task: "traffic", base: base) }
    }

    @Test func aFolderThatIsThereIsLeftAlone() throws {
      let scratch = try Scratch()
      let run = try StoredRun(FinishedRuns.shared.folder(RunKind(method: "sequential")), model: base.model)
      try scratch.write("mine", to: "out/file")
      let before = try tree(scratch.url)
      #expect(throws: FileError.alreadyExists(path: scratch.url("out").path)) {
        try run.export(task: "weather", base: base).write(to: scratch.url("out"))
      }
      #expect(try tree(scratch.url) == before)
    }
  }
}
