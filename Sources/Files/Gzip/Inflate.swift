/// Unpacks DEFLATE data (RFC 1951) in pieces, whatever the sizes of its blocks.
struct Inflate {
  /// How far back a copy may reach.
  private static let reach = 1 << 15
  /// How much is unpacked at a time, give or take one copy.
  private static let pieceBytes = 1 << 16

  /// What comes next in the data.
  private enum State {
    case header
    case stored(left: Int)
    case packed(literals: HuffmanCode, distances: HuffmanCode)
  }

  private var state = State.header
  private var isLastBlock = false
  private(set) var isDone = false
  /// What was unpacked last, of which copies may be made: the first `end` bytes.
  private var window = [UInt8](repeating: 0, count: reach + pieceBytes + CopySizes.longest)
  private var end = 0

  /// Unpacks the next bytes; none only once the data has ended.
  ///
  /// - Throws: ``GzipError``.
  mutating func next(_ input: inout BitInput) throws -> [UInt8] {
    let start = min(end, Self.reach)
    for index in 0..<start { window[index] = window[end - start + index] }
    end = start
    let limit = start + Self.pieceBytes
    while !isDone, end < limit {
      switch state {
      case .header: try readHeader(&input)
      case .stored(let left):
        let count = min(left, limit - end)
        for _ in 0..<count { append(UInt8(try input.take(8))) }
        state = .stored(left: left - count)
        if left == count { endBlock() }
      case .packed(let literals, let distances):
        if try unpack(&input, literals, distances, until: limit) { endBlock() }
      }
    }
    return Array(window[start..<end])
  }

  private mutating func endBlock() {
    state = .header
    isDone = isLastBlock
  }

  private mutating func readHeader(_ input: inout BitInput) throws {
    isLastBlock = try input.take(1) == 1
    switch try input.take(2) {
    case 0:
      try input.alignToByte()
      let size = try input.take(16)
      guard try input.take(16) == size ^ 0xFFFF else { throw Self.broken(input, "a stored block of two sizes") }
      state = .stored(left: size)
    case 1: state = .packed(literals: try Self.fixedLiterals(input), distances: try Self.fixedDistances(input))
    case 2:
      let (literals, distances) = try Self.codes(&input)
      state = .packed(literals: literals, distances: distances)
    default: throw Self.broken(input, "a block of an unknown kind")
    }
  }

  /// Unpacks to the end of the block or until the window has `limit` bytes; whether the block has ended.
  private mutating func unpack(
    _ input: inout BitInput, _ literals: HuffmanCode, _ distances: HuffmanCode, until limit: Int
  ) throws -> Bool {
    while end < limit {
      guard let symbol = try literals.next(&input) else { throw Self.broken(input, "bits that are not a code word") }
      if symbol < 256 {
        append(UInt8(symbol))
        continue
      }
      if symbol == 256 { return true }
      guard symbol - 257 < CopySizes.lengths.count else { throw Self.broken(input, "a length that does not exist") }
      let (length, lengthBits) = CopySizes.lengths[symbol - 257]
      let count = length + (try input.take(lengthBits))
      guard let code = try distances.next(&input), code < CopySizes.distances.count else {
        throw Self.broken(input, "a distance that does not exist")
      }
      let (least, distanceBits) = CopySizes.distances[code]
      let distance = least + (try input.take(distanceBits))
      guard distance <= end else { throw Self.broken(input, "a copy from before the beginning") }
      copy(count, from: distance)
    }
    return false
  }

  private mutating func append(_ byte: UInt8) {
    window[end] = byte
    end += 1
  }

  /// Byte after byte: what is copied may be what is being written. (A slice of the window would make all of it be copied.)
  private mutating func copy(_ count: Int, from distance: Int) {
    for index in end..<end + count { window[index] = window[index - distance] }
    end += count
  }

  static func broken(_ input: BitInput, _ reason: String) -> GzipError {
    GzipError(
      path: input.path, expected: "gzipped data", got: reason,
      fix: "The file is damaged; copy or download it again (gzip -t checks it).")
  }
}
