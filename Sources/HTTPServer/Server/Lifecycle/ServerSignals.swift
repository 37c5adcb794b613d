import Dispatch
import Foundation
import Synchronization

/// The signals that end a server: the first one asks it to, a second one does not wait.
public final class ServerSignals: Sendable {
  /// Kept so that they go on; nobody touches them after `init`.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]
  private let heard: AsyncStream<Int32>

  /// From now on SIGTERM, SIGINT and SIGHUP are heard instead of ending the process. Who starts it with `nohup` wants it to go on without
  /// a terminal: SIGHUP is left alone then.
  ///
  /// - Parameter onSecond: Called at a second signal, with its number, before the process ends: for a last line of the log.
  public init(onSecond: @escaping @Sendable (Int32) -> Void = { _ in }) {
    let (stream, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(1))
    heard = stream
    let (first, queue) = (FirstTime(), DispatchQueue(label: "accrete.signals"))
    sources = [SIGTERM, SIGINT, SIGHUP].compactMap { number in
      let before = signal(number, SIG_IGN)
      if number == SIGHUP, unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { return nil }
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        guard first.isNow() else {
          Self.atMost(milliseconds: 200) { onSecond(number) }
          _exit(128 + number)
        }
        continuation.yield(number)
      }
      source.resume()
      return source
    }
  }

  /// The first signal; `nil`: the task was cancelled before there was one.
  func next() async -> Int32? {
    for await number in heard { return number }
    return nil
  }

  /// Does something, and waits for its end no longer than this: a log that nobody reads keeps nobody from ending.
  private static func atMost(milliseconds: Int, _ body: @escaping @Sendable () -> Void) {
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      body()
      done.signal()
    }
    _ = done.wait(timeout: .now() + .milliseconds(milliseconds))
  }

  /// True once.
  private final class FirstTime: Sendable {
    private let isOver = Mutex(false)

    func isNow() -> Bool {
      isOver.withLock { isOver in
        defer { isOver = true }
        return !isOver
      }
    }
  }
}
