/// Reads DEFLATE (RFC 1951), whatever somebody has put into a file.
struct Inflater {
  private let bytes: ArraySlice<UInt8>
  private let limit: Int
  private var place: Int
  private var held: UInt32 = 0
  private var heldBits = 0
  private var out: [UInt8] = []

  /// - Parameter bytes: the stream.
  /// - Parameter limit: what comes out at most.
  init(_ bytes: ArraySlice<UInt8>, limit: Int) {
    self.bytes = bytes
    self.limit = limit
    place = bytes.startIndex
  }

  /// - Throws: ``Gzip/Failure``.
  mutating func unpacked() throws -> [UInt8] {
    var isLast = false
    while !isLast {
      isLast = try take(1) == 1
      switch try take(2) {
      case 0: try stored()
      case 1: try block(try HuffmanTable(Self.fixedLengths), try HuffmanTable([Int](repeating: 5, count: 30)))
      case 2:
        let (lengths, distances) = try codes()
        try block(lengths, distances)
      default: throw Gzip.Failure(reason: "a block of unknown kind")
      }
    }
    guard place == bytes.endIndex else { throw Gzip.Failure(reason: "bytes behind the last block") }
    return out
  }

  private static let fixedLengths =
    [Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112) + [Int](repeating: 7, count: 24)
    + [Int](repeating: 8, count: 8)

  private mutating func stored() throws {
    (held, heldBits) = (0, 0)
    guard bytes.endIndex - place >= 4 else { throw Gzip.Failure(reason: "it ends in a block") }
    let count = Int(bytes[place]) | Int(bytes[place + 1]) << 8
    let check = Int(bytes[place + 2]) | Int(bytes[place + 3]) << 8
    place += 4
    guard count ^ check == 0xFFFF, bytes.endIndex - place >= count else {
      throw Gzip.Failure(reason: "a block of a wrong length")
    }
    try requireRoom(count)
    out += bytes[place..<place + count]
    place += count
  }

  private mutating func codes() throws -> (HuffmanTable, HuffmanTable) {
    let (one, other, own) = (try take(5) + 257, try take(5) + 1, try take(4) + 4)
    guard one <= 286, other <= 30 else { throw Gzip.Failure(reason: "too many codes") }
    var lengths = [Int](repeating: 0, count: 19)
    for symbol in DeflateCodes.order.prefix(own) { lengths[symbol] = try take(3) }
    let table = try HuffmanTable(lengths)
    var all: [Int] = []
    while all.count < one + other {
      let symbol = try next(table)
      switch symbol {
      case 0..<16: all.append(symbol)
      case 16:
        guard let last = all.last else { throw Gzip.Failure(reason: "a repeat of nothing") }
        all += [Int](repeating: last, count: try take(2) + 3)
      case 17: all += [Int](repeating: 0, count: try take(3) + 3)
      default: all += [Int](repeating: 0, count: try take(7) + 11)
      }
    }
    guard all.count == one + other else { throw Gzip.Failure(reason: "too many code lengths") }
    return (try HuffmanTable(Array(all[..<one])), try HuffmanTable(Array(all[one...])))
  }

  private mutating func block(_ lengths: HuffmanTable, _ distances: HuffmanTable) throws {
    while true {
      let symbol = try next(lengths)
      if symbol < 256 {
        try requireRoom(1)
        out.append(UInt8(symbol))
      } else if symbol == 256 {
        return
      } else {
        guard symbol - 257 < DeflateCodes.lengths.count else { throw Gzip.Failure(reason: "an unknown length") }
        let step = DeflateCodes.lengths[symbol - 257]
        let length = step.base + (try take(step.bits))
        let code = try next(distances)
        guard code < DeflateCodes.distances.count else { throw Gzip.Failure(reason: "an unknown distance") }
        let far = DeflateCodes.distances[code]
        let distance = far.base + (try take(far.bits))
        guard distance <= out.count else { throw Gzip.Failure(reason: "a repeat of what is not there") }
        try requireRoom(length)
        for _ in 0..<length { out.append(out[out.count - distance]) }
      }
    }
  }

  private func requireRoom(_ count: Int) throws {
    guard out.count + count <= limit else { throw Gzip.Failure(reason: "more than \(limit) bytes come out") }
  }

  private mutating func take(_ bits: Int) throws -> Int {
    while heldBits < bits {
      guard place < bytes.endIndex else { throw Gzip.Failure(reason: "it ends in a block") }
      held |= UInt32(bytes[place]) << UInt32(heldBits)
      heldBits += 8
      place += 1
    }
    defer {
      held >>= UInt32(bits)
      heldBits -= bits
    }
    return Int(held & (UInt32(1) << UInt32(bits) - 1))
  }

  /// The next symbol of a code, bit by bit.
  private mutating func next(_ table: HuffmanTable) throws -> Int {
    var (code, first, index) = (0, 0, 0)
    for length in 1..<16 {
      code |= try take(1)
      let count = table.counts[length]
      if code - first < count { return table.symbols[index + code - first] }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw Gzip.Failure(reason: "a code that is none")
  }
}

/// A Huffman code: how many symbols have a length, and the symbols in the order of their codes.
struct HuffmanTable {
  let counts: [Int]
  let symbols: [Int]

  /// - Throws: ``Gzip/Failure`` for lengths that are no code.
  init(_ lengths: [Int]) throws {
    var counts = [Int](repeating: 0, count: 16)
    for length in lengths where length > 0 { counts[length] += 1 }
    var free = 1
    for length in 1..<16 {
      free = free * 2 - counts[length]
      guard free >= 0 else { throw Gzip.Failure(reason: "lengths that are no code") }
    }
    self.counts = counts
    symbols = (1..<16).flatMap { length in lengths.indices.filter { lengths[$0] == length } }
  }
}
