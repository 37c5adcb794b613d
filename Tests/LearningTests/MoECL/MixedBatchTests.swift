import Experts
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Decoder
@testable import Learning

/// Does every sequence of a batch with plain experts and MoE-CL's pair get what training's pass gives it, with which PyTorch's goldens are
/// compared?
@Suite struct MixedBatchTests {
  let model: DecoderModel
  let rows: [[Int]]

  init() throws {
    model = try Goldens.model()
    rows = try Goldens.rows()
  }

  private func selections() throws -> [any ExpertSelection] {
    [
      LowRankSelection(try Goldens.expert("lora", model.configuration)), try Goldens.mixture(model),
      LowRankSelection(try Goldens.expert("task2", model.configuration)),
    ]
  }

  @Test(
    arguments: [[0, 1, nil, 2], [1, nil, 1, 0], [2, 2, 2, 2], [nil, nil, 0, nil], [1, 1, 1, nil]], [true, false])
  func equalsTrainingsPass(choices: [Int?], sliced: Bool) throws {
    let selections = try selections()
    let prepared = try selections.map { try #require(try $0.inferenceExpert()) }
    let batch = try TokenBatch(rows)
    let states = try model.inferredStates(
      batch, experts: choices.map { $0.map { prepared[$0] } }, slices: ProductSlices(sliced: sliced ? batch.tokens : 0),
      cache: KeyValueCache(), at: Array(0..<batch.tokens))
    var start = 0
    for (number, choice) in choices.enumerated() {
      let alone = try model.packedStates(TokenBatch([rows[number]]), experts: choice.map { selections[$0] })
      let count = rows[number].count
      let distance = try difference(
        states.narrowed(0, from: start, count: count), alone.narrowed(0, from: 0, count: count))
      #expect(distance < 1e-5, "row \(number) differs by \(distance)")
      start += count
    }
  }

  @Test func theExpertsDoDiffer() throws {
    let batch = try TokenBatch([rows[0]])
    let all = try [nil] + selections().map { $0 as (any ExpertSelection)? }
    let states = try all.map { try model.packedStates(batch, experts: $0) }
    for a in states.indices {
      for b in states.indices where a < b { #expect(try difference(states[a], states[b]) > 1e-2) }
    }
  }
}
