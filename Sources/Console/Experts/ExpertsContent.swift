public import Files
public import Foundation

/// Tasks of a registry.
public struct ExpertsContent: Sendable, Equatable {
  /// A task of the list.
  public struct Row: Sendable, Equatable {
    /// The task.
    public var task: String
    /// How many versions there are.
    public var versions: Int
    /// The number of the version that requests reach; `nil`: none is released.
    public var served: Int? = nil
    /// The latest version's number.
    public var latest: Int
    /// When that was made.
    public var changed: Date

    /// A task of the list.
    ///
    /// - Parameters:
    ///   - task: The task.
    ///   - versions: How many versions there are.
    ///   - served: The number of the version that requests reach; `nil`: none is released.
    ///   - latest: The latest version's number.
    ///   - changed: When that was made.
    public init(task: String, versions: Int, served: Int? = nil, latest: Int, changed: Date) {
      self.task = task
      self.versions = versions
      self.served = served
      self.latest = latest
      self.changed = changed
    }
  }

  /// Sorted by name.
  public var rows: [Row] = []

  /// Tasks of a registry.
  ///
  /// - Parameter rows: Sorted by name.
  public init(rows: [Row] = []) {
    self.rows = rows
  }
}

/// A task with its versions.
public struct ExpertContent: Sendable, Equatable {
  /// A version of the list.
  public struct Row: Sendable, Equatable {
    /// Its number.
    public var number: Int
    /// Of its manifest.
    public var digest: Digest
    /// The version that it began from; `nil`: the base.
    public var parent: Int? = nil
    /// When it was made.
    public var created: Date
    /// Names that lead to it.
    public var aliases: [String] = []
    /// Whether requests reach it.
    public var isServed: Bool = false
    /// Whether it is served no more.
    public var isRetired: Bool = false
    /// Its score on rows that it has not learned from; `nil`: not measured.
    public var score: PageEstimate? = nil

    /// A version of the list.
    ///
    /// - Parameters:
    ///   - number: Its number.
    ///   - digest: Of its manifest.
    ///   - parent: The version that it began from; `nil`: the base.
    ///   - created: When it was made.
    ///   - aliases: Names that lead to it.
    ///   - isServed: Whether requests reach it.
    ///   - isRetired: Whether it is served no more.
    ///   - score: Its score on rows that it has not learned from; `nil`: not measured.
    public init(
      number: Int, digest: Digest, parent: Int? = nil, created: Date, aliases: [String] = [], isServed: Bool = false,
      isRetired: Bool = false, score: PageEstimate? = nil
    ) {
      self.number = number
      self.digest = digest
      self.parent = parent
      self.created = created
      self.aliases = aliases
      self.isServed = isServed
      self.isRetired = isRetired
      self.score = score
    }
  }

  /// The task.
  public var task: String
  /// Ascending by number.
  public var versions: [Row] = []
  /// What differs between two versions that were asked for; `nil`: none were.
  public var difference: PageDifference? = nil

  /// A task with its versions.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - versions: Ascending by number.
  ///   - difference: What differs between two versions that were asked for; `nil`: none were.
  public init(task: String, versions: [Row] = [], difference: PageDifference? = nil) {
    self.task = task
    self.versions = versions
    self.difference = difference
  }
}

/// A version.
public struct VersionContent: Sendable, Equatable {
  /// A number with its interval.
  public struct Metric: Sendable, Equatable {
    /// What was measured.
    public var name: String
    /// What came out.
    public var value: PageEstimate
    /// From how many rows; `nil`: that was not recorded.
    public var rows: Int?

    /// A number with its interval.
    ///
    /// - Parameters:
    ///   - name: What was measured.
    ///   - value: What came out.
    ///   - rows: From how many rows; `nil`: that was not recorded.
    public init(name: String, value: PageEstimate, rows: Int? = nil) {
      self.name = name
      self.value = value
      self.rows = rows
    }
  }

  /// A set of rows.
  public struct DataSet: Sendable, Equatable {
    /// What it was for, such as `learn` or `gate`.
    public var use: String
    /// How many.
    public var rows: Int
    /// Of all of them.
    public var digest: Digest

    /// A set of rows.
    ///
    /// - Parameters:
    ///   - use: What it was for, such as `learn` or `gate`.
    ///   - rows: How many.
    ///   - digest: Of all of them.
    public init(use: String, rows: Int, digest: Digest) {
      self.use = use
      self.rows = rows
      self.digest = digest
    }
  }

  /// The task.
  public var task: String
  /// As the list of versions has it.
  public var row: ExpertContent.Row
  /// Of the base.
  public var base: Digest
  /// What was measured.
  public var metrics: [Metric] = []
  /// What let it be released, or did not.
  public var gates: [PageGate] = []
  /// What it was made from.
  public var data: [DataSet] = []
  /// What people should know of it, as plain text; empty: nothing was written.
  public var card: String = ""

  /// A version.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - row: As the list of versions has it.
  ///   - base: Of the base.
  ///   - metrics: What was measured.
  ///   - gates: What let it be released, or did not.
  ///   - data: What it was made from.
  ///   - card: What people should know of it, as plain text; empty: nothing was written.
  public init(
    task: String, row: ExpertContent.Row, base: Digest, metrics: [Metric] = [], gates: [PageGate] = [],
    data: [DataSet] = [], card: String = ""
  ) {
    self.task = task
    self.row = row
    self.base = base
    self.metrics = metrics
    self.gates = gates
    self.data = data
    self.card = card
  }
}
