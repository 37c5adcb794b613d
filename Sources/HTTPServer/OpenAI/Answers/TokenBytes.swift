import Files

/// The bytes that a token writes, by its id. A token may be a part of a character.
public typealias TokenBytes = (Int) -> [UInt8]

enum TokenText {
  /// With U+FFFD for what is a part of a character.
  static func shown(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// A text of its own for each: what is a part of a character is spelled, as OpenAI does where tokens are names of an object.
  static func key(_ bytes: [UInt8]) -> String {
    guard UTF8Text.firstInvalidByte(in: bytes) != nil else { return shown(bytes) }
    return "bytes:" + bytes.map { "\\x" + digits[Int($0 >> 4)] + digits[Int($0 & 15)] }.joined()
  }

  private static let digits = "0123456789abcdef".map { String($0) }
}
