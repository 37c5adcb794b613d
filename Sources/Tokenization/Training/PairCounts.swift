/// How often each pair of adjacent tokens is in the texts. Pairs are numbered in the order in which they came up.
struct PairCounts: Sendable {
  /// What is known of a pair.
  struct Pair: Sendable {
    let left: Int32
    let right: Int32
    /// How often it is in the texts. Below 0 for a pair that is not counted where it comes up, since it would be too long.
    var count = 0
    /// How many words are waiting to be written behind each other for it, and the last of them.
    var waiting: Int32 = 0
    var lastWord: Int32 = -1
  }

  private(set) var pairs: [Pair] = []
  /// Open addressing: numbers of pairs, `-1` in an empty slot.
  private var slots = [Int32](repeating: -1, count: 1 << 12)

  subscript(number: Int32) -> Pair {
    get { pairs[Int(number)] }
    _modify { yield &pairs[Int(number)] }
  }

  /// The number of a pair, a new one if it has none yet.
  mutating func number(of left: Int32, _ right: Int32) -> Int32 {
    let mask = slots.count - 1
    var slot = Self.hash(left, right) & mask
    while slots[slot] >= 0 {
      let known = slots[slot]
      if pairs[Int(known)].left == left, pairs[Int(known)].right == right { return known }
      slot = (slot + 1) & mask
    }
    let number = Int32(pairs.count)
    slots[slot] = number
    pairs.append(Pair(left: left, right: right))
    if pairs.count * 2 > slots.count { grow() }
    return number
  }

  private mutating func grow() {
    var larger = [Int32](repeating: -1, count: slots.count * 2)
    let mask = larger.count - 1
    for (number, pair) in pairs.enumerated() {
      var slot = Self.hash(pair.left, pair.right) & mask
      while larger[slot] >= 0 { slot = (slot + 1) & mask }
      larger[slot] = Int32(number)
    }
    slots = larger
  }

  private static func hash(_ left: Int32, _ right: Int32) -> Int {
    let key = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    let product = (key ^ 0x2545_F491_4F6C_DD1D).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return Int(truncatingIfNeeded: product.high ^ product.low)
  }
}
