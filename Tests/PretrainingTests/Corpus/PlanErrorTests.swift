import Foundation
import Testing

@testable import Pretraining

@Suite struct PlanErrorTests {
  private let sources = [WindowPlan.Source(name: "a", tokens: 100), .init(name: "b", tokens: 8)]

  private func refusal(_ stages: [WindowPlan.Stage], _ sources: [WindowPlan.Source]? = nil) -> String {
    do {
      _ = try WindowPlan(seed: 0, sources: sources ?? self.sources, stages: stages)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  private func stage(_ first: Int, _ count: Int, _ weights: [String: Double], _ length: Int = 4) -> WindowPlan.Stage {
    .init(firstWindow: first, count: count, weights: weights, sequenceLength: length)
  }

  @Test func weights() {
    for weights in [["a": 0], [:], ["a": -1, "b": 2], ["a": .nan], ["a": .infinity], ["a": 1e308, "b": 1e308]] {
      #expect(refusal([stage(0, 5, weights)]).hasPrefix("stage 0: expected finite weights, none negative"))
    }
    #expect(
      refusal([stage(0, 5, ["a": 1]), stage(5, 5, ["c": 1])])
        == #"stage 1: expected weights of a, b, got "c". Fix: Correct the name, or add the source."#)
    #expect(
      refusal([stage(0, 5, ["a": 1, "b": 1e-9])]).hasPrefix(
        "stage 0, source b: expected a weight of at least one window in 1024"))
  }

  @Test func sourcesWithoutWindows() {
    #expect(
      refusal([stage(0, 5, ["a": 1, "b": 1], 8)]).hasPrefix(
        "stage 0, source b: expected a window: 8 tokens and the one after them, got 8 tokens."))
    #expect(refusal([stage(0, 5, ["a": 1, "b": 1], 7)]) == "no error")
    #expect(refusal([stage(0, 5, ["a": 1, "b": 0], 8)]) == "no error")
    #expect(refusal([stage(0, 5, ["a": 1])], [.init(name: "a", tokens: 0)]).contains("got 0 tokens"))
    #expect(refusal([stage(0, 5, ["a": 1])], []).hasPrefix("sources: expected at least one source"))
    #expect(
      refusal([stage(0, 5, ["a": 1])], [.init(name: "a", tokens: 9), .init(name: "A", tokens: 9)]).hasPrefix(
        "source A: expected a name of its own"))
  }

  @Test func stages() {
    #expect(refusal([]).hasPrefix("stages: expected at least one stage"))
    for bad in [
      stage(1, 5, ["a": 1]), stage(0, 0, ["a": 1]), stage(0, -3, ["a": 1]), stage(0, 5, ["a": 1], 0),
      stage(.min, .max, ["a": 1]),
    ] {
      #expect(refusal([bad]).hasPrefix("stage 0: expected one window or more, the first of them number 0"))
    }
    #expect(
      refusal([stage(0, 5, ["a": 1]), stage(6, 1, ["a": 1])]).hasPrefix(
        "stage 1: expected one window or more, the first of them number 5"))
    #expect(refusal([stage(0, 5, ["a": 1]), stage(5, .max, ["a": 1])]).hasPrefix("stage 1: expected at most"))
  }

  @Test func positionsOutside() throws {
    let plan = try WindowPlan(seed: 0, sources: sources, stages: [stage(0, 5, ["a": 1])])
    for position in [-1, 5, .max, .min] {
      #expect(throws: CorpusError.self) { try plan.window(at: position) }
    }
    #expect(throws: CorpusError.self) { try plan.windows(at: 3..<6) }
    #expect(throws: CorpusError.self) { try plan.windows(at: -1..<2) }
  }
}
