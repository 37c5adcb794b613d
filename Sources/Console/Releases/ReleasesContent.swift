public import Foundation

/// Releases of a registry.
public struct ReleasesContent: Sendable, Equatable {
  /// A release of the list.
  public struct Row: Sendable, Equatable {
    /// Counts up.
    public var revision: Int
    /// When.
    public var published: Date
    /// Who published it.
    public var who: String
    /// Why; empty: nothing was said.
    public var why: String = ""
    /// How many tasks it has.
    public var tasks: Int
    /// Whether requests reach it.
    public var isCurrent: Bool = false

    /// A release of the list.
    ///
    /// - Parameters:
    ///   - revision: Counts up.
    ///   - published: When.
    ///   - who: Who published it.
    ///   - why: Why; empty: nothing was said.
    ///   - tasks: How many tasks it has.
    ///   - isCurrent: Whether requests reach it.
    public init(revision: Int, published: Date, who: String, why: String = "", tasks: Int, isCurrent: Bool = false) {
      self.revision = revision
      self.published = published
      self.who = who
      self.why = why
      self.tasks = tasks
      self.isCurrent = isCurrent
    }
  }

  /// The latest first.
  public var rows: [Row] = []
  /// What differs between two that were asked for; `nil`: none were.
  public var difference: PageDifference? = nil

  /// Releases of a registry.
  ///
  /// - Parameters:
  ///   - rows: The latest first.
  ///   - difference: What differs between two that were asked for; `nil`: none were.
  public init(rows: [Row] = [], difference: PageDifference? = nil) {
    self.rows = rows
    self.difference = difference
  }
}
