import Synchronization

/// Memory for what is widened, which stays: what was written there last is still in the cache, and its pages are there.
///
/// As many pieces as threads ever used one at the same time. A piece takes memory as far as it was ever written to.
enum TileMemory {
  /// Values of a piece: 2 MiB, which fit the second-level cache or nearly so. (100 million parameters on one core with 1 MiB of it, 85
  /// tokens a step: 0.96 of float32's speed with 2 MiB, 0.93 with 8 MiB, 0.91 with half a MiB.)
  static let numbers = 1 << 19

  private static let free = Mutex<[Tensor]>([])

  /// - Parameter body: Has the piece for itself; nothing that it returns may lie there.
  static func with<Result>(_ body: (Tensor) throws -> Result) throws -> Result {
    let piece = try free.withLock { $0.popLast() } ?? Tensor(uninitialized: [numbers])
    defer { free.withLock { $0.append(piece) } }
    return try body(piece)
  }
}
