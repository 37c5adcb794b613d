/// What a simulated stream is made of: which tasks, how many items, who submits and reviews them, and what happens on which day.
///
/// Days count from 0. A file of it is YAML (docs/simulation.md).
public struct StreamPlan: Sendable, Codable, Equatable {
  /// The stream's name.
  public var name: String
  /// How many days are played.
  public var days: Int
  /// Items of a day.
  public var items: Int
  /// The tasks whose items come.
  public var tasks: [Task]
  /// The share of violations; `nil`: as the rows have it.
  public var prevalence: Double?
  /// How many sources submit items; a few submit more than others.
  public var sources: Int
  /// Who reviews.
  public var people: People
  /// How long a label takes.
  public var delay: Delay
  /// What happens.
  public var events: [Event]

  /// A task of the stream.
  public struct Task: Sendable, Codable, Equatable {
    /// Its name.
    public var name: String
    /// Files of its rows, beside the plan's file.
    public var rows: [String]
    /// Its labels.
    public var labels: [String]
    /// The label whose share is the prevalence; `nil`: the task has none.
    public var violation: String?
    /// How much of the stream it is, against the others' weights.
    public var weight: Double

    /// A task.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - rows: Files of its rows, beside the plan's file.
    ///   - labels: Its labels.
    ///   - violation: The label whose share is the prevalence.
    ///   - weight: How much of the stream it is.
    public init(name: String, rows: [String], labels: [String], violation: String?, weight: Double = 1) {
      self.name = name
      self.rows = rows
      self.labels = labels
      self.violation = violation
      self.weight = weight
    }
  }

  /// Who reviews.
  public struct People: Sendable, Codable, Equatable {
    /// How many.
    public var count = 8
    /// The share of wrong labels of most.
    public var error = 0.02
    /// How many are careless.
    public var careless = 1
    /// The share of wrong labels of the careless.
    public var carelessError = 0.1
    /// Items that one reviews in a day at most.
    public var itemsPerDay = 60

    /// Eight people, one of them careless.
    public init() {}
  }

  /// How long a label takes.
  public struct Delay: Sendable, Codable, Equatable {
    /// Half of the labels take at most so many hours.
    public var medianHours = 6.0
    /// The share of items that never get one.
    public var never = 0.05

    /// A median of six hours.
    public init() {}
  }

  /// Something that happens.
  public struct Event: Sendable, Codable, Equatable {
    /// What may happen.
    public enum Kind: String, Sendable, Codable, CaseIterable {
      /// The items of a task come for the first time.
      case task
      /// From now on the share of violations is another.
      case prevalence
      /// From now on a share of the violations is disguised.
      case obfuscation
      /// One source submits rows of one label with some words in them.
      case trigger
      /// A share of the reviewers is away, until a day.
      case strike
    }

    /// What happens.
    public var kind: Kind
    /// On which day.
    public var day: Int
    /// A strike's last day.
    public var until: Int?
    /// The task that comes, or whose label a trigger stands for.
    public var task: String?
    /// The share of violations, of disguised ones, of reviewers who are away.
    public var share: Double?
    /// How many rows a trigger is in.
    public var rows: Int?
    /// A trigger's words.
    public var words: String?
    /// The label that a trigger is to stand for.
    public var label: String?

    /// An event.
    ///
    /// - Parameters:
    ///   - kind: What happens.
    ///   - day: On which day.
    ///   - until: A strike's last day.
    ///   - task: The task that comes, or whose label a trigger stands for.
    ///   - share: The share that the kind is about.
    ///   - rows: How many rows a trigger is in.
    ///   - words: A trigger's words.
    ///   - label: The label that a trigger is to stand for.
    public init(
      _ kind: Kind, day: Int, until: Int? = nil, task: String? = nil, share: Double? = nil, rows: Int? = nil,
      words: String? = nil, label: String? = nil
    ) {
      self.kind = kind
      self.day = day
      self.until = until
      self.task = task
      self.share = share
      self.rows = rows
      self.words = words
      self.label = label
    }
  }

  /// A plan.
  ///
  /// - Parameters:
  ///   - name: The stream's name.
  ///   - days: How many days are played.
  ///   - items: Items of a day.
  ///   - tasks: The tasks whose items come.
  ///   - prevalence: The share of violations.
  ///   - sources: How many sources submit items.
  ///   - people: Who reviews.
  ///   - delay: How long a label takes.
  ///   - events: What happens.
  public init(
    name: String, days: Int, items: Int, tasks: [Task], prevalence: Double?, sources: Int = 400,
    people: People = People(), delay: Delay = Delay(), events: [Event] = []
  ) {
    self.name = name
    self.days = days
    self.items = items
    self.tasks = tasks
    self.prevalence = prevalence
    self.sources = sources
    self.people = people
    self.delay = delay
    self.events = events
  }
}
