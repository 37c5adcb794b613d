/// Looking at bytes that should be UTF-8.
public enum UTF8Text {
  /// The position of the first byte that does not belong to a whole, valid character; `nil` in valid UTF-8.
  ///
  /// Of a character that is cut short or broken it is the position of the character's first byte.
  public static func firstInvalidByte(in bytes: [UInt8]) -> Int? {
    bytes.withUnsafeBufferPointer(firstInvalidByte)
  }

  /// The same of bytes that lie elsewhere.
  public static func firstInvalidByte(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    // Most texts are sound, which the standard library knows many times faster than where one is not.
    guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
    var index = 0
    while index < bytes.count {
      if bytes[index] < 0x80 {
        index += 1
        continue
      }
      let length = characterLength(lead: bytes[index])
      guard length > 0, index + length <= bytes.count, validPrefix(bytes[index..<index + length])
      else { return index }
      index += length
    }
    return nil
  }

  /// How many bytes at the end of `bytes` begin a character whose other bytes may still come; 0 when there are none.
  public static func unfinishedBytes(atEndOf bytes: [UInt8]) -> Int {
    for length in 1..<4 where length <= bytes.count {
      let tail = bytes[(bytes.count - length)...]
      guard let lead = tail.first else { return 0 }
      if lead & 0xC0 == 0x80 { continue }
      return characterLength(lead: lead) > length && validPrefix(tail) ? length : 0
    }
    return 0
  }

  /// The bytes of the character that begins with `lead`; 0 where none does.
  private static func characterLength(lead: UInt8) -> Int {
    switch lead {
    case 0..<0x80: 1
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 0
    }
  }

  /// Whether the bytes after the first one may follow it (Unicode, table 3-7).
  private static func validPrefix(_ bytes: some Collection<UInt8>) -> Bool {
    guard let lead = bytes.first else { return true }
    for (index, byte) in bytes.dropFirst().enumerated() {
      let allowed: ClosedRange<UInt8> =
        switch (index, lead) {
        case (0, 0xE0): 0xA0...0xBF
        case (0, 0xED): 0x80...0x9F
        case (0, 0xF0): 0x90...0xBF
        case (0, 0xF4): 0x80...0x8F
        default: 0x80...0xBF
        }
      if !allowed.contains(byte) { return false }
    }
    return true
  }
}
