/// What a simulated stream costs.
public struct SimulationCosts: Sendable, Codable, Equatable {
  /// Of one review.
  public var review = 0.05
  /// Of one second of a CPU core.
  public var second = 1e-5

  /// The usual costs.
  public init() {}

  /// What 1,000 items cost.
  ///
  /// - Parameters:
  ///   - reviews: Votes of people.
  ///   - seconds: Seconds of CPU cores.
  ///   - items: Items that came; without any it is 0.
  public func perThousand(reviews: Int, seconds: Double, items: Int) -> Double {
    items > 0 ? (Double(reviews) * review + seconds * second) / Double(items) * 1000 : 0
  }
}
