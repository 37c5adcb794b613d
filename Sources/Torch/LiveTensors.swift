import Synchronization

/// How many tensor handles are alive: leaks show as a count that grows from task to task.
public enum LiveTensors {
  private static let counter = Atomic<Int>(0)

  /// Handles alive now, in the whole process.
  public static var count: Int { counter.load(ordering: .relaxed) }

  static func change(by amount: Int) { counter.wrappingAdd(amount, ordering: .relaxed) }
}
