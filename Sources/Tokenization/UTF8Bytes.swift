/// Finding one's way in UTF-8 bytes that came from a `String`, without making strings of them.
enum UTF8Bytes {
  /// The number of bytes of the scalar that begins with `lead`.
  static func scalarLength(lead: UInt8) -> Int {
    switch lead {
    case 0xF0...: 4
    case 0xE0...: 3
    case 0xC0...: 2
    default: 1
    }
  }

  /// Whether `byte` is the second or a later byte of a scalar.
  static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

  /// The scalar that `bytes`, all of them, encode; `nil` when they encode none.
  static func scalar(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard let lead = bytes.first else { return nil }
    if bytes.count == 1 { return lead < 0x80 ? Unicode.Scalar(lead) : nil }
    let leadMask: UInt32 = bytes.count == 2 ? 0x1F : bytes.count == 3 ? 0x0F : 0x07
    return Unicode.Scalar(bytes.dropFirst().reduce(UInt32(lead) & leadMask) { $0 << 6 | UInt32($1 & 0x3F) })
  }

  /// Where the run of white space that ends at `end` begins, but not before `limit`; `end` itself when there is none, and
  /// `limit` when that is behind it.
  static func whitespaceStart(in bytes: [UInt8], before end: Int, notBefore limit: Int) -> Int {
    if limit >= end { return limit }
    var start = end
    while start > limit {
      var lead = start - 1
      while lead > 0, isContinuation(bytes[lead]) { lead -= 1 }
      guard let scalar = scalar(bytes[lead..<start]), ScalarClass(of: scalar).isIn(.whitespace) else { break }
      start = lead
    }
    return start
  }

  /// Where the run of white space that begins at `start` ends; `start` itself when there is none.
  static func whitespaceEnd(in bytes: [UInt8], from start: Int) -> Int {
    var end = start
    while end < bytes.count {
      let next = min(end + scalarLength(lead: bytes[end]), bytes.count)
      guard let scalar = scalar(bytes[end..<next]), ScalarClass(of: scalar).isIn(.whitespace) else { break }
      end = next
    }
    return end
  }
}

extension UTF8Bytes {
  /// Whether no word character (`\w`) touches `range`.
  static func standsAlone(_ range: Range<Int>, in bytes: [UInt8]) -> Bool {
    if range.lowerBound > 0 {
      var lead = range.lowerBound - 1
      while lead > 0, isContinuation(bytes[lead]) { lead -= 1 }
      if let before = scalar(bytes[lead..<range.lowerBound]), isWord(before) { return false }
    }
    if range.upperBound < bytes.count {
      let end = min(range.upperBound + scalarLength(lead: bytes[range.upperBound]), bytes.count)
      if let after = scalar(bytes[range.upperBound..<end]), isWord(after) { return false }
    }
    return true
  }

  /// `\w` as Unicode's regular expressions have it (UTS 18, annex C).
  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    if properties.isAlphabetic || properties.isJoinControl { return true }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
    default: return false
    }
  }
}
