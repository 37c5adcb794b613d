/// Follows brackets and strings through JSON text, byte by byte.
public struct JSONNesting: Sendable {
  /// How many brackets are open; negative if one closes nothing.
  public private(set) var depth = 0
  private var inString = false
  private var escaped = false

  /// Before the first byte.
  public init() {}

  /// Reads the next byte; whether it is outside of all strings.
  public mutating func read(_ byte: UInt8) -> Bool {
    if inString {
      if escaped {
        escaped = false
      } else if byte == UInt8(ascii: "\\") {
        escaped = true
      } else if byte == UInt8(ascii: "\"") {
        inString = false
      }
      return false
    }
    switch byte {
    case UInt8(ascii: "\""):
      inString = true
      return false
    case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
    case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
    default: break
    }
    return true
  }
}
