/// What makes a task's job begin.
public enum LoopTrigger: String, Sendable, Codable, CaseIterable {
  /// Enough new final labels.
  case labels = "T1"
  /// A drift alarm.
  case drift = "T2"
  /// A cluster of unknown requests that a lead has named and given labels and a guideline.
  case cluster = "T3"
  /// A side was stopped by its alarm.
  case stoppedSide = "T4"
  /// The schedule, or a person.
  case request = "T5"
  /// Rows that a served version was learned from were erased.
  case erasure = "T6"

  /// What it is, in words.
  public var title: String {
    switch self {
    case .labels: "new labels"
    case .drift: "a drift alarm"
    case .cluster: "a named cluster of unknown requests"
    case .stoppedSide: "a side stopped by its alarm"
    case .request: "the schedule or a person"
    case .erasure: "erased rows that a served version was learned from"
    }
  }
}

/// What is known of a task while its job is idle. Plain numbers, so that a simulation and a test say them as production does.
public struct LoopFacts: Sendable, Equatable {
  /// The last event that these facts count: rows up to it are what COLLECT freezes.
  public var sequence: Int
  /// Final labels since the job's last set was frozen.
  public var newLabels: Int
  /// Whether a drift alarm stands since then.
  public var hasDriftAlarm: Bool
  /// Items of a cluster that was named as this task and has labels and a guideline; 0 without one.
  public var namedCluster: Int
  /// Whether a side of the task stands stopped by its alarm.
  public var hasStoppedSide: Bool
  /// Erased rows that the served version was learned from.
  public var erasedRows: Int

  /// Describes a task about which nothing is known.
  ///
  /// - Parameter sequence: The last event that the facts count.
  public init(sequence: Int) {
    self.sequence = sequence
    newLabels = 0
    hasDriftAlarm = false
    namedCluster = 0
    hasStoppedSide = false
    erasedRows = 0
  }

  /// The trigger that stands, the most urgent where there are several: erasure is a duty, an alarm costs people's time by the hour.
  ///
  /// - Parameter policy: How many labels or items it takes.
  /// - Parameter isScheduled: Whether the schedule is due, or a person has asked.
  public func trigger(_ policy: LoopPolicy, isScheduled: Bool) -> LoopTrigger? {
    if erasedRows > 0 { return .erasure }
    if hasStoppedSide { return .stoppedSide }
    if hasDriftAlarm { return .drift }
    if namedCluster >= policy.clusterItems { return .cluster }
    if newLabels >= policy.newLabels { return .labels }
    return isScheduled ? .request : nil
  }
}
