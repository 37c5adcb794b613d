/// Where a text stands within a JSON string: a machine over bytes that lets through valid UTF-8 with the escapes of RFC 8259, surrogates
/// only in pairs.
enum JSONStringState: UInt8, Hashable, Sendable {
  /// Between characters.
  case plain
  /// Behind a backslash.
  case escape
  /// Behind `\u`, and behind its first digit where that is D: the second tells whether it is a surrogate.
  case digits, digitD
  /// So many more digits follow.
  case digits3, digits2, digits1
  /// In the first half of a pair: so many more digits.
  case high2, high1
  /// Before the second half, `\uDC00` to `\uDFFF`, byte by byte.
  case pairBackslash, pairU, pairD, pairDigit
  /// Within a character: so many more bytes follow.
  case tail3, tail2, tail1
  /// Behind a first byte that allows only some second bytes (Unicode, table 3-7).
  case afterE0, afterED, afterF0, afterF4

  /// What a byte leads to.
  enum Step {
    case inside(JSONStringState)
    /// The quotation mark that ends the string.
    case closed
  }

  /// - Returns: `nil` where the byte cannot stand.
  func step(_ byte: UInt8) -> Step? {
    if self == .plain {
      if byte == UInt8(ascii: "\"") { return .closed }
      return Self.behind(byte).map { .inside($0) }
    }
    return inner(byte).map { .inside($0) }
  }

  /// Behind the first byte of a character.
  private static func behind(_ byte: UInt8) -> JSONStringState? {
    switch byte {
    case UInt8(ascii: "\\"): .escape
    case 0x20..<0x80: .plain
    case 0xC2...0xDF: .tail1
    case 0xE0: .afterE0
    case 0xED: .afterED
    case 0xE1...0xEF: .tail2
    case 0xF0: .afterF0
    case 0xF1...0xF3: .tail3
    case 0xF4: .afterF4
    default: nil
    }
  }

  private func inner(_ byte: UInt8) -> JSONStringState? {
    switch self {
    case .plain: nil
    case .escape:
      switch byte {
      case UInt8(ascii: "u"): .digits
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): .plain
      case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): .plain
      default: nil
      }
    case .digits:
      if byte == UInt8(ascii: "D") || byte == UInt8(ascii: "d") { .digitD } else { Self.digit(byte, .digits3) }
    case .digitD:
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "7"): .digits2
      case UInt8(ascii: "8"), UInt8(ascii: "9"), UInt8(ascii: "A"), UInt8(ascii: "B"), UInt8(ascii: "a"),
        UInt8(ascii: "b"):
        .high2
      default: nil
      }
    case .digits3: Self.digit(byte, .digits2)
    case .digits2: Self.digit(byte, .digits1)
    case .digits1: Self.digit(byte, .plain)
    case .high2: Self.digit(byte, .high1)
    case .high1: Self.digit(byte, .pairBackslash)
    case .pairBackslash: byte == UInt8(ascii: "\\") ? .pairU : nil
    case .pairU: byte == UInt8(ascii: "u") ? .pairD : nil
    case .pairD: byte == UInt8(ascii: "D") || byte == UInt8(ascii: "d") ? .pairDigit : nil
    case .pairDigit:
      switch byte {
      case UInt8(ascii: "C")...UInt8(ascii: "F"), UInt8(ascii: "c")...UInt8(ascii: "f"): .digits2
      default: nil
      }
    case .tail3: (0x80...0xBF).contains(byte) ? .tail2 : nil
    case .tail2: (0x80...0xBF).contains(byte) ? .tail1 : nil
    case .tail1: (0x80...0xBF).contains(byte) ? .plain : nil
    case .afterE0: (0xA0...0xBF).contains(byte) ? .tail1 : nil
    case .afterED: (0x80...0x9F).contains(byte) ? .tail1 : nil
    case .afterF0: (0x90...0xBF).contains(byte) ? .tail2 : nil
    case .afterF4: (0x80...0x8F).contains(byte) ? .tail2 : nil
    }
  }

  private static func digit(_ byte: UInt8, _ next: JSONStringState) -> JSONStringState? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "F"),
      UInt8(ascii: "a")...UInt8(ascii: "f"):
      next
    default: nil
    }
  }
}
