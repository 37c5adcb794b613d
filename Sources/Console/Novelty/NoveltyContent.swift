public import Foundation

/// Requests that no task claims, put together where they are alike.
public struct NoveltyContent: Sendable, Equatable {
  /// Requests that are alike.
  public struct Cluster: Sendable, Equatable {
    /// Its id.
    public var id: String
    /// How many.
    public var items: Int
    /// From how many sources.
    public var sources: Int
    /// On how many days.
    public var days: Int
    /// When the first of them came.
    public var since: Date
    /// Some of them, as they were handed in.
    public var samples: [String] = []

    /// Requests that are alike.
    ///
    /// - Parameters:
    ///   - id: Its id.
    ///   - items: How many.
    ///   - sources: From how many sources.
    ///   - days: On how many days.
    ///   - since: When the first of them came.
    ///   - samples: Some of them, as they were handed in.
    public init(id: String, items: Int, sources: Int, days: Int, since: Date, samples: [String] = []) {
      self.id = id
      self.items = items
      self.sources = sources
      self.days = days
      self.since = since
      self.samples = samples
    }
  }

  /// The largest first.
  public var clusters: [Cluster] = []
  /// Requests that no task claimed, of all that came in a week; `nil`: none came.
  public var unknown: PageEstimate? = nil
  /// How much of a new task is recognised as one, as simulated; `nil`: nothing was simulated.
  public var recall: PageEstimate? = nil

  /// Requests that no task claims.
  ///
  /// - Parameters:
  ///   - clusters: The largest first.
  ///   - unknown: Requests that no task claimed, of all that came in a week; `nil`: none came.
  ///   - recall: How much of a new task is recognised as one, as simulated; `nil`: nothing was simulated.
  public init(clusters: [Cluster] = [], unknown: PageEstimate? = nil, recall: PageEstimate? = nil) {
    self.clusters = clusters
    self.unknown = unknown
    self.recall = recall
  }
}
