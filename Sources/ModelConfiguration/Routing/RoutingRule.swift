import Files

/// How tokens are spread over the routed experts of an MoE model while it is pretrained (docs/pretraining.md, "MoE blocks in training").
public struct RoutingRule: Sendable, Equatable, Codable {
  /// What becomes of a token whose expert has no room.
  public enum Overflow: String, Sendable, CaseIterable, Codable {
    /// It visits nobody.
    case drop
    /// It visits an expert that has room, drawn at random (recycle routing, Hunyuan-Large, arXiv 2411.02265, section 2.2.3).
    case recycle
  }

  /// Tokens that an expert has room for (its capacity), as a multiple of its fair share of a micro-batch; `nil`: no limit.
  public var capacityFactor: Double?
  /// Tokens that an expert has room for at least.
  public var minimumCapacity: Int
  public var overflow: Overflow
  /// Weight of the balance loss.
  public var balance: Double
  /// Weight of the router's z-loss (Zoph et al., arXiv 2202.08906).
  public var zLoss: Double

  public init(
    capacityFactor: Double? = 1.25, minimumCapacity: Int = 8, overflow: Overflow = .recycle, balance: Double = 0.01,
    zLoss: Double = 0
  ) {
    self.capacityFactor = capacityFactor
    self.minimumCapacity = minimumCapacity
    self.overflow = overflow
    self.balance = balance
    self.zLoss = zLoss
  }

  /// Tokens that each expert has room for: C = max(⌈k·T/E · factor⌉, minimum); `nil`: no limit.
  public func capacity(tokens: Int, shape: MoEShape) -> Int? {
    guard let capacityFactor else { return nil }
    let share = Double(tokens * shape.active) / Double(max(shape.experts, 1))
    return max(Int(saturating: (share * capacityFactor).rounded(.up)), minimumCapacity)
  }
}
