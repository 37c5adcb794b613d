import CTorch
import Foundation

/// Memory for the keys and values of sequences, in blocks of 64 tokens: sequences take what they need, and may share what they read alike.
///
/// A block has room in every layer that has keys of its own; its memory is taken when a layer first writes there. float32 on a CPU. One owner.
public final class KeyValueBlocks {
  /// Tokens of a block.
  public static let tokens = Int(accrete_cache_block)
  /// Blocks whose memory is taken at once.
  private static let arenaBlocks = 16

  private struct Layer {
    let kvHeads: Int
    let headDim: Int
    var arenas: [UnsafeMutablePointer<Float>?] = []

    /// Floats of a block: keys [kvHeads, headDim, 64], then values [kvHeads, 64, headDim].
    var size: Int { 2 * kvHeads * headDim * KeyValueBlocks.tokens }
  }

  /// The most blocks that are given out at once; `nil`: as many as the machine has memory for.
  public let limit: Int?
  private var layers: [Int: Layer] = [:]
  private var free: [Int] = []
  private var made = 0

  /// - Parameter limit: The most blocks that are given out at once; `nil`: any number.
  public init(limit: Int? = nil) { self.limit = limit }

  deinit { for layer in layers.values { for arena in layer.arenas { arena?.deallocate() } } }

  /// Blocks that are given out.
  public var used: Int { made - free.count }
  /// Blocks that can still be given out; `nil`: any number.
  public var available: Int? { limit.map { $0 - used } }

  /// A block that nobody has; `nil`: all are given out.
  public func take() -> KeyValueBlock? {
    if let number = free.popLast() { return KeyValueBlock(number, of: self) }
    guard limit.map({ made < $0 }) ?? true else { return nil }
    made += 1
    return KeyValueBlock(made - 1, of: self)
  }

  fileprivate func putBack(_ number: Int) { free.append(number) }

  /// Where a layer has a block's keys; its values follow.
  /// - Throws: ``TorchError`` where the layer had other heads before, or there is no memory.
  func memory(_ block: KeyValueBlock, layer number: Int, kvHeads: Int, headDim: Int) throws -> UnsafeMutablePointer<
    Float
  > {
    var layer = layers[number] ?? Layer(kvHeads: kvHeads, headDim: headDim)
    guard layer.kvHeads == kvHeads, layer.headDim == headDim else {
      throw TorchError.shapeMismatch(
        what: "heads of cached attention", expected: [layer.kvHeads, layer.headDim], got: [kvHeads, headDim])
    }
    let arena = block.number / Self.arenaBlocks
    if layer.arenas.indices.contains(arena), let start = layer.arenas[arena] {
      return start + block.number % Self.arenaBlocks * layer.size
    }
    while layer.arenas.count <= arena { layer.arenas.append(nil) }
    var memory: UnsafeMutableRawPointer?
    let bytes = Self.arenaBlocks * layer.size * MemoryLayout<Float>.stride
    // Where a kernel reads behind a sequence's last token it finds numbers: they are multiplied with zeros.
    guard posix_memalign(&memory, 64, bytes) == 0, let memory else {
      throw TorchError.unexpectedResult(
        operation: "memory for keys and values", expected: "\(bytes) bytes", got: "none left on this machine")
    }
    memset(memory, 0, bytes)
    let start = memory.bindMemory(to: Float.self, capacity: Self.arenaBlocks * layer.size)
    layer.arenas[arena] = start
    layers[number] = layer
    return start + block.number % Self.arenaBlocks * layer.size
  }

  /// A block with the same keys and values in all layers; `nil`: all are given out.
  public func copy(of block: KeyValueBlock) throws -> KeyValueBlock? {
    guard let copy = take() else { return nil }
    for (number, layer) in layers {
      let from = try memory(block, layer: number, kvHeads: layer.kvHeads, headDim: layer.headDim)
      let to = try memory(copy, layer: number, kvHeads: layer.kvHeads, headDim: layer.headDim)
      to.update(from: from, count: layer.size)
    }
    return copy
  }
}

/// 64 tokens' keys and values in all layers. It goes back to its pool when nobody holds it any more.
public final class KeyValueBlock {
  let number: Int
  private let pool: KeyValueBlocks

  fileprivate init(_ number: Int, of pool: KeyValueBlocks) {
    self.number = number
    self.pool = pool
  }

  deinit { pool.putBack(number) }
}
