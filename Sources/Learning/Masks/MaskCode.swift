/// A mask in few bytes: Golomb–Rice code of the gaps between its rarer values (Rice & Plaunt, IEEE Trans. Commun. 19, 1971).
///
///     byte 0      k, 0…31; 128 is added where the zeros are the rarer ones
///     LEB128      how many rarer values there are
///     bits        for each the number g of others before it: ⌊g / 2ᵏ⌋ ones, a zero, the k low bits of g; high bits first
///
/// Zero bits fill the last byte. The gaps of a random mask with density p are geometric, for which this code is at most 4.3 % above the
/// entropy of H(p) bits an entry (0.8 % at p = 0.3, 0 at 0.5, 1.4 % at 0.1). No mask takes more than one bit an entry: k = 0 takes
/// no more. How many entries there are is not stored: who reads knows the tensors that are masked.
enum MaskCode {
  private static let zerosFlag: UInt8 = 128
  private static let maximumParameter = 31

  /// The bytes of a mask.
  static func encode(_ mask: [Bool]) -> [UInt8] {
    let ones = mask.count { $0 }
    let rarer = 2 * ones <= mask.count
    let gaps = gaps(of: rarer, in: mask)
    let parameter = parameter(for: gaps)
    var bytes = [UInt8(parameter) | (rarer ? 0 : zerosFlag)]
    var rest = gaps.count
    while rest >= 128 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
    var bits = BitWriter(after: bytes)
    for gap in gaps {
      for _ in 0..<(gap >> parameter) { bits.append(true) }
      bits.append(false)
      for bit in stride(from: parameter - 1, through: 0, by: -1) { bits.append((gap >> bit) & 1 == 1) }
    }
    return bits.bytes
  }

  /// The mask that ``encode(_:)`` was given.
  ///
  /// - Parameters:
  ///   - bytes: From a file, which may say anything: nothing is allocated by what it claims.
  ///   - entries: How many the mask has.
  /// - Throws: ``LearningError/malformedMask(what:rule:)``.
  static func decode(_ bytes: [UInt8], entries: Int) throws -> [Bool] {
    func malformed(_ rule: String) -> LearningError {
      .malformedMask(what: "a stored mask of \(entries) entries", rule: rule)
    }
    guard let first = bytes.first else { throw malformed("it has no byte") }
    let parameter = Int(first & ~zerosFlag)
    guard parameter <= maximumParameter else {
      throw malformed("its parameter is \(parameter), at most \(maximumParameter)")
    }
    let rarer = first & zerosFlag == 0
    guard let (count, start) = number(in: bytes, from: 1), count <= entries else {
      throw malformed("it has to say how many of its entries are coded")
    }
    var mask = [Bool](repeating: !rarer, count: entries)
    var bits = BitReader(bytes, from: start)
    var position = 0
    for _ in 0..<count {
      var gap = 0
      while let bit = bits.next(), bit {
        gap += 1 << parameter
        guard gap <= entries else { throw malformed("a gap is longer than the mask") }
      }
      for bit in stride(from: parameter - 1, through: 0, by: -1) {
        if bits.next() == true { gap += 1 << bit }
      }
      position += gap
      guard !bits.isExhausted else { throw malformed("it is truncated") }
      guard position < entries else { throw malformed("it goes on behind its end") }
      mask[position] = rarer
      position += 1
    }
    guard bits.isAtEnd else { throw malformed("there are bytes or bits behind its end") }
    return mask
  }

  /// How many others come before each `value`.
  private static func gaps(of value: Bool, in mask: [Bool]) -> [Int] {
    var gaps: [Int] = []
    var gap = 0
    for entry in mask {
      if entry == value {
        gaps.append(gap)
        gap = 0
      } else {
        gap += 1
      }
    }
    return gaps
  }

  /// The k with the fewest bits, Σ (⌊g / 2ᵏ⌋ + 1 + k): they fall, and then rise.
  private static func parameter(for gaps: [Int]) -> Int {
    func bits(_ k: Int) -> Int { gaps.reduce(gaps.count * (1 + k)) { $0 + ($1 >> k) } }
    var (best, fewest) = (0, bits(0))
    for k in 1...maximumParameter {
      let next = bits(k)
      if next >= fewest { break }
      (best, fewest) = (k, next)
    }
    return best
  }

  /// A LEB128 number and the position behind it; `nil` where it is cut off or too large.
  private static func number(in bytes: [UInt8], from start: Int) -> (value: Int, end: Int)? {
    var value = 0
    for (index, byte) in bytes.dropFirst(start).prefix(8).enumerated() {
      value |= Int(byte & 127) << (7 * index)
      if byte < 128 { return (value, start + index + 1) }
    }
    return nil
  }
}

/// Puts bits behind bytes, the high ones first.
private struct BitWriter {
  private(set) var bytes: [UInt8]
  private var free = 0

  init(after bytes: [UInt8]) { self.bytes = bytes }

  mutating func append(_ bit: Bool) {
    if free == 0 {
      bytes.append(0)
      free = 8
    }
    free -= 1
    if bit { bytes[bytes.count - 1] |= 1 << UInt8(free) }
  }
}

/// Takes them off again.
private struct BitReader {
  private let bytes: [UInt8]
  /// In bits.
  private var position: Int
  /// Whether more was asked for than there is.
  private(set) var isExhausted = false

  init(_ bytes: [UInt8], from start: Int) {
    self.bytes = bytes
    position = 8 * start
  }

  mutating func next() -> Bool? {
    guard position < 8 * bytes.count else {
      isExhausted = true
      return nil
    }
    defer { position += 1 }
    return bytes[position / 8] >> UInt8(7 - position % 8) & 1 == 1
  }

  /// Whether only the zeros that fill the last byte are left.
  var isAtEnd: Bool {
    guard 8 * bytes.count - position < 8 else { return false }
    return position % 8 == 0 || bytes[position / 8] << UInt8(position % 8) == 0
  }
}
