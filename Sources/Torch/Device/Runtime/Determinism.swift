import CTorch
import Synchronization

/// Same seed, same device, same bytes.
enum Determinism {
  /// Runs operators whose fast way adds up in no order: in the one that adds up in a fixed one. The switch is libtorch's, for the whole
  /// process, and makes other operators fail; so it is on only here.
  static func required<Result>(_ body: () throws -> Result) throws -> Result {
    guard libtorch.accrete_has_cuda() else { return try body() }
    return try users.withLock { count in
      libtorch.accrete_set_deterministic(true)
      count += 1
      defer {
        count -= 1
        libtorch.accrete_set_deterministic(false)
      }
      return try body()
    }
  }

  private static let users = Mutex(0)
}
