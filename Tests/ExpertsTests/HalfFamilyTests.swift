import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Decoder
@testable import Experts

/// Does every family of models compute nearly in bfloat16 what it computes in float32, forward and back?
@Suite struct HalfFamilyTests {
  /// The same values, held in the precision in which products take them.
  private func models(_ family: String) throws -> (exact: DecoderModel, half: DecoderModel) {
    let folder = Goldens.folder.appendingPathComponent("families/" + family)
    let model = try DecoderModel(folder: folder, precision: .bfloat16)
    return (model, try model.computing(.bfloat16, named: family))
  }

  /// The distance of two tensors as a share of the second one's length.
  private func distance(_ one: Tensor, _ other: Tensor) throws -> Double {
    try (one - other).norm().item() / other.norm().item()
  }

  @Test(arguments: FamilyTests.families, [false, true])
  func statesAndGradients(family: String, checkpointing: Bool) throws {
    let (exact, half) = try models(family)
    #expect(half.compute == .bfloat16 && exact.compute == .float32)
    #expect(half.rounding == .fine && exact.rounding == .coarse)
    let shape = try LowRankShape(rank: 4, alpha: 8, dropout: 0, projections: Projection.allCases)
    let ids = [[5, 9, 2, 7, 1, 3, 8], [4, 4, 6]]
    let read = try Tensor(Array(0..<10))
    func traced(_ model: DecoderModel) throws -> (states: Tensor, gradients: Tensor) {
      let expert = try LowRankExpert(shape, for: model.configuration, on: .cpu) { _ in 1 }
      let flat = try FlatParameters(
        expert.tensors.sorted { $0.key < $1.key }.map { FlatParameters.Parameter(name: $0.key, tensor: $0.value) })
      try withoutGradients {
        let noise = try Tensor(uninitialized: [flat.count])
        try Generator(seed: 2).fillNormal(noise, deviation: 0.05)
        try flat.values.addInPlace(noise)
      }
      let states = try model.tracedStates(
        TokenBatch(ids), experts: LowRankSelection(expert), at: read, checkpointing: checkpointing)
      #expect(states.value.dtype == .float32)
      let gradient = try Tensor(uninitialized: states.value.shape)
      try Generator(seed: 3).fillNormal(gradient, deviation: 1)
      _ = try states.pullback?(gradient, false)
      return (states.value, try flat.gradients.cloned())
    }
    let (one, other) = (try traced(half), try traced(exact))
    let far = try (distance(one.states, other.states), distance(one.gradients, other.gradients))
    // Random weights have large scores of attention, of which bfloat16 queries and keys leave three digits.
    #expect(far.0 > 0 && far.0 < 0.03 && far.1 < 0.15, "states \(far.0), gradients \(far.1)")
    // Through a cache, whose keys and values are float32.
    let cached = try half.packedStates(TokenBatch(ids), cache: KeyValueCache())
    #expect(try distance(cached, half.packedStates(TokenBatch(ids))) < 0.02)
    // Generated tokens are multiplied in bfloat16, too: nearly the same states, and the same tokens in any company.
    func last(_ model: DecoderModel) throws -> Tensor {
      let slices = ProductSlices(sliced: 0, half: model.compute == .bfloat16)
      return try model.inferredStates(
        TokenBatch([[5, 9, 2, 7]]), experts: [nil], slices: slices, cache: KeyValueCache(), at: [3])
    }
    let apart = try distance(last(half), last(exact))
    #expect(apart > 0 && apart < 0.03, "\(apart)")
    let alone = try half.generate(after: [5, 9, 2])
    #expect(try half.generate([[5, 9, 2], [4, 4, 6, 1]].map { DecodingSession.Request($0) })[0] == alone)
  }
}
