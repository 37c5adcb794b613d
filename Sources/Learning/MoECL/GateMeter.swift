public import Decoder
public import Torch

/// A dual expert that is watched: what its gates weigh, on average over the tokens that pass. Its outputs are the dual expert's.
public final class GateMeter: ExpertSelection {
  private let dual: DualExpertSelection
  private var sums: [Double]
  private var tokens: [Int]
  /// Tokens of the next pass that count; those behind them are alignment padding.
  private var real = 0

  public init(_ dual: DualExpertSelection) {
    self.dual = dual
    sums = Array(repeating: 0, count: dual.gates.count)
    tokens = Array(repeating: 0, count: dual.gates.count)
  }

  /// Call it before each pass.
  public func begin(_ batch: TokenBatch) { real = batch.tokens }

  /// The mean weight of the shared expert in each layer; one half where nothing has passed.
  public var sharedShares: [Double] {
    zip(sums, tokens).map { $1 == 0 ? 0.5 : min(max($0 / Double($1), 0), 1) }
  }

  public func enter(layer: Int, again: Bool) { dual.enter(layer: layer, again: again) }

  public func feedForward(_ z: Tensor, through block: FeedForward, layer: Int, tracing: Bool) throws -> Traced {
    if dual.gates.indices.contains(layer), real > 0 {
      let seen = try z.narrowed(0, from: 0, count: min(real, z.shape.first ?? 0))  // [real tokens, hidden]
      let shares = try seen.converted(to: .float32).linear(dual.gates[layer]).softmax(-1)  // [real tokens, 2]
      sums[layer] += try shares.selected(1, 0).sum().item()
      tokens[layer] += shares.shape.first ?? 0
    }
    return try dual.feedForward(z, through: block, layer: layer, tracing: tracing)
  }
}
