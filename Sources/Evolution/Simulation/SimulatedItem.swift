/// A row from which a stream is made.
public struct SimulationRow: Sendable, Equatable {
  /// The text.
  public let text: String
  /// Its right label.
  public let label: String

  /// A row.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - label: Its right label.
  public init(text: String, label: String) {
    self.text = text
    self.label = label
  }
}

/// An item of a simulated stream, and what only the simulation knows of it.
public struct SimulatedItem: Sendable, Codable, Equatable {
  /// What was done to a row's text.
  public enum Change: String, Sendable, Codable, CaseIterable {
    case homoglyphs, leet, split, trigger
  }

  /// Its id: day and place, as `d07-00123`.
  public let id: String
  /// On which day it comes.
  public let day: Int
  /// How many seconds after midnight.
  public let second: Int
  /// The task that it belongs to.
  public let task: String
  /// What was submitted.
  public let text: String
  /// Its right label.
  public let label: String
  /// Who submitted it.
  public let source: String
  /// What was done to the row's text; `nil`: nothing.
  public let change: Change?

  /// An item.
  ///
  /// - Parameters:
  ///   - id: Its id.
  ///   - day: On which day it comes.
  ///   - second: How many seconds after midnight.
  ///   - task: The task that it belongs to.
  ///   - text: What was submitted.
  ///   - label: Its right label.
  ///   - source: Who submitted it.
  ///   - change: What was done to the row's text.
  public init(
    id: String, day: Int, second: Int, task: String, text: String, label: String, source: String, change: Change?
  ) {
    self.id = id
    self.day = day
    self.second = second
    self.task = task
    self.text = text
    self.label = label
    self.source = source
    self.change = change
  }
}
