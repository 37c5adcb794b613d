public import Foundation

/// An item as the person sees it who has taken it. Nothing in it tells whether the coin drew it.
public struct QueueItem: Sendable, Codable, Equatable {
  /// Its id.
  public let id: String
  /// Its task; `nil`: nobody knows.
  public let task: String?
  /// Its text.
  public let text: String
  /// What its sender wants to see beside it.
  public let meta: [String: String]
  /// The task's labels.
  public let labels: [String]
  /// What the model suggests; `nil` where that is not shown.
  public let suggestion: String?
  /// The probability of ``suggestion``.
  public let probability: Double?
  /// The version of the guideline that holds.
  public let guideline: String?
  /// When it arrived.
  public let arrived: Date
  /// By when it should be decided.
  public let due: Date
  /// Until when it is this person's, unless a heartbeat comes.
  public let leasedUntil: Date
  /// What others said, where this person has to adjudicate; otherwise empty.
  public let votes: [Vote]
}

/// Who reviews, and what that person may see.
public struct Reviewer: Sendable, Equatable {
  /// The name that votes and the audit have.
  public let person: String
  /// The tasks whose items are shown; `nil`: all, and those of no known task.
  public let tasks: [String]?
  /// Whether the person adjudicates.
  public let isLead: Bool

  /// Names a person.
  ///
  /// - Parameters:
  ///   - person: The name.
  ///   - tasks: The tasks whose items are shown.
  ///   - isLead: Whether the person adjudicates.
  public init(_ person: String, tasks: [String]? = nil, isLead: Bool = false) {
    self.person = person
    self.tasks = tasks
    self.isLead = isLead
  }
}
