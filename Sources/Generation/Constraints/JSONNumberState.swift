/// Where a text stands within a JSON number (RFC 8259), which ends: it has only so many digits.
struct JSONNumberState: Hashable, Sendable {
  private enum Part: UInt8 { case minus, zero, whole, point, fraction, exponent, sign, power }

  private var part: Part
  /// Digits so far: of the number, or of its exponent.
  private var digits: Int
  /// Whether it is written without fraction and exponent.
  private let isInteger: Bool

  /// Digits of a whole number: it fits 64 bits then.
  static let integerDigits = 18
  /// Digits of another one, in front of its exponent.
  static let numberDigits = 30
  /// Digits of an exponent: with those in front of it, a `Double` holds the number.
  static let exponentDigits = 2

  /// Behind a number's first byte.
  init?(first byte: UInt8, isInteger: Bool) {
    self.isInteger = isInteger
    switch byte {
    case UInt8(ascii: "-"): (part, digits) = (.minus, 0)
    case UInt8(ascii: "0"): (part, digits) = (.zero, 1)
    case UInt8(ascii: "1")...UInt8(ascii: "9"): (part, digits) = (.whole, 1)
    default: return nil
    }
  }

  /// Whether a number may end here.
  var isWhole: Bool {
    switch part {
    case .zero, .whole, .fraction, .power: true
    case .minus, .point, .exponent, .sign: false
    }
  }

  /// Goes on behind a byte; false where it cannot stand.
  mutating func take(_ byte: UInt8) -> Bool {
    switch (part, byte) {
    case (.minus, UInt8(ascii: "0")): return goOn(.zero)
    case (.minus, UInt8(ascii: "1")...UInt8(ascii: "9")): return goOn(.whole)
    case (.whole, UInt8(ascii: "0")...UInt8(ascii: "9")): return goOn(.whole)
    case (.zero, UInt8(ascii: ".")), (.whole, UInt8(ascii: ".")):
      guard !isInteger, digits < Self.numberDigits else { return false }
      part = .point
      return true
    case (.point, UInt8(ascii: "0")...UInt8(ascii: "9")), (.fraction, UInt8(ascii: "0")...UInt8(ascii: "9")):
      return goOn(.fraction)
    case (.zero, UInt8(ascii: "e")), (.whole, UInt8(ascii: "e")), (.fraction, UInt8(ascii: "e")),
      (.zero, UInt8(ascii: "E")), (.whole, UInt8(ascii: "E")), (.fraction, UInt8(ascii: "E")):
      guard !isInteger else { return false }
      (part, digits) = (.exponent, 0)
      return true
    case (.exponent, UInt8(ascii: "+")), (.exponent, UInt8(ascii: "-")):
      part = .sign
      return true
    case (.exponent, UInt8(ascii: "0")...UInt8(ascii: "9")), (.sign, UInt8(ascii: "0")...UInt8(ascii: "9")),
      (.power, UInt8(ascii: "0")...UInt8(ascii: "9")):
      return goOn(.power)
    default: return false
    }
  }

  /// One more digit, of this part.
  private mutating func goOn(_ next: Part) -> Bool {
    let most = next == .power ? Self.exponentDigits : isInteger ? Self.integerDigits : Self.numberDigits
    guard digits < most else { return false }
    (part, digits) = (next, digits + 1)
    return true
  }
}
