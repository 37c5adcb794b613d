/// Takes keys out of what is written down.
enum Redaction {
  /// What stands for a key.
  static let mark = "ak_[redacted]"
  /// Names of values that are secret whatever they look like, in lowercase.
  static let secretNames: Set = [
    "authorization", "cookie", "set-cookie", "x-api-key", "api-key", "api_key", "proxy-authorization", "password",
    "token",
    "x-csrf-token",
  ]

  private static let beginning = Array("ak_".utf8)
  /// So many characters behind `ak_` are a key even where a word could end in it: the secret part alone has 43.
  private static let certainLength = 16

  /// A text with everything that looks like one of our keys, `ak_…`, replaced.
  static func redacted(_ text: String) -> String {
    guard text.utf8.count > beginning.count else { return text }
    let bytes = Array(text.utf8)
    var (kept, position, hasChanged) = ([UInt8](), 0, false)
    kept.reserveCapacity(bytes.count)
    while position < bytes.count {
      guard bytes[position...].starts(with: beginning) else {
        kept.append(bytes[position])
        position += 1
        continue
      }
      let rest = bytes[(position + beginning.count)...].prefix(while: isPartOfKey)
      let isInsideWord = position > 0 && isLetterOrDigit(bytes[position - 1])
      if rest.isEmpty || isInsideWord && rest.count < certainLength {
        kept += beginning
        position += beginning.count
      } else {
        kept += mark.utf8
        position += beginning.count + rest.count
        hasChanged = true
      }
    }
    return hasChanged ? String(decoding: kept, as: UTF8.self) : text
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  private static func isPartOfKey(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }
}
