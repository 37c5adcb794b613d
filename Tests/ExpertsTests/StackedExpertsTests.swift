import Experts
import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Decoder

/// Do all routed experts of a layer at once give what they give one after the other?
@Suite struct StackedExpertsTests {
  private static let families = ["hunyuan-moe", "hunyuan-moe-fused", "hunyuan-large"]
  private let rows = [[5, 9, 2, 7, 1, 3, 8], [4, 4, 6], Array(10..<50)]

  private func model(_ family: String) throws -> DecoderModel {
    try TorchRuntime.setThreads(1)
    return try DecoderModel(
      folder: Goldens.folder.appendingPathComponent("families/" + family), precision: .bfloat16
    ).computing(in: .bfloat16)
  }

  private func stacks(_ model: DecoderModel) -> [Bool] {
    model.layers.compactMap { layer in
      guard case .moe(let moe) = layer.feedForward else { return nil }
      return moe.stacked != nil
    }
  }

  private func distance(_ one: Tensor, _ other: Tensor) throws -> Double {
    try (one - other).norm().item() / other.norm().item()
  }

  /// States and gradients of a pass that trains what stands before and beside the routed experts.
  private func traced(_ model: DecoderModel, routed: Bool = false) throws -> (states: Tensor, gradients: Tensor) {
    let shape = try LowRankShape(rank: 4, alpha: 8, dropout: 0, projections: Projection.allCases, routed: routed)
    let expert = try LowRankExpert(shape, for: model.configuration, on: .cpu) { _ in 1 }
    let flat = try FlatParameters(
      expert.tensors.sorted { $0.key < $1.key }.map { FlatParameters.Parameter(name: $0.key, tensor: $0.value) })
    try withoutGradients {
      let noise = try Tensor(uninitialized: [flat.count])
      try Generator(seed: 2).fillNormal(noise, deviation: 0.05)
      try flat.values.addInPlace(noise)
    }
    let count = rows.reduce(0) { $0 + $1.count }
    let states = try model.tracedStates(
      TokenBatch(rows), experts: LowRankSelection(expert), at: Tensor(Array(0..<count)))
    let gradient = try Tensor(uninitialized: states.value.shape)
    try Generator(seed: 3).fillNormal(gradient, deviation: 1)
    _ = try states.pullback?(gradient, false)
    return (states.value, try flat.gradients.cloned())
  }

  @Test(arguments: families) func trainingEqualsTheLoop(family: String) throws {
    // What is loaded for a CPU is not stacked.
    let loop = try model(family)
    try asDevice {
      let stacked = try model(family)
      #expect(stacks(loop).allSatisfy { !$0 } && stacks(stacked).allSatisfy { $0 } && !stacks(stacked).isEmpty)
      let (one, other) = (try traced(stacked), try traced(loop))
      let far = (try distance(one.states, other.states), try distance(one.gradients, other.gradients))
      #expect(far.0 < 0.01 && far.1 < 0.05, "states \(far.0), gradients \(far.1)")
      // Pairs in routed experts take the loop.
      let pairs = (try traced(stacked, routed: true), try traced(loop, routed: true))
      #expect(try distance(pairs.0.states, pairs.1.states) == 0)
      #expect(try distance(pairs.0.gradients, pairs.1.gradients) == 0)
    }
  }

  @Test(arguments: families) func inferenceEqualsTheLoop(family: String) throws {
    let loop = try model(family)
    try asDevice {
      let stacked = try model(family)
      for routed in [false, true] {
        let shape = try LowRankShape(rank: 3, alpha: 6, dropout: 0, projections: Projection.allCases, routed: routed)
        let expert = PreparedExpert(try randomExpert(shape, on: loop.configuration, seed: 4))
        #expect(expert.changesRouted == routed)
        func logits(_ model: DecoderModel, _ counter: ProductCounter? = nil) throws -> Tensor {
          try Tensor.concatenated(model.inferredLogits(rows, experts: [expert, nil, expert], counter: counter))
        }
        let far = try distance(logits(stacked), logits(loop))
        #expect(far < 0.02, "routed \(routed): \(far)")
      }
      let options = GenerationOptions(maxTokens: 5, stopsAtEnd: false)
      #expect(try stacked.generate(after: rows, options: options).map(\.count) == [5, 5, 5])
    }
  }

  /// A width whose bytes are no multiple of 16 takes the loop.
  @Test func otherWidths() throws {
    let narrow = try asDevice { try model("qwen3-moe") }
    #expect(stacks(narrow) == [false, false])
  }

  /// The host reads nothing to find out who visits whom.
  @Test func noReads() throws {
    try asDevice {
      let stacked = try model("hunyuan-moe")
      let batch = try TokenBatch(rows)
      let (_, traffic) = try HostTraffic.counted { try stacked.packedStates(batch) }
      #expect(traffic.reads == 0)
    }
  }
}
