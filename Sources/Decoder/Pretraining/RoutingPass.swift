public import ModelConfiguration
import Randomness

/// What one micro-batch of pretraining does with the MoE blocks' routers, and what they report.
///
/// Belongs to one pass at a time.
public final class RoutingPass {
  public let rule: RoutingRule
  private let seed: UInt64
  private let step: Int
  private let microBatch: Int
  /// What the losses' gradients are multiplied by: 1 / micro-batches of the step.
  let share: Double
  /// Of each layer that has an MoE block, lowest first.
  public internal(set) var loads: [RouterLoad] = []

  public init(_ rule: RoutingRule, seed: UInt64, step: Int, microBatch: Int, of microBatches: Int) {
    self.rule = rule
    self.seed = seed
    self.step = step
    self.microBatch = microBatch
    share = 1 / Double(max(microBatches, 1))
  }

  /// Where the chance of recycled tokens comes from.
  func stream(layer: Int) -> RandomStream {
    RandomStream(seed: seed, "recycle", String(step), String(microBatch), String(layer))
  }

  /// The routers' part of the loss: `balance` · Σ_layers l + `z` · Σ_layers l_z, of this micro-batch.
  public var loss: Double {
    loads.reduce(0) { $0 + rule.balance * $1.balance + rule.zLoss * $1.zLoss }
  }
}
