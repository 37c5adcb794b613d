import Logging
import ServiceLifecycle
import Synchronization

/// Waits for a signal, and ends the server without losing a request that runs.
///
/// It says first that it is not ready, and goes on taking requests until a load balancer could know (`--drain-delay`); then it takes none,
/// lets those that run end (`--drain-timeout`), and gives up the rest. When it returns, the group shuts down.
final class ShutdownService: Service {
  /// `nil`: none comes, as in tests.
  private let signals: ServerSignals?
  private let drain: DrainState
  private let times: (delay: Duration, timeout: Duration)
  private let logger: Logger
  /// Ends what still runs in the engine.
  private let cancel: @Sendable () async -> Void
  private let received = Mutex<Int32?>(nil)
  private let left = Mutex(0)

  /// What a request that was given up needs to tell its client so.
  private static let lastWords: Duration = .seconds(5)

  init(
    _ signals: ServerSignals?, drain: DrainState, delay: Duration, timeout: Duration, logger: Logger,
    cancel: @escaping @Sendable () async -> Void
  ) {
    (self.signals, self.drain, self.logger, self.cancel) = (signals, drain, logger, cancel)
    times = (delay, timeout)
  }

  /// The signal that ended it; `nil`: something else did.
  var signal: Int32? { received.withLock { $0 } }

  /// Requests that had no time to end.
  var givenUp: Int { left.withLock { $0 } }

  func run() async throws {
    let number = await cancelWhenGracefulShutdown { [signals] in await signals?.next() }
    guard let number else {
      // Another service has ended: what runs ends with it.
      drain.move(to: .cancelling)
      await cancel()
      return
    }
    received.withLock { $0 = number }
    await finish(number)
  }

  /// From the signal to the end of the last request.
  func finish(_ number: Int32) async {
    drain.move(to: .announced)
    logger.notice(
      "signal \(number): not ready any more; new requests are taken for \(times.delay), running ones have \(times.timeout) after that"
    )
    try? await Task.sleep(for: times.delay)
    drain.move(to: .draining)
    if await !drain.untilEmpty(within: times.timeout) {
      let running = drain.running
      left.withLock { $0 = running }
      logger.warning("\(running) requests are given up after \(times.timeout)")
    }
    drain.move(to: .cancelling)
    await cancel()
    if await !drain.untilEmpty(within: Self.lastWords) {
      logger.warning("\(drain.running) requests did not end")
    }
  }
}
