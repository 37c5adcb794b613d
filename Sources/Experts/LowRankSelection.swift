public import Decoder
public import Torch

/// One plain LoRA expert for every row of the batch.
public struct LowRankSelection: ExpertSelection {
  let expert: LowRankExpert
  let dropout: Dropout?

  /// - Parameters:
  ///   - expert: what every row uses.
  ///   - dropout: nil in inference.
  public init(_ expert: LowRankExpert, dropout: Dropout? = nil) {
    self.expert = expert
    self.dropout = dropout
  }

  public func project(_ input: Tensor, through weight: Tensor, at projection: Projection, layer: Int) throws -> Tensor {
    guard expert.pairs.indices.contains(layer), let pair = expert.pairs[layer][projection] else {
      return try input.linear(weight)
    }
    let rows = try input.reshaped([-1, weight.shape[1]])  // [rows, in]
    let dropped = try dropout.map { try rows * $0.mask(like: rows) } ?? rows
    let output = try pair.added(to: rows.linear(weight), input: dropped)  // [rows, out]
    return try output.reshaped(input.shape.dropLast() + [weight.shape[0]])
  }
}
