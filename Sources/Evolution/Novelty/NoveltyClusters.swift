import Assurance
import Files

/// Unknown items by likeness: single linkage of all pairs whose cosine is large enough.
public struct NoveltyClusters: Sendable, Equatable {
  /// From which cosine on two items are alike.
  public static let cosine: Float = 0.8
  /// Items that are looked at: all pairs of more would take too long. The latest are taken.
  public static let mostItems = 20_000
  private static let mostSamples = 10

  /// Clusters of two items or more, the largest first.
  public let clusters: [NoveltyCluster]
  /// Items that are like no other.
  public let alone: Int
  /// Items that were too many.
  public let leftOut: Int

  /// Clusters items.
  ///
  /// - Parameter items: Items in any order.
  /// - Throws: `AssuranceError` for features of different widths, or that are not finite.
  public init(_ items: [UnknownItem]) throws {
    try self.init(items, most: Self.mostItems)
  }

  /// `most`: items that are looked at.
  init(_ items: [UnknownItem], most: Int) throws {
    let ordered = items.sorted { ($0.arrived, ExactText($0.id)) < ($1.arrived, ExactText($1.id)) }
    let latest = Array(ordered.suffix(most))
    let features = try FeatureRows(latest.map(\.features)).normalized()
    var sets = Clusters(rows: latest.count)
    for row in 1..<max(latest.count, 1) {
      for other in 0..<row where sets.first(row) != sets.first(other) {
        if features.product(row, features, other) >= Self.cosine { sets.join(row, other) }
      }
    }
    let groups = Dictionary(grouping: latest.indices) { sets.first($0) }.values.filter { $0.count > 1 }
    clusters = groups.compactMap { rows in
      NoveltyCluster(rows.map { latest[$0] }, samples: Self.samples(rows, features))
    }
    .sorted { ($1.items.count, $0.first, ExactText($0.id)) < ($0.items.count, $1.first, ExactText($1.id)) }
    alone = latest.count - groups.reduce(0) { $0 + $1.count }
    leftOut = ordered.count - latest.count
  }

  /// Places of those with the largest product with the sum of all.
  private static func samples(_ rows: [Int], _ features: FeatureRows) -> [Int] {
    let members = features.rows(rows)
    let products = members.products(with: members.sum(times: [Float](repeating: 1, count: rows.count)))
    return Array(rows.indices.sorted { (products[$1], $0) < (products[$0], $1) }.prefix(mostSamples))
  }
}
