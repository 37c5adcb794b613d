import Decoder
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Experts

/// Is a state that is read alone the state that it is among all, and so its gradient?
@Suite struct ReadingTests {
  static let rows = [Array(3..<40), Array(20..<31), Array(50..<90), [4, 9, 16]]
  /// Ends of the rows, and two positions in the middle: 6 of 91 tokens.
  static let indices = [36, 47, 87, 90, 20, 60]

  private func expert(_ base: DecoderConfiguration, seed: UInt64) throws -> LowRankExpert {
    let shape = try LowRankShape(
      rank: 3, alpha: 6, dropout: 0, projections: Projection.allCases, routed: base.moe != nil)
    return try randomExpert(shape, on: base, seed: seed)
  }

  @Test(arguments: FamilyTests.families) func states(family: String) throws {
    let model = try Goldens.model("families/" + family)
    let batch = try TokenBatch(Self.rows)
    let indices = try Tensor(Self.indices)
    let one = LowRankSelection(try expert(model.configuration, seed: 1))
    for experts in [nil, one] as [(any ExpertSelection)?] {
      let whole = try model.packedStates(batch, experts: experts).gathered(0, rows: indices)
      let read = try model.packedStates(batch, experts: experts, at: indices)
      let distance = try difference(read, whole)
      #expect(distance < 2e-5, "\(family), \(experts.map { "\(type(of: $0))" } ?? "the base"): \(distance)")
    }
  }

  /// With a gradient of zero at all other tokens the long way gives the same.
  @Test(arguments: FamilyTests.families, [false, true]) func gradients(family: String, checkpointing: Bool) throws {
    let model = try Goldens.model("families/" + family)
    let batch = try TokenBatch(Self.rows)
    let gradient = try Tensor(uninitialized: [Self.indices.count, model.configuration.hiddenSize])
    try Generator(seed: 3).fillNormal(gradient, deviation: 1)
    func collected(at indices: [Int], _ gradient: Tensor) throws -> Tensor {
      let expert = try expert(model.configuration, seed: 4)
      let flat = try FlatParameters(
        expert.tensors.sorted { $0.key < $1.key }.map { FlatParameters.Parameter(name: $0.key, tensor: $0.value) })
      let states = try model.tracedStates(
        batch, experts: LowRankSelection(expert), at: Tensor(indices), checkpointing: checkpointing)
      _ = try states.pullback?(gradient, false)
      return flat.gradients
    }
    let read = try collected(at: Self.indices, gradient)
    let everywhere = try Tensor.zeros([batch.tokens, model.configuration.hiddenSize])
      .replacing(0, rows: Tensor(Self.indices), with: gradient)
    let whole = try collected(at: Array(0..<batch.tokens), everywhere)
    let size = try whole.abs().maximum().item()
    #expect(size > 0)
    #expect(try difference(read, whole) < 1e-4 * size, "\(family)")
  }
}
