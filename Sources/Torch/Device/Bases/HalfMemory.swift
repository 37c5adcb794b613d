import Synchronization

/// Memory of a device for a frozen matrix that is made of its codes for one product: as large as the largest one, and used again.
///
/// What is launched on a stream is done in order, so the next matrix is written there after the product has read this one. As many pieces
/// as threads ever used one at the same time.
enum HalfMemory {
  private static let free = Mutex<[Device: [Tensor]]>([:])

  /// - Parameters:
  ///   - bytes: Of the piece.
  ///   - body: Has the piece (uint8 [bytes]) until it returns; nothing that it returns may lie there.
  static func with<Result>(_ bytes: Int, on device: Device, _ body: (Tensor) throws -> Result) throws -> Result {
    var piece = free.withLock { $0[device]?.popLast() }
    // The smaller one is given back first.
    if let own = piece, own.count < bytes { piece = nil }
    let memory = try piece ?? Tensor(uninitialized: [bytes], .uint8, on: device)
    defer { free.withLock { $0[device, default: []].append(memory) } }
    return try body(memory.narrowed(0, from: 0, count: bytes))
  }
}
