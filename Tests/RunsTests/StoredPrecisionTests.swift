import Decoder
import Experts
import Files
import Foundation
import Generation
import Learning
import ModelConfiguration
import Streams
import Testing
import Torch

@testable import Records
@testable import Runs

extension StoredRunTests {
  /// Is an expert written once, at its own rank and in bfloat16, and is it what the run scored?
  @Suite struct StoredPrecisionTests {
    /// Methods whose tasks are served by the file alone; moe-cl's is a half of what serves a task.
    private static let whole = ["per-task", "any-ssr", "mocl", "moses", "accrete"]

    @Test(arguments: whole + ["moe-cl"])
    func expertsAreWrittenInBfloat16(method: String) throws {
      let folder = RunFolder(try FinishedRuns.shared.folder(RunKind(method: method)))
      let costs = try JSONFile.read(RunMetrics.self, from: folder.metrics).costs
      for (number, task) in Tiny.tasks.enumerated() {
        let url = folder.expert(task).appendingPathComponent("adapter_model.safetensors")
        let file = try SafetensorsFile(url)
        let tensors = try file.names.map(file.tensor)
        #expect(!tensors.isEmpty && tensors.allSatisfy { $0.dtype == .bfloat16 })
        let size = try Data(contentsOf: url).count
        #expect(costs[number].servedBytes == size)
        // Two bytes for each number, and the names.
        let numbers = tensors.reduce(0) { $0 + $1.count }
        #expect(size > 2 * numbers && size < 2 * numbers + 16_384)
        let archive = try ExpertArchive.read(folder.expert(task))
        let rank = try #require(tensors.map { $0.shape.min() ?? 0 }.max())
        #expect(archive.shape.rank == rank)
        guard ["per-task", "any-ssr", "moe-cl"].contains(method) else { continue }
        #expect(costs[number].expertNumbers == numbers && costs[number].expertBytes == 2 * numbers)
        #expect(rank == 2)
      }
      #expect(costs.allSatisfy { ($0.methodNumbers ?? 0) >= ($0.expertNumbers ?? .max) })
    }

    /// The file alone gives the scores that the run recorded, bit for bit.
    @Test(arguments: whole)
    func theFileIsWhatWasScored(method: String) throws {
      try TorchRuntime.setThreads(1)
      let folder = RunFolder(try FinishedRuns.shared.folder(RunKind(method: method)))
      let manifest = try folder.readManifest()
      let (base, tasks, _) = try SequenceRun.prepare(manifest.configuration) { _ in }
      for task in tasks {
        let stored = try StoredExpert(
          folder.expert(task.task.name),
          for: StoredExpert.Base(
            base.model.configuration, digest: base.model.digest, tokenizerDigest: base.tokenizerDigest))
        let answers = try task.answers(
          base, positions: Array(task.evaluated.indices), heads: AnsweringHeads(),
          experts: LowRankSelection(stored.expert)
        )
        let recorded = try folder.answers(manifest, row: tasks.count, task: task.task.name)
        #expect(answers == recorded, "\(task.task.name)")
      }
    }

    @Test func methodsWithoutAFileSaySo() throws {
      let folder = RunFolder(try FinishedRuns.shared.folder(RunKind(method: "sequential")))
      let costs = try JSONFile.read(RunMetrics.self, from: folder.metrics).costs
      #expect(costs.allSatisfy { $0.servedBytes == 0 && $0.expertNumbers == 0 && $0.methodNumbers ?? 0 > 0 })
      // Of a run of a version that did not count them there is no column.
      let older = costs.map { cost in
        var cost = cost
        (cost.expertNumbers, cost.methodNumbers, cost.servedBytes) = (nil, nil, nil)
        return cost
      }
      let names = CellCosts.measures(costs).map(\.name)
      #expect(names.contains("expert numbers per task") && names.contains("served bytes per task"))
      #expect(
        CellCosts.measures(older).map(\.name) == names.filter { !$0.contains("numbers") && !$0.contains("served") })
    }
  }
}
