/// A task as a method knows it: its name, and when it arrived.
public struct TaskIdentity: Sendable, Hashable, Codable {
  public let name: String
  /// 0 for the first task that arrived.
  public let arrival: Int

  public init(name: String, arrival: Int) {
    self.name = name
    self.arrival = arrival
  }
}
