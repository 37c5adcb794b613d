import Foundation
import Runs
import Synchronization

/// What the signals of a running command ask for: SIGTERM, SIGINT and SIGHUP for a checkpoint and the end, SIGUSR1 for a checkpoint.
///
/// A handler may do next to nothing, so it leaves a number that the run looks at between two steps. A second SIGINT does not wait.
enum Signals {
  private static let stop = Atomic<Int32>(0)
  private static let stops = Atomic<Int>(0)
  private static let checkpoint = Atomic<Bool>(false)

  /// From now on signals are remembered instead of ending the process.
  static func listen() {
    signal(SIGTERM) { Signals.stop.store($0, ordering: .relaxed) }
    signal(SIGINT) { number in
      if Signals.stop.exchange(number, ordering: .relaxed) == number { _exit(128 + number) }
    }
    listenForHangUp { Signals.stop.store($0, ordering: .relaxed) }
    listenForCheckpoints()
  }

  /// The same for a process with children, which it has to end itself: the second signal is only counted, see ``stopsAsked``.
  static func listenForChildren() {
    let count: @convention(c) (Int32) -> Void = {
      Signals.stop.store($0, ordering: .relaxed)
      Signals.stops.add(1, ordering: .relaxed)
    }
    for number in [SIGTERM, SIGINT] { signal(number, count) }
    listenForHangUp(count)
    listenForCheckpoints()
  }

  /// From now on the end of standard input is a request to stop, too: whoever holds its other end has ended, however that was.
  static func listenForEndOfInput() {
    Thread.detachNewThread {
      var byte: UInt8 = 0
      var count: Int
      repeat { count = read(STDIN_FILENO, &byte, 1) } while count > 0 || (count < 0 && errno == EINTR)
      Console.error("the process that started this one has ended")
      _ = Signals.stop.compareExchange(expected: 0, desired: SIGTERM, ordering: .relaxed)
    }
  }

  /// A closed terminal, or a connection that broke. Who starts a process with `nohup` wants it to go on then.
  private static func listenForHangUp(_ handler: @escaping @convention(c) (Int32) -> Void) {
    let before = signal(SIGHUP, handler)
    if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(SIGHUP, SIG_IGN) }
  }

  /// How often somebody has asked to stop.
  static var stopsAsked: Int { stops.load(ordering: .relaxed) }

  private static func listenForCheckpoints() {
    signal(SIGUSR1) { _ in Signals.checkpoint.store(true, ordering: .relaxed) }
    // Whoever started this process may have blocked them, and a child inherits that.
    var listened = sigset_t()
    sigemptyset(&listened)
    for number in [SIGTERM, SIGINT, SIGHUP, SIGUSR1] { sigaddset(&listened, number) }
    pthread_sigmask(SIG_UNBLOCK, &listened, nil)
  }

  /// What has been asked since the last call; a request to stop stays.
  static func request() -> RunRequest? {
    let number = stop.load(ordering: .relaxed)
    if number != 0 { return .stop(signal: number) }
    return checkpoint.exchange(false, ordering: .relaxed) ? .checkpoint : nil
  }
}
