import Foundation
import Learning
import Runs
import TestSupport
import Testing

@testable import Records

extension RunTests {
  /// Is a run a pure function of configuration, data, base and seed?
  @Suite struct DeterminismTests {
    @Test(arguments: RunKind.all) func sameSeedSameBytes(kind: RunKind) throws {
      let first = try FinishedRuns.shared.folder(kind)
      let scratch = try Scratch()
      let configuration = try RunFolder(first).readManifest().configuration
      // Each method in a process's own way once: with a base that it loads itself.
      let loadsItsOwn = kind.outputHead == .trained
      try SequenceRun.start(configuration, in: scratch.url("again"), bases: loadsItsOwn ? LoadedBases() : .shared)
        .run()
      let (one, other) = (try decided(first), try decided(scratch.url("again")))
      #expect(differences(one, other).isEmpty)
      // What the comparison rests on is there.
      for path in ["manifest.json", "events.jsonl", "matrix.json", "checkpoints/task-2.safetensors"] {
        #expect(one[path] != nil)
      }
    }

    @Test(arguments: ["moe-cl", "sequential", "per-task"]) func anotherSeedAnotherRun(method: String) throws {
      let one = try decided(FinishedRuns.shared.folder(RunKind(method: method)))
      let other = try decided(FinishedRuns.shared.folder(RunKind(method: method, seed: 1)))
      let changed = differences(one, other)
      #expect(changed.contains("events.jsonl") && changed.contains("checkpoints/task-2.safetensors"))
      for task in Tiny.tasks where method != "sequential" {
        #expect(changed.contains("experts/\(task)/adapter_model.safetensors"))
      }
    }

    @Test func aTasksOwnExpertDoesNotDependOnTheOrder() throws {
      let first = try FinishedRuns.shared.folder(RunKind(method: "per-task"))
      let scratch = try Scratch()
      var configuration = try RunFolder(first).readManifest().configuration
      configuration.source.files.reverse()
      try SequenceRun.start(configuration, in: scratch.url("turned")).run()
      let turned = RunFolder(scratch.url("turned"))
      #expect(try turned.readManifest().tasks == Tiny.tasks.reversed())
      for task in Tiny.tasks {
        let (one, other) = (try tree(RunFolder(first).expert(task)), try tree(turned.expert(task)))
        #expect(one.count == 3 && differences(one, other).isEmpty)
      }
    }

    @Test func tasksToComeAndTasksPastKeepTheirPredictionsPerTask() throws {
      let folder = RunFolder(try FinishedRuns.shared.folder(RunKind(method: "per-task")))
      func predictions(_ row: Int, _ task: String) throws -> Data {
        try Data(contentsOf: folder.predictions(row: row, task: task))
      }
      let (first, second) = (Tiny.tasks[0], Tiny.tasks[1])
      #expect(try predictions(1, first) == predictions(2, first))
      #expect(try predictions(0, second) == predictions(1, second))
      // Learning a task does change its own: the two equalities above say something.
      #expect(try predictions(0, first) != predictions(1, first))
      #expect(try predictions(1, second) != predictions(2, second))
    }

    @Test func whatDoesNotChangeIsNotScoredAgain() throws {
      let scratch = try Scratch()
      var scored: [String] = []
      let configuration = Tiny.configuration(try Tiny.write(to: scratch), method: "per-task")
      try SequenceRun.start(configuration, in: scratch.url("run")) { progress in
        if case .evaluating(let row, let task, let done, let total) = progress, done == total {
          scored.append("\(row) \(task)")
        }
      }.run()
      #expect(scored == ["0 weather", "0 traffic", "1 weather", "2 traffic"])
    }
  }
}
