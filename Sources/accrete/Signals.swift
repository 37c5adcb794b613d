import Foundation
import Runs
import Synchronization

/// What the signals of a running command ask for: SIGTERM and SIGINT for a checkpoint and the end, SIGUSR1 for a checkpoint.
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
    listenForCheckpoints()
  }

  /// The same for a process with children, which it has to end itself: the second signal is only counted, see ``stopsAsked``.
  static func listenForChildren() {
    for number in [SIGTERM, SIGINT] {
      signal(number) {
        Signals.stop.store($0, ordering: .relaxed)
        Signals.stops.add(1, ordering: .relaxed)
      }
    }
    listenForCheckpoints()
  }

  /// How often somebody has asked to stop.
  static var stopsAsked: Int { stops.load(ordering: .relaxed) }

  private static func listenForCheckpoints() {
    signal(SIGUSR1) { _ in Signals.checkpoint.store(true, ordering: .relaxed) }
    // Whoever started this process may have blocked them, and a child inherits that.
    var listened = sigset_t()
    sigemptyset(&listened)
    for number in [SIGTERM, SIGINT, SIGUSR1] { sigaddset(&listened, number) }
    pthread_sigmask(SIG_UNBLOCK, &listened, nil)
  }

  /// What has been asked since the last call; a request to stop stays.
  static func request() -> RunRequest? {
    let number = stop.load(ordering: .relaxed)
    if number != 0 { return .stop(signal: number) }
    return checkpoint.exchange(false, ordering: .relaxed) ? .checkpoint : nil
  }
}
