import Decoder
public import Experts
import Torch

extension DualExpertSelection {
  /// One plain expert instead of the two and their gate: what a form with a single pair for each projection can say.
  ///
  ///     A = [A_s; A_t]        B = [β B_s, (1 − β) B_t]        rank 2r, strength 2α: the same α / r
  ///
  /// Two things are lost. The gate is a number of each layer and no longer one of each token. Gate and up projection enter through f(h1) ⊙
  /// h3, where f is the activation. There the product of the means is not the mean of the products: even with the right β it is an
  /// approximation. At β = 1 and 0 it is exactly the shared and the dedicated expert.
  ///
  /// - Parameter sharedShares: β of each layer, the weight of the shared expert.
  /// - Throws: `ExpertError.invalidHyperparameter(name:value:allowed:)`.
  public func merged(sharedShares: [Double]) throws -> LowRankExpert {
    let layers = shared.pairs.count
    guard sharedShares.count == layers, dedicated.pairs.count == layers else {
      throw ExpertError.invalidHyperparameter(
        name: "the number of gate shares", value: "\(sharedShares.count)", allowed: "\(layers), one for each layer")
    }
    for share in sharedShares where !(0...1).contains(share) {
      throw ExpertError.invalidHyperparameter(name: "the gate's share", value: "\(share)", allowed: "0 to 1")
    }
    // Two scalings could be folded into B, at the price of another rounding; no method has two.
    guard shared.shape.rank == dedicated.shape.rank, shared.shape.alpha == dedicated.shape.alpha else {
      throw ExpertError.invalidHyperparameter(
        name: "rank and alpha of the dedicated expert", value: "\(dedicated.shape.rank) and \(dedicated.shape.alpha)",
        allowed: "those of the shared one, \(shared.shape.rank) and \(shared.shape.alpha)")
    }
    let shape = try LowRankShape(
      rank: 2 * shared.shape.rank, alpha: 2 * shared.shape.alpha, dropout: shared.shape.dropout,
      projections: shared.shape.projections)
    let pairs = try (0..<layers).map { layer in
      var row: [ProjectionSite: LowRankPair] = [:]
      for (site, first) in shared.pairs[layer] {
        guard let second = dedicated.pairs[layer][site] else {
          throw ExpertError.missingTensor(where: "a dual expert", name: "layers.\(layer).\(site.name)")
        }
        let share = sharedShares[layer]
        row[site] = LowRankPair(
          a: try Tensor.concatenated([first.a, second.a]),  // [2 · rank, in]
          b: try Tensor.concatenated([first.b * share, second.b * (1 - share)], axis: 1),  // [out, 2 · rank]
          scaling: shape.scaling)
      }
      return row
    }
    return LowRankExpert(shape, pairs: pairs, feedForwardPath: shared.feedForwardPath)
  }
}
