import Foundation
import Synchronization

/// Whether anything of this process may be computed as on a GPU. Every kernel's call asks, and a flag is cheaper than a task's values: in
/// decoding with a small base these took 7 % of the time.
enum DeviceUse {
  /// `ACCRETE_PLAN=gpu`.
  static let isRehearsedThroughout = ProcessInfo.processInfo.environment["ACCRETE_PLAN"] == "gpu"
  private static let isThere = Atomic<Bool>(isRehearsedThroughout)

  /// False until ``begin()``.
  static var isPossible: Bool { isThere.load(ordering: .relaxed) }

  /// From now on. Called before the first tensor on a GPU, and before one is rehearsed.
  static func begin() { isThere.store(true, ordering: .relaxed) }
}
