/// The bytes of a copy and how far back it begins: the least of each symbol, and how many bits are added to it
/// (RFC 1951, section 3.2.5).
enum CopySizes {
  /// The most bytes of a copy.
  static let longest = 258
  /// Of the symbols 257 to 285.
  static let lengths: [(least: Int, bits: Int)] =
    steps(from: 3, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5]) + [
      (longest, 0)
    ]
  /// Of the symbols 0 to 29.
  static let distances: [(least: Int, bits: Int)] =
    steps(from: 1, [0, 0, 0, 0] + (1...13).flatMap { [$0, $0] })

  private static func steps(from first: Int, _ bits: [Int]) -> [(least: Int, bits: Int)] {
    var least = first
    return bits.map { bits in
      defer { least += 1 << bits }
      return (least, bits)
    }
  }
}

extension Inflate {
  /// The order in which the lengths of the code of code lengths are written.
  private static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  private static let fixedLengths =
    [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112) + [UInt8](repeating: 7, count: 24)
    + [UInt8](repeating: 8, count: 8)

  private static let fixedLiteralCode = HuffmanCode(lengths: fixedLengths[...], mayBeIncomplete: false)
  private static let fixedDistanceCode = HuffmanCode(
    lengths: [UInt8](repeating: 5, count: 32)[...], mayBeIncomplete: false)

  static func fixedLiterals(_ input: BitInput) throws -> HuffmanCode { try require(fixedLiteralCode, input) }
  static func fixedDistances(_ input: BitInput) throws -> HuffmanCode { try require(fixedDistanceCode, input) }

  private static func require(_ code: HuffmanCode?, _ input: BitInput) throws -> HuffmanCode {
    guard let code else { throw broken(input, "code lengths that make no code") }
    return code
  }

  /// Reads the two codes of a block that brings its own (RFC 1951, section 3.2.7).
  static func codes(_ input: inout BitInput) throws -> (literals: HuffmanCode, distances: HuffmanCode) {
    let literals = try input.take(5) + 257
    let distances = try input.take(5) + 1
    let given = try input.take(4) + 4
    guard literals <= 286, distances <= 30 else { throw broken(input, "more code words than there are symbols") }
    var lengthLengths = [UInt8](repeating: 0, count: lengthOrder.count)
    for symbol in lengthOrder.prefix(given) { lengthLengths[symbol] = UInt8(try input.take(3)) }
    let lengthCode = try require(HuffmanCode(lengths: lengthLengths[...], mayBeIncomplete: false), input)
    var lengths: [UInt8] = []
    while lengths.count < literals + distances {
      guard let symbol = try lengthCode.next(&input) else { throw broken(input, "bits that are not a code word") }
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw broken(input, "a repeated length before the first") }
        lengths += repeatElement(last, count: 3 + (try input.take(2)))
      case 17: lengths += repeatElement(0, count: 3 + (try input.take(3)))
      case 18: lengths += repeatElement(0, count: 11 + (try input.take(7)))
      default: lengths.append(UInt8(symbol))
      }
    }
    guard lengths.count == literals + distances else { throw broken(input, "more code lengths than were announced") }
    guard lengths[256] > 0 else { throw broken(input, "a block without an end") }
    return (
      try require(HuffmanCode(lengths: lengths[..<literals], mayBeIncomplete: true), input),
      try require(HuffmanCode(lengths: lengths[literals...], mayBeIncomplete: true), input)
    )
  }
}
