import Experts
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Decoder

/// Does every sequence of a mixed batch get what it would get alone, and is the base multiplied once for all of them?
@Suite struct InferenceTests {
  let model: DecoderModel

  init() throws { model = try Goldens.model() }

  /// Every family, with an expert at all of its projections and at its routed experts.
  @Test(arguments: FamilyTests.families, [true, false]) func everyFamily(family: String, sliced: Bool) throws {
    let model = try Goldens.model("families/" + family)
    let experts = try [3, 4].map { seed in
      let shape = try LowRankShape(
        rank: 3, alpha: 6, dropout: 0, projections: Projection.allCases, routed: model.configuration.moe != nil)
      return try randomExpert(shape, on: model.configuration, seed: UInt64(seed))
    }
    let (one, other) = (PreparedExpert(experts[0]), PreparedExpert(experts[1]))
    let rows = [Array(1..<40), [5], Array(50..<90), [7, 8, 9]]
    let mixed = try model.inferredLogits(rows, experts: [one, nil, other, one], sliced: sliced)
    for (number, expert) in [experts[0], nil, experts[1], experts[0]].enumerated() {
      let alone = try model.logits([rows[number]], experts: expert.map { LowRankSelection($0) })[0]
      let distance = try difference(mixed[number], alone)
      #expect(distance < 5e-5, "row \(number) differs by \(distance)")
    }
  }

  /// Experts of five ranks and the base in one batch: what PEFT computes with each of them alone.
  @Test(arguments: [true, false]) func mixedRanksArePEFTs(sliced: Bool) throws {
    let rows = try Goldens.rows()
    let golden = try Goldens.tensors("peft-ranks")
    let experts: [(any InferenceExpert)?] = try Adapters.ranks.map {
      PreparedExpert(try LowRankExpert(peft: Adapters.folder($0), for: model.configuration))
    }
    let everyone: [(any InferenceExpert)?] = experts + [nil]
    // Neighbours have different experts.
    let orders = rows.flatMap { row in everyone.map { (row: row, expert: $0) } }
    let mixed = try model.inferredLogits(orders.map(\.row), experts: orders.map(\.expert), sliced: sliced)
    let base = try model.logits(rows, experts: nil)
    for (number, logits) in mixed.enumerated() {
      let (row, index) = number.quotientAndRemainder(dividingBy: everyone.count)
      let expected =
        index < Adapters.ranks.count
        ? try golden.tensor(Adapters.ranks[index]).selected(0, row).narrowed(0, from: 0, count: rows[row].count)
        : base[row]
      let distance = try difference(logits, expected)
      #expect(distance < 1e-4, "row \(row), \(index < 5 ? Adapters.ranks[index] : "base"): \(distance)")
    }
  }

  /// Products with the base's matrices in a pass, whatever the number of experts: one for each projection of each layer.
  @Test(arguments: [1, 4, 16, 64]) func theBaseIsMultipliedOnce(experts: Int) throws {
    let shape = try LowRankShape(rank: 2, alpha: 4, dropout: 0, projections: Projection.allCases)
    let prepared = try (0..<experts).map { seed in
      PreparedExpert(try randomExpert(shape, on: model.configuration, seed: UInt64(seed)))
    }
    let counter = ProductCounter()
    let rows = (0..<64).map { [$0 + 1] }
    _ = try model.inferredLogits(
      rows, experts: rows.indices.map { prepared[$0 % experts] }, sliced: false, counter: counter)
    #expect(counter.count == 7 * model.configuration.layers)
  }

  @Test func experimentsOfTrainingAreNoneOfInference() throws {
    let expert = try randomExpert(
      LowRankShape(rank: 2, alpha: 4, dropout: 0), on: model.configuration, seed: 1)
    let dropping = LowRankSelection(expert, dropout: Dropout(0.3, from: DropoutStream(seed: 1)))
    #expect(try dropping.inferenceExpert() == nil)
    #expect(throws: DecoderError.trainingSelection) { try model.generate(after: [1, 2], experts: dropping) }
  }
}
