import Files
public import Foundation

/// Unknown items that are like each other: perhaps a task that nobody has named.
public struct NoveltyCluster: Sendable, Codable, Equatable {
  /// What a cluster must have before a person is asked.
  public enum Least {
    /// Items.
    public static let items = 200
    /// Different sources.
    public static let sources = 5
    /// Different days, in UTC.
    public static let days = 3
  }

  /// The id of its earliest item, under which it is found again while it grows.
  public let id: String
  /// Ids of its items, earliest first.
  public let items: [String]
  /// The ids of at most ten that are most like all others.
  public let samples: [String]
  /// How many sources they are from.
  public let sources: Int
  /// On how many days they came, in UTC.
  public let days: Int
  /// When the first came.
  public let first: Date
  /// When the last came.
  public let last: Date

  /// Whether it is large, old and mixed enough to be shown: one source alone, or one day, makes no task.
  public var isReady: Bool { items.count >= Least.items && sources >= Least.sources && days >= Least.days }

  /// `members`: at least one, earliest first; `samples`: places among them.
  init?(_ members: [UnknownItem], samples: [Int]) {
    guard let first = members.first, let last = members.last else { return nil }
    id = first.id
    items = members.map(\.id)
    self.samples = samples.map { members[$0].id }
    sources = Set(members.map { ExactText($0.source.map { "=" + $0 } ?? "") }).count
    days = Set(members.map { ($0.arrived.timeIntervalSince1970 / 86_400).rounded(.down) }).count
    self.first = first.arrived
    self.last = last.arrived
  }
}
