import Synchronization

/// Counts what goes between the host and the device: for tests. A GPU stands still at each read until all that was launched is done.
public final class HostTraffic: Sendable {
  @TaskLocal static var watched: HostTraffic?

  private let counts = Mutex<(reads: Int, writes: Int, launches: Int)>((0, 0, 0))

  /// How often values were read by the host.
  public var reads: Int { counts.withLock { $0.reads } }
  /// How often the host sent numbers.
  public var writes: Int { counts.withLock { $0.writes } }

  /// How many of our kernels were launched.
  public var launches: Int { counts.withLock { $0.launches } }

  /// What `body` transfers, also where the device is the CPU and nothing moves.
  public static func counted<Result>(_ body: () throws -> Result) rethrows -> (result: Result, traffic: HostTraffic) {
    let traffic = HostTraffic()
    return (try $watched.withValue(traffic, operation: body), traffic)
  }

  static func read() { watched?.counts.withLock { $0.reads += 1 } }
  static func launch() { watched?.counts.withLock { $0.launches += 1 } }
  static func write() { watched?.counts.withLock { $0.writes += 1 } }
}
