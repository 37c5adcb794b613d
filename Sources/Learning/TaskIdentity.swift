/// A task as a method knows it: its name, and when it arrived.
public struct TaskIdentity: Sendable, Hashable, Codable {
  public let name: String
  /// 0 for the first task that arrived.
  public let index: Int

  public init(name: String, index: Int) {
    self.name = name
    self.index = index
  }
}
