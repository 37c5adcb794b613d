import Synchronization

/// Counts what goes between the host and the device: for tests. A GPU stands still at each read until all that was launched is done.
public final class HostTraffic: Sendable {
  @TaskLocal private static var watched: HostTraffic?
  /// Cheaper to ask than a task's values.
  private static let isWatched = Atomic<Bool>(false)

  private let counts = Mutex<(reads: Int, writes: Int, launches: Int)>((0, 0, 0))

  /// How often values were read by the host.
  public var reads: Int { counts.withLock { $0.reads } }
  /// How often the host sent numbers.
  public var writes: Int { counts.withLock { $0.writes } }

  /// How many of our kernels were launched.
  public var launches: Int { counts.withLock { $0.launches } }

  /// What `body` transfers, also where the device is the CPU and nothing moves.
  public static func counted<Result>(_ body: () throws -> Result) rethrows -> (result: Result, traffic: HostTraffic) {
    isWatched.store(true, ordering: .relaxed)
    let traffic = HostTraffic()
    return (try $watched.withValue(traffic, operation: body), traffic)
  }

  private static var current: HostTraffic? { isWatched.load(ordering: .relaxed) ? watched : nil }

  static func read() { current?.counts.withLock { $0.reads += 1 } }
  static func launch() { current?.counts.withLock { $0.launches += 1 } }
  static func write() { current?.counts.withLock { $0.writes += 1 } }
}
