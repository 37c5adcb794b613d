/// What each pair of adjacent tokens merges to, and how early.
///
/// An open-addressing hash table of its own: merging looks pairs up several times for each byte of text, and
/// `Dictionary` spends most of that time on its keyed hash.
struct MergeTable: Sendable {
  /// One merge; of two, the one with the lower rank is done first.
  struct Merge: Sendable, Equatable {
    let rank: Int32
    let id: Int32

    /// What `MergeTable` answers for a pair that does not merge: later than every merge.
    static let none = Merge(rank: .max, id: -1)
  }

  /// A pair beside its merge: a look-up touches one place in memory.
  private struct Slot {
    var key = MergeTable.empty
    var merge = Merge.none
  }

  /// No pair of ids has this key, because ids are not negative.
  private static let empty = UInt64.max

  private var slots: [Slot]
  private let mask: Int

  /// Room for `count` pairs, at most half of the table filled.
  init(capacity count: Int) {
    var size = 16
    while size < count * 2 { size *= 2 }
    slots = [Slot](repeating: Slot(), count: size)
    mask = size - 1
  }

  /// The merge of two tokens side by side; the later of two values set for one pair holds.
  subscript(left: Int32, right: Int32) -> Merge {
    get {
      let key = Self.key(left, right)
      let found = slots[slot(of: key)]
      return found.key == key ? found.merge : .none
    }
    set {
      let key = Self.key(left, right)
      slots[slot(of: key)] = Slot(key: key, merge: newValue)
    }
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// Where `key` is, or the empty slot where it would go. There always is one: the table is never full.
  private func slot(of key: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while slots[slot].key != key, slots[slot].key != Self.empty { slot = (slot + 1) & mask }
    return slot
  }
}
