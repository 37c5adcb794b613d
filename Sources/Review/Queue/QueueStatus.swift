public import Foundation

/// How the queue stands, as far as a person may see it.
public struct QueueStatus: Sendable, Codable, Equatable {
  /// How a task's part of it stands.
  public struct Task: Sendable, Codable, Equatable {
    /// The task; `nil`: those of no known task.
    public let task: String?
    /// Items that wait, those that people have before them among them.
    public let waiting: Int
    /// Those of them that wait for a second person.
    public let second: Int
    /// Those of them that wait for a lead.
    public let adjudicate: Int
    /// Those of them that should have been decided by now.
    public let late: Int
    /// Items that became late in the last 30 days, whatever has become of them.
    public let breaches: Int
    /// When the oldest arrived that waits for a person; `nil`: none does.
    public let oldest: Date?
  }

  /// The tasks of which anything waits, or became late in the last 30 days, by name.
  public let tasks: [Task]
  /// Items that the person has.
  public let mine: Int
  /// Labels, skips and flags of the person since midnight (UTC) that were not taken back.
  public let today: Int
  /// Votes that the person can take back now.
  public let undoable: Int

  /// Items that wait.
  public var depth: Int { tasks.reduce(0) { $0 + $1.waiting } }
  /// Items that should have been decided by now.
  public var late: Int { tasks.reduce(0) { $0 + $1.late } }
  /// When the oldest arrived; `nil`: nothing waits.
  public var oldest: Date? { tasks.compactMap(\.oldest).min() }
}
