/// The draws of a bootstrap: the project's named streams (docs/protocol.md, "Random streams"), for a module part that knows no
/// tensors. FNV-1a 64 of the key is the state of a SplitMix64 generator.
struct SeededDraws {
  private var state: UInt64

  /// - Parameters:
  ///   - seed: First part of the key.
  ///   - purpose: The rest of it, with `/` between parts.
  init(seed: UInt64, _ purpose: String) {
    state = "\(seed)/\(purpose)".utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
  }

  /// A number in 0 ..< n; 0 if n is not positive.
  mutating func below(_ n: Int) -> Int {
    guard n > 0 else { return 0 }
    return Int(next().multipliedFullWidth(by: UInt64(n)).high)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
