import Files
import Foundation
import Synchronization

/// Whether anything of this process may be computed as on a GPU. Every kernel's call asks, and a flag is cheaper than a task's values: in
/// decoding with a small base these took 7 % of the time.
enum DeviceUse {
  /// `ACCRETE_PLAN=gpu`.
  static let isRehearsedThroughout = plan == rehearsal
  /// What the environment says.
  static let plan = ProcessInfo.processInfo.environment["ACCRETE_PLAN"]
  private static let rehearsal = "gpu"
  private static let isThere = Atomic<Bool>(isRehearsedThroughout)

  /// What is wrong with a value of `ACCRETE_PLAN`, and the fix; `nil`: it is known, or none.
  static func problem(of plan: String?) -> String? {
    guard let plan, !plan.isEmpty, plan != rehearsal else { return nil }
    let shown = String(plan.prefix(60)).printable
    return "ACCRETE_PLAN=\(shown) is ignored: allowed is \(rehearsal), which rehearses a GPU on the CPU; else unset it"
  }

  /// False until ``begin()``.
  static var isPossible: Bool { isThere.load(ordering: .relaxed) }

  /// From now on. Called before the first tensor on a GPU, and before one is rehearsed.
  static func begin() { isThere.store(true, ordering: .relaxed) }
}
