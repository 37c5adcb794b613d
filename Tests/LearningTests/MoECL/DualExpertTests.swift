import Decoder
import ModelConfiguration
import Records
import TestSupport
import Testing
import Torch

@testable import Experts
@testable import Learning

/// Does MoE-CL's layer compute its formula?
@Suite struct MixtureTests {
  let model: DecoderModel

  init() throws { model = try Goldens.model() }

  private func compare(_ golden: String, _ selection: DualExpertSelection) throws {
    let golden = try Goldens.tensors().tensor(golden)
    for (row, logits) in try model.logits(Goldens.rows(), experts: selection).enumerated() {
      let expected = try golden.selected(0, row).narrowed(0, from: 0, count: logits.shape[0])
      let distance = try difference(logits, expected)
      #expect(distance < 1e-4, "row \(row) differs by \(distance)")
    }
  }

  @Test func logitsOfTheGolden() throws {
    try compare("logits.moe_cl", Goldens.mixture(model))
  }

  /// A task that has not arrived: the shared expert and one that changes nothing.
  @Test func logitsOfATaskToCome() throws {
    let selection = DualExpertSelection(
      shared: try Goldens.expert("shared", model.configuration),
      dedicated: try model.newExpert(Goldens.shape(), seed: 5), gates: try Goldens.gates())
    try compare("logits.unlearned", selection)
  }

  /// Acceptance test (i): with B = 0 both experts are the base, and the gate's weights sum to one.
  @Test func atTheStartItIsTheBase() throws {
    let rows = try Goldens.rows()
    let selection = DualExpertSelection(
      shared: try model.newExpert(Goldens.shape(), seed: 1), dedicated: try model.newExpert(Goldens.shape(), seed: 2),
      gates: try Goldens.gates())
    for (fresh, base) in try zip(model.logits(rows, experts: selection), model.logits(rows, experts: nil)) {
      #expect(try difference(fresh, base) < 1e-5)
    }
  }

  @Test func noSelectionIsTheBaseBitForBit() throws {
    let rows = try Goldens.rows()
    let plain = try model.logits(model.hiddenStates(TokenBatch(rows)))
    let nothing = try model.logits(model.hiddenStates(TokenBatch(rows), experts: nil))
    #expect(try plain.isEqual(to: nothing))
  }

  /// Acceptance test (iv): the paper's two complete passes, mixed at their end.
  @Test(arguments: [0, 1])
  func oneDownProjectionEqualsTwo(layer: Int) throws {
    let block = try #require(model.layers[layer].feedForward.common)
    let gate = try Goldens.gates()[layer]
    let z = try Tensor(uninitialized: [21, 32])
    try Generator(seed: 4).fillNormal(z, deviation: 1)

    func complete(_ name: String) throws -> Tensor {
      let pairs = try Goldens.expert(name, model.configuration).pairs[layer]
      func plus(_ x: Tensor, _ weight: WeightMatrix, _ projection: Projection) throws -> Tensor {
        let pair = try #require(pairs[projection])
        return try x.linear(weight) + x.linear(pair.a).linear(pair.b) * 2
      }
      return try plus(plus(z, block.gate, .gate).silu() * plus(z, block.up, .up), block.down, .down)
    }
    let weights = try z.linear(gate).softmax(-1)  // [tokens, 2]
    let naive =
      try complete("shared") * weights.narrowed(1, from: 0, count: 1)
      + complete("task1") * weights.narrowed(1, from: 1, count: 1)

    let got = try Goldens.mixture(model).feedForward(z, through: block, layer: layer, tracing: false).value
    #expect(try difference(got, naive) < 1e-5)
    // Both gate and experts matter here, so that the comparison means something.
    #expect(try difference(got, complete("shared")) > 1e-2)
    #expect(try difference(got, complete("task1")) > 1e-2)
  }

