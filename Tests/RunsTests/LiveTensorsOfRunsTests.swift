import Foundation
import Learning
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Records
@testable import Runs

extension RunTests {
  /// Is nothing left of a task but what its method keeps of it?
  @Suite struct LiveTensorsOfRunsTests {
    /// Three tasks; the third has the rows of the first.
    private func configuration(_ kind: RunKind, _ scratch: Scratch) throws -> RunConfiguration {
      let files = try Tiny.write(to: scratch) + [scratch.write(Tiny.rows(Tiny.tasks[0]), to: "data/again.jsonl")]
      var configuration = Tiny.configuration(files, method: kind.method, outputHead: kind.outputHead)
      if kind.method == "any-ssr" { configuration.options = ["expansion": 200] }
      return configuration
    }

    /// Trained heads live beside any method in one way.
    @Test(arguments: RunKind.all.filter { $0.outputHead != .trained || $0.method == "moe-cl" })
    func everyTaskGivesBackItsTensors(kind: RunKind) throws {
      let scratch = try Scratch()
      let configuration = try configuration(kind, scratch)
      // The memory into which weights are widened is made with the first product, and stays.
      _ = try Tensor.zeros([64, 64]).linear(WeightMatrix(Tensor.zeros([64, 64], .bfloat16)))
      let start = LiveTensors.countOfThread
      var beyondState: [Int] = []
      do {
        let run = try SequenceRun.start(configuration, in: scratch.url("run"))
        func measure() { beyondState.append(LiveTensors.countOfThread - run.allTensors.count) }
        try run.scoreRow(0)
        measure()
        for task in run.tasks {
          try run.learn(task)
          measure()
        }
      }
      // The base is alive all the time. What a router sees of the scored rows, and what some methods compute once from earlier tasks, is
      // there from the second task on; nothing else beside the state that a checkpoint holds.
      #expect(beyondState.count == 4 && Set(beyondState.dropFirst(2)).count == 1, "\(beyondState)")
      if !kind.routes, kind.method != "o-lora" { #expect(Set(beyondState).count == 1, "\(beyondState)") }
      #expect(LiveTensors.countOfThread == start)
    }
  }
}
