import CTorch
import Synchronization

/// How many tensor handles are alive: leaks show as a count that grows from task to task.
public enum LiveTensors {
  private static let counter = Atomic<Int>(0)

  /// Handles alive now, in the whole process.
  public static var count: Int { counter.load(ordering: .relaxed) }

  /// Handles created on this thread minus those freed on it. Where a piece of work stays on one thread, that is exactly what is alive,
  /// whatever other threads do.
  public static var countOfThread: Int { Int(accrete_count_handles(0)) }

  static func change(by amount: Int) {
    counter.wrappingAdd(amount, ordering: .relaxed)
    _ = accrete_count_handles(Int64(amount))
  }
}