  private func pooled(_ rows: [[Int]], isolated: Bool) throws -> (logits: [Tensor], pooled: [Tensor]) {
    let batch = try TokenBatch(rows)
    let weights = try PoolingWeights(batch)
    let selection = try Goldens.mixture(
      model, pooling: isolated ? .isolated(weights) : .attached(weights))
    let logits = try model.logits(model.hiddenStates(batch, experts: selection))
    return (
      try rows.enumerated().map { try logits.selected(0, $0).narrowed(0, from: 0, count: $1.count) }, selection.pooled
    )
  }

  @Test(arguments: [false, true])
  func aPooledRowIsTheMeanOverItsOwnTokens(isolated: Bool) throws {
    let rows = try Goldens.rows()
    let together = try pooled(rows, isolated: isolated).pooled
    for (number, row) in rows.enumerated() {
      let alone = try pooled([row], isolated: isolated).pooled
      for (a, b) in try paired(together, alone) {
        #expect(try difference(a.selected(0, number), b.selected(0, 0)) < 1e-5)
      }
    }
    let batch = try TokenBatch([[1, 2], [1, 2, 3, 4]])
    #expect(try PoolingWeights(batch).matrix.floats() == [0.5, 0.5, 0, 0, 0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25])
  }

  /// What is pooled is W_down a + s B2 A2 a of the shared expert, complete, before gate and residual.
  @Test func whatIsPooled() throws {
    let block = try #require(model.layers[0].feedForward.common)
    let z = try Tensor(uninitialized: [4, 32])
    try Generator(seed: 9).fillNormal(z, deviation: 1)
    let shared = try Goldens.expert("shared", model.configuration)
    let complete = try block.forward(z, experts: LowRankSelection(shared), layer: 0).value
    let weights = try PoolingWeights(TokenBatch([[1, 2], [3, 4]]))
    for pooling in [DualExpertSelection.Pooling.attached(weights), .isolated(weights)] {
      let selection = try Goldens.mixture(model, pooling: pooling)
      _ = try selection.feedForward(z, through: block, layer: 0, tracing: false)
      let expected = try complete.narrowed(0, from: 0, count: 2).mean(0, keeping: true)
      #expect(try difference(#require(selection.pooled.first).narrowed(0, from: 0, count: 1), expected) < 1e-5)
    }
  }

  @Test func withoutAnAdversaryNothingIsPooled() throws {
    let selection = try Goldens.mixture(model)
    _ = try model.logits([[1, 2]], experts: selection)
    #expect(selection.pooled.isEmpty)
  }

  @Test func anExpertWithoutAllThreeProjectionsIsRefused() throws {
    let half = try model.newExpert(LowRankShape(rank: 4, alpha: 8, dropout: 0, projections: [.gate, .up]))
    let selection = DualExpertSelection(shared: half, dedicated: half, gates: try Goldens.gates())
    #expect(throws: ExpertError.self) { try model.logits([[1, 2]], experts: selection) }
  }

  /// MoE-CL's adversary looks at every token: then all of them go through the last layer, and the state is the same.
  @Test func anAdversarySeesAll() throws {
    let model = try Goldens.model()
    let batch = try TokenBatch(Goldens.rows())
    let pooled = try Goldens.mixture(model, pooling: .isolated(PoolingWeights(batch)))
    #expect(try pooled.narrowed(to: [0]) == nil)
    #expect(try Goldens.mixture(model).narrowed(to: [0]) != nil)
    let index = try Tensor([batch.lengths[0] - 1])
    let whole = try model.packedStates(batch, experts: Goldens.mixture(model)).gathered(0, rows: index)
    for selection in [pooled, try Goldens.mixture(model)] {
      #expect(try difference(model.packedStates(batch, experts: selection, at: index), whole) < 1e-5)
    }
    #expect(pooled.pooled.count == model.layers.count)
    #expect(pooled.pooled[0].shape == [batch.sequenceCount, model.configuration.hiddenSize])
  }
}
