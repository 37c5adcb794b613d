/// Writes DEFLATE (RFC 1951): repeats by hash chains, and a Huffman code for each block.
struct Deflater {
  private var out: [UInt8] = []
  private var held: UInt64 = 0
  private var heldBits = 0

  private static let window = 1 << 15
  /// How many earlier positions are looked at for a repeat.
  private static let patience = 64
  private static let blockSymbols = 1 << 15

  /// A byte, or a repeat of what came before.
  private enum Symbol {
    case byte(UInt8)
    case repeated(length: Int, distance: Int)
  }

  static func packed(_ bytes: [UInt8]) -> [UInt8] {
    var deflater = Deflater()
    deflater.write(bytes)
    return deflater.out
  }

  private mutating func write(_ bytes: [UInt8]) {
    var symbols: [Symbol] = []
    var heads = [Int32](repeating: -1, count: 1 << 15)
    var links = [Int32](repeating: -1, count: Self.window)
    func hash(_ position: Int) -> Int {
      let value = UInt32(bytes[position]) | UInt32(bytes[position + 1]) << 8 | UInt32(bytes[position + 2]) << 16
      return Int((value &* 0x9E37_79B1) >> 17)
    }
    func remember(_ position: Int) {
      guard position + 3 <= bytes.count else { return }
      let slot = hash(position)
      links[position & (Self.window - 1)] = heads[slot]
      heads[slot] = Int32(truncatingIfNeeded: position)
    }
    var position = 0
    while position < bytes.count {
      let (length, distance) = Self.longest(bytes, at: position, heads, links, hash)
      if length >= 4 {
        symbols.append(.repeated(length: length, distance: distance))
        for next in position..<position + length { remember(next) }
        position += length
      } else {
        symbols.append(.byte(bytes[position]))
        remember(position)
        position += 1
      }
      if symbols.count == Self.blockSymbols {
        write(block: symbols, isLast: false)
        symbols = []
      }
    }
    write(block: symbols, isLast: true)
    if heldBits > 0 { out.append(UInt8(truncatingIfNeeded: held)) }
  }

  /// The longest repeat that the chain of a position leads to.
  private static func longest(
    _ bytes: [UInt8], at position: Int, _ heads: [Int32], _ links: [Int32], _ hash: (Int) -> Int
  ) -> (length: Int, distance: Int) {
    guard position + 4 <= bytes.count else { return (0, 0) }
    var (best, distance) = (0, 0)
    let limit = min(258, bytes.count - position)
    var candidate = Int(heads[hash(position)])
    var tries = patience
    while candidate >= 0, position - candidate < window, tries > 0 {
      if best == 0 || bytes[candidate + best] == bytes[position + best] {
        var length = 0
        while length < limit, bytes[candidate + length] == bytes[position + length] { length += 1 }
        if length > best { (best, distance) = (length, position - candidate) }
        if best == limit { break }
      }
      let next = Int(links[candidate & (window - 1)])
      // A link that was written over leads to a later position.
      guard next < candidate else { break }
      candidate = next
      tries -= 1
    }
    return (best, distance)
  }

  private mutating func write(block symbols: [Symbol], isLast: Bool) {
    var counts = ([Int](repeating: 0, count: 286), [Int](repeating: 0, count: 30))
    counts.0[256] = 1
    for symbol in symbols {
      switch symbol {
      case .byte(let byte): counts.0[Int(byte)] += 1
      case .repeated(let length, let distance):
        counts.0[257 + DeflateCodes.code(length, in: DeflateCodes.lengths)] += 1
        counts.1[DeflateCodes.code(distance, in: DeflateCodes.distances)] += 1
      }
    }
    // A reader may want a code for distances also where there are none.
    if counts.1.allSatisfy({ $0 == 0 }) { counts.1[0] = 1 }
    let lengths = (HuffmanLengths.of(counts.0, longest: 15), HuffmanLengths.of(counts.1, longest: 15))
    let codes = (DeflateCodes.codes(lengths.0), DeflateCodes.codes(lengths.1))
    put(isLast ? 1 : 0, 1)
    put(2, 2)
    write(lengths: lengths.0, lengths.1)
    for symbol in symbols {
      switch symbol {
      case .byte(let byte): put(codes.0[Int(byte)], lengths.0[Int(byte)])
      case .repeated(let length, let distance):
        let (one, other) = (
          DeflateCodes.code(length, in: DeflateCodes.lengths), DeflateCodes.code(distance, in: DeflateCodes.distances)
        )
        put(codes.0[257 + one], lengths.0[257 + one])
        put(UInt32(length - DeflateCodes.lengths[one].base), DeflateCodes.lengths[one].bits)
        put(codes.1[other], lengths.1[other])
        put(UInt32(distance - DeflateCodes.distances[other].base), DeflateCodes.distances[other].bits)
      }
    }
    put(codes.0[256], lengths.0[256])
  }

  /// The two codes, by the lengths of theirs.
  private mutating func write(lengths one: [Int], _ other: [Int]) {
    let all = one + other
    var counts = [Int](repeating: 0, count: 19)
    for length in all { counts[length] += 1 }
    let lengths = HuffmanLengths.of(counts, longest: 7)
    let codes = DeflateCodes.codes(lengths)
    put(UInt32(one.count - 257), 5)
    put(UInt32(other.count - 1), 5)
    put(UInt32(DeflateCodes.order.count - 4), 4)
    for symbol in DeflateCodes.order { put(UInt32(lengths[symbol]), 3) }
    for length in all { put(codes[length], lengths[length]) }
  }

  /// Bits, the lowest first.
  private mutating func put(_ value: UInt32, _ bits: Int) {
    held |= UInt64(value) << UInt64(heldBits)
    heldBits += bits
    while heldBits >= 8 {
      out.append(UInt8(truncatingIfNeeded: held))
      held >>= 8
      heldBits -= 8
    }
  }
}

/// The lengths of a Huffman code that is nowhere longer than it may be.
enum HuffmanLengths {
  /// - Parameter counts: How often each symbol occurs; what does not gets none.
  /// - Parameter longest: The longest code.
  static func of(_ counts: [Int], longest: Int) -> [Int] {
    var counts = counts
    while true {
      let lengths = unlimited(counts)
      if lengths.allSatisfy({ $0 <= longest }) { return lengths }
      // Flatter counts give shorter codes; what occurs goes on to occur.
      counts = counts.map { $0 == 0 ? 0 : $0 / 2 + 1 }
    }
  }

  private static func unlimited(_ counts: [Int]) -> [Int] {
    var lengths = [Int](repeating: 0, count: counts.count)
    var nodes = counts.indices.filter { counts[$0] > 0 }.map { (count: counts[$0], symbols: [$0]) }
    // One symbol alone needs a bit, too; a second makes the code complete.
    if nodes.count == 1, let only = nodes.first?.symbols.first {
      lengths[only] = 1
      lengths[only == 0 ? 1 : 0] = 1
      return lengths
    }
    nodes.sort { ($0.count, $0.symbols[0]) > ($1.count, $1.symbols[0]) }
    while nodes.count > 1 {
      let (one, other) = (nodes.removeLast(), nodes.removeLast())
      let merged = (count: one.count + other.count, symbols: one.symbols + other.symbols)
      for symbol in merged.symbols { lengths[symbol] += 1 }
      let position = nodes.lastIndex { $0.count >= merged.count }.map { $0 + 1 } ?? 0
      nodes.insert(merged, at: position)
    }
    return lengths
  }
}
