import Decoder
import ModelConfiguration
import Records
import TestSupport
import Testing
import Torch

@testable import Experts
@testable import Learning

/// Is a static merge the dual expert where it can be, and a defined approximation elsewhere?
@Suite struct MergingTests {
  let model: DecoderModel

  init() throws { model = try Goldens.model() }

  private func logits(_ selection: any ExpertSelection) throws -> [Tensor] {
    try model.logits(Goldens.rows(), experts: selection)
  }

  @Test(arguments: [(1.0, "shared"), (0.0, "task1")]) func atTheEndsItIsOneOfTheExperts(share: Double, name: String)
    throws
  {
    let merged = try Goldens.mixture(model).merged(sharedShares: [share, share])
    #expect(merged.shape.rank == 8 && merged.shape.alpha == 16 && merged.shape.scaling == 2)
    let expected = try logits(LowRankSelection(Goldens.expert(name, model.configuration)))
    for (a, b) in try paired(logits(LowRankSelection(merged)), expected) { #expect(try difference(a, b) < 1e-5) }
  }

  /// The merged product is β s B_s A_s + (1 − β) s B_t A_t, with the β of its layer.
  @Test func betweenThemTheProductsAreMixed() throws {
    let dual = try Goldens.mixture(model)
    let merged = try dual.merged(sharedShares: [0.25, 0.75])
    for (layer, share) in [(0, 0.25), (1, 0.75)] {
      for projection in LowRankShape.feedForwardProjections {
        func product(_ expert: LowRankExpert) throws -> Tensor {
          let pair = try #require(expert.pairs[layer][projection])
          return try pair.b.matmul(pair.a) * pair.scaling
        }
        let expected = try product(dual.shared) * share + product(dual.dedicated) * (1 - share)
        #expect(try difference(product(merged), expected) < 1e-5)
      }
    }
  }

  /// Two equal experts are that expert at any gate: nothing is lost then.
  @Test func equalExpertsLoseNothing() throws {
    let expert = try Goldens.expert("shared", model.configuration)
    let dual = DualExpertSelection(shared: expert, dedicated: expert, gates: try Goldens.gates())
    let merged = try dual.merged(sharedShares: [0.3, 0.6])
    for (a, b) in try paired(logits(LowRankSelection(merged)), logits(dual)) {
      #expect(try difference(a, b) < 1e-4)
    }
  }

  /// More than 64 tokens in all: the alignment padding behind them must not count.
  @Test func theMeterSeesWhatTheGatesWeigh() throws {
    let rows = (0..<3).map { row in (0..<25).map { 4 + ($0 * 7 + row * 11) % 90 } }
    let dual = try Goldens.mixture(model)
    let meter = GateMeter(dual)
    #expect(meter.sharedShares == [0.5, 0.5])
    let batch = try TokenBatch(rows)
    #expect(batch.packedCount > batch.tokens)
    meter.begin(batch)
    let watched = try model.packedStates(batch, experts: meter)
    #expect(try watched.isEqual(to: model.packedStates(batch, experts: dual)))
    // One by one the first layer's gate sees the same tokens.
    var sum = 0.0
    for row in rows {
      let alone = GateMeter(dual)
      let batch = try TokenBatch([row])
      alone.begin(batch)
      _ = try model.packedStates(batch, experts: alone)
      sum += alone.sharedShares[0] / 3
    }
    #expect(abs(meter.sharedShares[0] - sum) < 1e-6 && meter.sharedShares[0] != 0.5)
  }

  @Test(arguments: [[], [0.5], [0.5, 1.5], [0.5, -0.1], [0.5, .nan], [0.5, 0.5, 0.5]])
  func sharesAreChecked(shares: [Double]) throws {
    let dual = try Goldens.mixture(model)
    #expect(throws: ExpertError.self) { try dual.merged(sharedShares: shares) }
  }

  @Test func expertsOfTwoStrengthsAreRefused() throws {
    let other = try model.newExpert(LowRankShape(rank: 4, alpha: 4, dropout: 0))
    let dual = DualExpertSelection(
      shared: try Goldens.expert("shared", model.configuration), dedicated: other, gates: try Goldens.gates())
    #expect(throws: ExpertError.self) { try dual.merged(sharedShares: [0.5, 0.5]) }
  }
}
