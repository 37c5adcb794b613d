import CTorch
import Synchronization

/// Same seed, same device, same bytes.
enum Determinism {
  /// Runs operators whose fast way adds up in no order: in the one that adds up in a fixed one. The switch is libtorch's, for the whole
  /// process, and makes other operators fail; so it is on only here, one thread at a time.
  ///
  /// - Parameter body: Single operators: it must not call this function, which would wait for itself.
  static func required<Result>(_ body: () throws -> Result) throws -> Result {
    guard libtorch.accrete_has_cuda() else { return try body() }
    return try alone.withLock { _ in
      libtorch.accrete_set_deterministic(true)
      defer { libtorch.accrete_set_deterministic(false) }
      return try body()
    }
  }

  private static let alone = Mutex(())
}
