/// What one policy did with one stream, for one seed.
public struct SimulationResult: Sendable, Codable, Equatable {
  /// A side in one week.
  public struct SideWeek: Sendable, Codable, Equatable {
    /// The side's task.
    public var task: String
    /// The side's label.
    public var label: String
    /// The week, from 0.
    public var week: Int
    /// Items that it decided.
    public var decided: Int
    /// Those of them with another right label.
    public var wrong: Int
    /// The precision that its certificates promise.
    public var target: Double

    /// A side in one week.
    ///
    /// - Parameters:
    ///   - task: The side's task.
    ///   - label: The side's label.
    ///   - week: The week, from 0.
    ///   - decided: Items that it decided.
    ///   - wrong: Those of them with another right label.
    ///   - target: The precision that its certificates promise.
    public init(task: String, label: String, week: Int, decided: Int = 0, wrong: Int = 0, target: Double) {
      self.task = task
      self.label = label
      self.week = week
      self.decided = decided
      self.wrong = wrong
      self.target = target
    }

    /// The share of right decisions; 1 without any.
    public var precision: Double { decided == 0 ? 1 : 1 - Double(wrong) / Double(decided) }
  }

  /// From an event until a side was certified again.
  public struct Recovery: Sendable, Codable, Equatable {
    /// The event.
    public var kind: StreamPlan.Event.Kind
    /// Its day.
    public var day: Int
    /// Items until a certificate that was made after it; `nil`: none was.
    public var items: Int?
    /// People's labels until then.
    public var labels: Int?

    /// From an event until a side was certified again.
    ///
    /// - Parameters:
    ///   - kind: The event.
    ///   - day: Its day.
    ///   - items: Items until a certificate that was made after it.
    ///   - labels: People's labels until then.
    public init(kind: StreamPlan.Event.Kind, day: Int, items: Int? = nil, labels: Int? = nil) {
      self.kind = kind
      self.day = day
      self.items = items
      self.labels = labels
    }
  }

  /// What a task answers after a promotion.
  public struct Accuracy: Sendable, Codable, Equatable {
    /// The day of the promotion.
    public var day: Int
    /// The task that was learned.
    public var learned: String
    /// The task that was asked.
    public var task: String
    /// The share of right answers on its rows that measure.
    public var accuracy: Double

    /// What a task answers after a promotion.
    ///
    /// - Parameters:
    ///   - day: The day of the promotion.
    ///   - learned: The task that was learned.
    ///   - task: The task that was asked.
    ///   - accuracy: The share of right answers on its rows that measure.
    public init(day: Int, learned: String, task: String, accuracy: Double) {
      self.day = day
      self.learned = learned
      self.task = task
      self.accuracy = accuracy
    }
  }

  /// The stream's name.
  public var stream: String
  /// What was simulated.
  public var policy: SimulationPolicy
  /// Where chance came from.
  public var seed: UInt64
  /// Items that came.
  public var items = 0
  /// Votes of people.
  public var reviews = 0
  /// Items that nobody saw.
  public var decided = 0
  /// Those of them that were decided wrongly.
  public var wrong = 0
  /// Seconds of CPU cores that training takes, by the plan's rate for a row: measured ones would differ from run to run.
  public var seconds = 0.0
  /// Versions that were released after the first of each task.
  public var promotions = 0
  /// Sides that were stopped while their true precision was at the target or above.
  public var falseStops = 0
  /// Uses of rows for what they may not be used.
  public var forbiddenUses = 0
  /// The share of violations that a planted trigger turns, at the end; `nil`: none was planted.
  public var backdoor: Double?
  /// Jobs that were held for a person.
  public var held = 0
  /// The sides, week by week.
  public var weeks: [SideWeek] = []
  /// The events.
  public var recoveries: [Recovery] = []
  /// Accuracies after each promotion.
  public var accuracies: [Accuracy] = []

  /// Nothing yet.
  ///
  /// - Parameters:
  ///   - stream: The stream's name.
  ///   - policy: What is simulated.
  ///   - seed: Where chance comes from.
  public init(stream: String, policy: SimulationPolicy, seed: UInt64) {
    self.stream = stream
    self.policy = policy
    self.seed = seed
  }

  /// The share of items that nobody saw.
  public var stripped: Double { items == 0 ? 0 : Double(decided) / Double(items) }

  /// The share of weeks of sides that decided something in which the precision was the target or above; `nil`: none did.
  public var weeksKept: Double? {
    let some = weeks.filter { $0.decided > 0 }
    return some.isEmpty ? nil : Double(some.count { $0.precision >= $0.target }) / Double(some.count)
  }

  /// The share of right decisions among those that nobody saw; `nil`: there is none.
  public var precision: Double? { decided == 0 ? nil : 1 - Double(wrong) / Double(decided) }

  /// The share of the decided items that the certificates promise to be right, each item its side's; `nil`: none was decided.
  public var promised: Double? {
    decided == 0
      ? nil
      : weeks.reduce(0) { $0 + $1.target * Double($1.decided) } / Double(max(1, weeks.reduce(0) { $0 + $1.decided }))
  }

  /// The mean over tasks of their last accuracies; `nil`: nothing was learned.
  public var lastAccuracy: Double? {
    let last = Dictionary(accuracies.map { ($0.task, $0.accuracy) }) { _, later in later }
    return last.isEmpty ? nil : last.keys.sorted().reduce(0) { $0 + (last[$1] ?? 0) } / Double(last.count)
  }
}
