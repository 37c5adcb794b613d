public import Foundation

/// What a reviewer sees: one item, and how far the day is.
///
/// There is nothing here by which an item of the coin could be told from one of the queue that has no suggestion: no reason why it is
/// shown, no priority, no score, no source, no time at which it came.
public struct ReviewContent: Sendable, Equatable {
  /// A label that an item may get.
  public struct Label: Sendable, Equatable {
    /// As the task's policy has it.
    public var name: String
    /// When it fits, in a few words; empty where the policy says nothing.
    public var help: String = ""

    /// A label that an item may get.
    ///
    /// - Parameters:
    ///   - name: As the task's policy has it.
    ///   - help: When it fits, in a few words; empty where the policy says nothing.
    public init(name: String, help: String = "") {
      self.name = name
      self.help = help
    }
  }

  /// What a model says of an item, where the reviewer may see it.
  public struct Suggestion: Sendable, Equatable {
    /// One of the item's labels.
    public var label: String
    /// Its calibrated probability.
    public var probability: Double

    /// What a model says of an item.
    ///
    /// - Parameters:
    ///   - label: One of the item's labels.
    ///   - probability: Its calibrated probability.
    public init(label: String, probability: Double) {
      self.label = label
      self.probability = probability
    }
  }

  /// What another person has said of an item that is settled now.
  public struct Opinion: Sendable, Equatable {
    /// Who said it.
    public var person: String
    /// The label.
    public var label: String
    /// What the person wrote beside it; empty: nothing.
    public var reason: String = ""

    /// What another person has said.
    ///
    /// - Parameters:
    ///   - person: Who said it.
    ///   - label: The label.
    ///   - reason: What the person wrote beside it; empty: nothing.
    public init(person: String, label: String, reason: String = "") {
      self.person = person
      self.label = label
      self.reason = reason
    }
  }

  /// What a task's labels mean, as its lead has written it.
  public struct Guideline: Sendable, Equatable {
    /// Counts up with each change.
    public var version: Int
    /// Plain text, with line ends.
    public var text: String

    /// What a task's labels mean.
    ///
    /// - Parameters:
    ///   - version: Counts up with each change.
    ///   - text: Plain text, with line ends.
    public init(version: Int, text: String) {
      self.version = version
      self.text = text
    }
  }

  /// The item that a person looks at.
  public struct Item: Sendable, Equatable {
    /// As whoever handed it in has called it.
    public var id: String
    /// The task that its labels belong to.
    public var task: String
    /// What is judged.
    public var text: String
    /// In the order of the policy.
    public var labels: [Label]
    /// `nil`: the person is to judge without one.
    public var suggestion: Suggestion? = nil
    /// Where the person settles what others disagree about; else empty.
    public var opinions: [Opinion] = []
    /// When it goes back to the queue.
    public var leaseEnds: Date
    /// `nil`: the task has none yet.
    public var guideline: Guideline? = nil

    /// The item that a person looks at.
    ///
    /// - Parameters:
    ///   - id: As whoever handed it in has called it.
    ///   - task: The task that its labels belong to.
    ///   - text: What is judged.
    ///   - labels: In the order of the policy.
    ///   - suggestion: `nil`: the person is to judge without one.
    ///   - opinions: Where the person settles what others disagree about; else empty.
    ///   - leaseEnds: When it goes back to the queue.
    ///   - guideline: `nil`: the task has none yet.
    public init(
      id: String, task: String, text: String, labels: [Label], suggestion: Suggestion? = nil,
      opinions: [Opinion] = [], leaseEnds: Date, guideline: Guideline? = nil
    ) {
      self.id = id
      self.task = task
      self.text = text
      self.labels = labels
      self.suggestion = suggestion
      self.opinions = opinions
      self.leaseEnds = leaseEnds
      self.guideline = guideline
    }
  }

  /// How far the day is.
  public struct Progress: Sendable, Equatable {
    /// Items that the person has decided today.
    public var today: Int = 0
    /// Items of the person's tasks that wait.
    public var waiting: Int = 0
    /// Those of them that should have been decided already.
    public var pastDue: Int = 0
    /// Decisions of the person that can still be taken back.
    public var undoable: Int = 0

    /// How far the day is.
    ///
    /// - Parameters:
    ///   - today: Items that the person has decided today.
    ///   - waiting: Items of the person's tasks that wait.
    ///   - pastDue: Those of them that should have been decided already.
    ///   - undoable: Decisions of the person that can still be taken back.
    public init(today: Int = 0, waiting: Int = 0, pastDue: Int = 0, undoable: Int = 0) {
      self.today = today
      self.waiting = waiting
      self.pastDue = pastDue
      self.undoable = undoable
    }
  }

  /// When all this was so.
  public var now: Date
  /// `nil`: nothing waits.
  public var item: Item? = nil
  /// How far the day is.
  public var progress: Progress = Progress()
  /// Why an item may be skipped, as the policy has it; each with the word that is sent.
  public var skipReasons: [SkipReason] = SkipReason.allCases

  /// What a reviewer sees.
  ///
  /// - Parameters:
  ///   - now: When all this was so.
  ///   - item: `nil`: nothing waits.
  ///   - progress: How far the day is.
  ///   - skipReasons: Why an item may be skipped, as the policy has it; each with the word that is sent.
  public init(
    now: Date, item: Item? = nil, progress: Progress = Progress(), skipReasons: [SkipReason] = SkipReason.allCases
  ) {
    self.now = now
    self.item = item
    self.progress = progress
    self.skipReasons = skipReasons
  }

  /// Why an item is skipped.
  public enum SkipReason: String, Sendable, CaseIterable {
    case unsure
    case language
    case unreadable
    case involved
    case other

    /// What stands on its button.
    var words: String {
      switch self {
      case .unsure: "I cannot tell"
      case .language: "I do not read this language"
      case .unreadable: "The text is broken"
      case .involved: "I know who is concerned"
      case .other: "Another reason"
      }
    }
  }
}
