/// A named, seeded stream of random numbers on the host: the only source of chance outside of tensors.
///
/// The stream is a pure function of its key, so a draw depends on what it is for and never on how many draws were made
/// before for another purpose. The definition is the section "Random streams" of `docs/protocol.md`: the key text's
/// FNV-1a 64 hash is the state of a SplitMix64 generator.
///
/// It deliberately does not conform to `RandomNumberGenerator`. The standard library's `shuffle(using:)` promises no particular algorithm,
/// so its results could not be reproduced in another language.
public struct RandomStream: Sendable, Codable, Equatable {
  /// The state of the generator; with it a stream goes on where it stopped.
  private var state: UInt64

  /// Makes the stream with the key `seed/purpose/…`, for example `0/order/agnews/2`.
  ///
  /// - Parameters:
  ///   - seed: The run's seed.
  ///   - purposes: What the draws are for, joined by `/`.
  public init(seed: UInt64, _ purposes: String...) {
    self.init(seed: seed, purposes: purposes)
  }

  /// Makes the stream with the key `seed/purpose/…` from a list of purposes.
  ///
  /// - Parameters:
  ///   - seed: The run's seed.
  ///   - purposes: What the draws are for, joined by `/`.
  public init(seed: UInt64, purposes: [String]) {
    self.init(purposes: [String(seed)] + purposes)
  }

  /// Makes a stream that is the same in every run, for example `test/agnews`: its key has no seed.
  ///
  /// - Parameter purposes: What the draws are for, joined by `/`.
  public init(purposes: [String]) {
    var hash: UInt64 = 14_695_981_039_346_656_037
    for byte in purposes.joined(separator: "/").utf8 {
      hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211
    }
    state = hash
  }

  /// Draws 64 random bits (SplitMix64).
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Draws a number in `0 ..< n`: the high 64 bits of the 128-bit product of ``next()`` and `n`.
  ///
  /// - Parameter n: How many numbers there are to draw from.
  /// - Returns: The number; 0, without a draw, if `n` is zero or negative, as there is nothing to choose from.
  public mutating func below(_ n: Int) -> Int {
    guard n > 0 else { return 0 }
    return Int(next().multipliedFullWidth(by: UInt64(n)).high)
  }

  /// Shuffles an array in place: for i from the last index down to 1, swaps the elements i and `below(i + 1)`.
  ///
  /// - Parameter array: What to shuffle. Fewer than two elements cost no draw.
  public mutating func shuffle<Element>(_ array: inout [Element]) {
    for i in stride(from: array.count - 1, to: 0, by: -1) {
      array.swapAt(i, below(i + 1))
    }
  }
}
