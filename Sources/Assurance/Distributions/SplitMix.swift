/// Steele and others' SplitMix64 (2014): a seeded source of draws that is the same everywhere.
struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// 64 random bits.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// A number from which no pattern of another one can be told; two numbers never become one.
  static func mixed(_ state: UInt64) -> UInt64 {
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in `0 ..< n`, for n above 0: the high half of the product of ``next()`` and n.
  mutating func below(_ n: UInt64) -> Int { Int(truncatingIfNeeded: next().multipliedFullWidth(by: n).high) }
}
