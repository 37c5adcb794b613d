/// The printable alphabet in which byte-level vocabularies are written: one scalar for each of the 256 bytes.
///
/// Bytes that print as themselves in Latin-1 stand for themselves; the other 68 are U+0100 and up, in byte order (so
/// the space is "Ġ", U+0120).
enum ByteAlphabet {
  /// The scalar that stands for each byte.
  static let scalars: [Unicode.Scalar] = {
    var moved: UInt8 = 0
    return (UInt8(0)...255).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(byte)
      default:
        defer { moved += 1 }
        return Unicode.Scalar(0x100 + UInt16(moved)) ?? "\u{FFFD}"
      }
    }
  }()

  /// The byte that each scalar stands for: the inverse of `scalars`, `nil` where there is none.
  private static let bytes: [UInt8?] = {
    var bytes = [UInt8?](repeating: nil, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = UInt8(byte) }
    return bytes
  }()

  /// The bytes that a token spells, or `nil` when it has a scalar outside the alphabet.
  static func spelledBytes(of token: String) -> [UInt8]? {
    var spelled: [UInt8] = []
    for scalar in token.unicodeScalars {
      guard Int(scalar.value) < bytes.count, let byte = bytes[Int(scalar.value)] else { return nil }
      spelled.append(byte)
    }
    return spelled
  }

  /// How bytes are spelled, as UTF-8.
  static func spelling(of bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { Array(String(scalars[Int($0)]).utf8) }
  }

  /// What a token adds to decoded text: the bytes it spells or, when it is not in the alphabet, its own UTF-8,
  /// which is how it is given.
  ///
  /// Python does the same for every token, added ones too: an added token "é" decodes to the byte E9.
  static func decodedBytes(of token: [UInt8]) -> [UInt8] {
    spelledBytes(of: String(decoding: token, as: UTF8.self)) ?? token
  }
}
