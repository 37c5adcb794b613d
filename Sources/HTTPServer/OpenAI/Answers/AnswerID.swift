/// The id of an answer and of its request: a ULID, which sorts by time, behind what it is of.
public struct AnswerID: Sendable, CustomStringConvertible {
  /// What it is of.
  public enum Kind: String, Sendable {
    case chat = "chatcmpl-"
    case completion = "cmpl-"
    case other = "req-"
  }

  public let description: String

  /// - Parameters:
  ///   - kind: What it is of.
  ///   - milliseconds: Since 1970; of more than 48 bits the lower ones count.
  ///   - random: Of which 80 bits are taken, ten bytes; what is missing is 0.
  public init(_ kind: Kind, milliseconds: UInt64, random: some Sequence<UInt8>) {
    let time = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> UInt64(8 * (5 - $0))) }
    let chance = Array(random.prefix(10))
    let bytes = time + chance + [UInt8](repeating: 0, count: 10 - chance.count)
    description = kind.rawValue + Self.crockford(bytes)
  }

  /// 128 bits as 26 digits of five, two zeros before the first.
  private static func crockford(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    var (text, buffer, bits) = ([UInt8](), 0, 2)
    for byte in bytes {
      buffer = (buffer << 8 | Int(byte)) & 0xFFFF
      bits += 8
      while bits >= 5 {
        bits -= 5
        text.append(digits[buffer >> bits & 31])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
