/// How often each piece of text has been seen.
///
/// Its own hash table over one array of bytes. A known piece costs no allocation, and pieces keep the order of their first occurrence,
/// whatever the process's hash seed.
struct PieceCounts: Sendable {
  /// A piece, with some bits of its hash, so that most others are told apart without looking at their bytes.
  private struct Slot {
    var tag: UInt32 = 0
    /// `-1` in an empty slot.
    var piece: Int32 = -1
  }

  /// The most bytes that distinct pieces have together: indices into them and their pairs stay in 32 bits.
  static let limit = 1 << 29

  /// The pieces, one after the other.
  private(set) var bytes: [UInt8] = []
  /// Where each piece ends in `bytes`.
  private(set) var ends: [Int] = []
  /// How often each piece was seen.
  private(set) var counts: [Int] = []
  private var slots = [Slot](repeating: Slot(), count: 1 << 12)

  /// The number of distinct pieces.
  var count: Int { counts.count }

  /// - Throws: ``TokenizerTrainingError/tooManyPieces(bytes:limit:)``.
  mutating func add(_ pieces: Pieces) throws {
    try pieces.bytes.withUnsafeBytes { text in
      var start = 0
      for end in pieces.ends {
        try add(UnsafeRawBufferPointer(rebasing: text[start..<end]))
        start = end
      }
    }
  }

  private mutating func add(_ piece: UnsafeRawBufferPointer) throws {
    let hash = Self.hash(piece)
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot].piece >= 0 {
      if slots[slot].tag == tag, isPiece(Int(slots[slot].piece), piece) {
        counts[Int(slots[slot].piece)] += 1
        return
      }
      slot = (slot + 1) & mask
    }
    guard piece.count <= Self.limit - bytes.count else {
      throw TokenizerTrainingError.tooManyPieces(bytes: bytes.count + piece.count, limit: Self.limit)
    }
    slots[slot] = Slot(tag: tag, piece: Int32(counts.count))
    bytes.append(contentsOf: piece)
    ends.append(bytes.count)
    counts.append(1)
    if counts.count * 2 > slots.count { grow() }
  }

  private func isPiece(_ index: Int, _ piece: UnsafeRawBufferPointer) -> Bool {
    let start = index == 0 ? 0 : ends[index - 1]
    guard ends[index] - start == piece.count else { return false }
    return bytes.withUnsafeBytes { known in
      for offset in 0..<piece.count where known[start + offset] != piece[offset] { return false }
      return true
    }
  }

  private mutating func grow() {
    var larger = [Slot](repeating: Slot(), count: slots.count * 2)
    let mask = larger.count - 1
    bytes.withUnsafeBytes { known in
      var start = 0
      for (index, end) in ends.enumerated() {
        let hash = Self.hash(UnsafeRawBufferPointer(rebasing: known[start..<end]))
        var slot = Int(truncatingIfNeeded: hash) & mask
        while larger[slot].piece >= 0 { slot = (slot + 1) & mask }
        larger[slot] = Slot(tag: UInt32(truncatingIfNeeded: hash >> 32), piece: Int32(index))
        start = end
      }
    }
    slots = larger
  }

  /// Eight bytes at a time: multiplied by an odd number near 2^64 / 1.618, the halves of the product folded together.
  private static func hash(_ piece: UnsafeRawBufferPointer) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: piece.count)
    var offset = 0
    while offset < piece.count {
      var word: UInt64 = 0
      if offset + 8 <= piece.count {
        word = piece.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      } else {
        for index in offset..<piece.count { word = word << 8 | UInt64(piece[index]) }
      }
      let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
      hash = product.high ^ product.low
      offset += 8
    }
    let product = hash.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }
}
