import Randomness

/// The order in which one pass shows the windows of a source: a Feistel network over their numbers (docs/pretraining.md).
///
/// Any position of the order is computed alone, without a list of the others, so that a source may have any number of windows.
public struct WindowPermutation: Sendable {
  /// The windows of the source.
  public let count: Int
  /// Bits of each half of a number.
  private let halfBits: Int
  private let keys: [UInt64]

  private static let rounds = 6

  /// The order of pass `epoch` with stream `SEED/windows/SOURCE/T/EPOCH`.
  ///
  /// - Parameters:
  ///   - count: Windows of the source; less than 1 is 1, as there is an order of nothing else.
  ///   - seed: The run's seed.
  ///   - source: The source's name.
  ///   - sequenceLength: T, tokens of a window.
  ///   - epoch: The number of the pass, from 0.
  public init(count: Int, seed: UInt64, source: String, sequenceLength: Int, epoch: Int) {
    var stream = RandomStream(seed: seed, "windows", source, String(sequenceLength), String(epoch))
    self.count = max(1, count)
    // 2^(2h) ≥ count exactly if count − 1 has at most 2h bits.
    let bits = Int.bitWidth - (self.count - 1).leadingZeroBitCount
    halfBits = max(1, (bits + 1) / 2)
    keys = (0..<Self.rounds).map { _ in stream.next() }
  }

  /// The window at a position of the order.
  ///
  /// - Parameter position: From 0; taken modulo ``count``.
  public subscript(position: Int) -> Int {
    let reduced = position % count
    var number = UInt64(reduced < 0 ? reduced + count : reduced)
    // The network permutes up to four times as many numbers; following its cycle from one of ours leads to one of ours.
    repeat { number = permuted(number) } while number >= UInt64(count)
    return Int(number)
  }

  private func permuted(_ number: UInt64) -> UInt64 {
    let mask: UInt64 = 1 << UInt64(halfBits) - 1
    var (left, right) = (number >> UInt64(halfBits), number & mask)
    for key in keys {
      var z = right &+ key
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      z ^= z >> 31
      (left, right) = (right, left ^ (z & mask))
    }
    return left << UInt64(halfBits) | right
  }
}
