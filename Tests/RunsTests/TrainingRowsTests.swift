import Files
import Foundation
import Learning
import Streams
import TestSupport
import Testing

@testable import Records
@testable import Runs

extension RunTests {
  /// Is a task learned from the rows that its method wants?
  @Suite struct TrainingRowsTests {
    private func prepared(_ scratch: Scratch, seed: UInt64 = 0) throws -> [PreparedTask] {
      try SequenceRun.prepare(Tiny.configuration(Tiny.write(to: scratch), seed: seed)) { _ in }.1
    }

    private func prompts(_ examples: some Sequence<EncodedExample>) -> [[Int]] { examples.map(\.promptIds) }

    @Test func replayedRows() throws {
      let tasks = try prepared(Scratch())
      let (first, second) = (tasks[0], tasks[1])
      let rows = TrainingRows.replaying(share: 0.1)
      #expect(prompts(rows.examples(of: first, among: tasks, seed: 0)) == prompts(first.training))
      // Its own twelve, and ⌈1.2⌉ of the first task's.
      let mixed = rows.examples(of: second, among: tasks, seed: 0)
      #expect(prompts(mixed.prefix(12)) == prompts(second.training) && mixed.count == 14)
      #expect(
        Set(prompts(mixed.suffix(2))).isSubset(of: prompts(first.training)) && Set(prompts(mixed.suffix(2))).count == 2)
      #expect(prompts(rows.examples(of: second, among: tasks, seed: 0)) == prompts(mixed))
      let seeds = (0..<8).map { prompts(rows.examples(of: second, among: tasks, seed: $0).suffix(2)) }
      #expect(Set(seeds).count > 1)
      let whole = TrainingRows.replaying(share: 1).examples(of: second, among: tasks, seed: 0)
      #expect(prompts(whole) == prompts(second.training + first.training))
    }

    /// Rows that are looked at are in no batch; they are those that `replay` would have learned.
    @Test func rememberedRows() throws {
      let tasks = try prepared(Scratch())
      let rows = TrainingRows.remembering(rows: 5)
      #expect(rows.remembered(before: tasks[0], among: tasks, seed: 0).isEmpty)
      #expect(prompts(rows.examples(of: tasks[1], among: tasks, seed: 0)) == prompts(tasks[1].training))
      let looked = prompts(rows.remembered(before: tasks[1], among: tasks, seed: 0))
      let replayed = TrainingRows.replaying(share: 5.0 / 12).examples(of: tasks[1], among: tasks, seed: 0)
      #expect(looked.count == 5 && looked == prompts(replayed.suffix(5)))
      #expect(TrainingRows.remembering(rows: 99).remembered(before: tasks[1], among: tasks, seed: 0).count == 12)
      #expect(TrainingRows.replaying(share: 1).remembered(before: tasks[1], among: tasks, seed: 0).isEmpty)
    }

    @Test func allRowsAtOnce() throws {
      let tasks = try prepared(Scratch())
      #expect(
        prompts(TrainingRows.allAtOnce.examples(of: tasks[0], among: tasks, seed: 0))
          == prompts(tasks[0].training + tasks[1].training))
      #expect(TrainingRows.allAtOnce.examples(of: tasks[1], among: tasks, seed: 0).isEmpty)
      #expect(
        prompts(TrainingRows.ofTask.examples(of: tasks[1], among: tasks, seed: 0)) == prompts(tasks[1].training))
    }

    /// Everything in the first task, nothing after it.
    @Test func aJointRun() throws {
      let folder = RunFolder(try FinishedRuns.shared.folder(RunKind(method: "joint")))
      let metrics = try JSONFile.read(RunMetrics.self, from: folder.metrics)
      #expect(metrics.costs.map(\.steps) == [6, 0] && metrics.costs.map(\.trainedParameters).last == 0)
      let scores = try JSONFile.read(MatrixFile.self, from: folder.matrix).scores
      #expect(scores[1] == scores[2])
      for task in Tiny.tasks {
        let (one, other) = (
          try Data(contentsOf: folder.predictions(row: 1, task: task)),
          try Data(contentsOf: folder.predictions(row: 2, task: task))
        )
        #expect(one == other)
      }
    }

    /// A head is of one task: refused before anything is written.
    @Test(arguments: ["joint", "replay", "a-gem"]) func rowsOfSeveralTasksNeedLabels(method: String) throws {
      let scratch = try Scratch()
      let configuration = Tiny.configuration(try Tiny.write(to: scratch), method: method, outputHead: .trained)
      #expect(throws: LearningError.self) { try SequenceRun.start(configuration, in: scratch.url("run")) }
      #expect(throws: LearningError.self) { try DryRun(configuration, out: scratch.url("run")) }
      #expect(!FileManager.default.fileExists(atPath: scratch.url("run").path))
    }
  }
}
