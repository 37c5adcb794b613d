import Foundation
import Runs
import Synchronization

/// What the signals of a running command ask for: SIGTERM and SIGINT for a checkpoint and the end, SIGUSR1 for a checkpoint.
///
/// A handler may do next to nothing, so it leaves a number that the run looks at between two steps. A second SIGINT does not wait.
enum Signals {
  private static let stop = Atomic<Int32>(0)
  private static let checkpoint = Atomic<Bool>(false)

  /// From now on signals are remembered instead of ending the process.
  static func listen() {
    signal(SIGTERM) { Signals.stop.store($0, ordering: .relaxed) }
    signal(SIGINT) { number in
      if Signals.stop.exchange(number, ordering: .relaxed) == number { _exit(128 + number) }
    }
    signal(SIGUSR1) { _ in Signals.checkpoint.store(true, ordering: .relaxed) }
  }

  /// What has been asked since the last call; a request to stop stays.
  static func request() -> RunRequest? {
    let number = stop.load(ordering: .relaxed)
    if number != 0 { return .stop(signal: number) }
    return checkpoint.exchange(false, ordering: .relaxed) ? .checkpoint : nil
  }
}
