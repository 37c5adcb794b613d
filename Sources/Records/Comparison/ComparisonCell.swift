/// One cell of a comparison: a method on an order of the tasks with a seed.
public struct ComparisonCell: Sendable, Hashable, Codable {
  public var method: String
  public var order: Int
  public var seed: UInt64

  public init(method: String, order: Int, seed: UInt64) {
    (self.method, self.order, self.seed) = (method, order, seed)
  }

  /// What it is called on the screen and on disk: `METHOD-oORDER-sSEED`.
  public var name: String { "\(method)-o\(order)-s\(seed)" }

  /// The configuration of its run.
  /// - Parameter shared: What all cells have in common.
  public func configuration(_ shared: RunConfiguration) -> RunConfiguration {
    var result = shared
    (result.method, result.source.order, result.seed) = (method, order, seed)
    return result
  }
}
