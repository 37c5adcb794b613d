/// Where a text stands within a number that lies in a range: in plain decimals, without an exponent. Behind each byte that it takes some
/// number of the range can still be written.
struct BoundedNumberState: Hashable, Sendable {
  private let range: NumberRange
  private let isNegative: Bool
  /// The digits so far as one whole number.
  private var mantissa: Int128 = 0
  /// In front of the point.
  private var whole = 0
  /// Behind it; `nil`: there is no point.
  private var fraction: Int?

  private static let powers = (0...JSONNumberState.integerDigits).map { NumberRange.power($0) }

  /// Behind a number's first byte.
  init?(first byte: UInt8, in range: NumberRange) {
    self.range = range
    isNegative = byte == UInt8(ascii: "-")
    if isNegative {
      guard isPossible else { return nil }
    } else if !take(byte) {
      return nil
    }
  }

  /// Whether a range has a number that can be written.
  static func has(_ range: NumberRange) -> Bool {
    "-0123456789".utf8.contains { BoundedNumberState(first: $0, in: range) != nil }
  }

  /// Whether the number may end here.
  var isWhole: Bool {
    guard whole > 0, fraction != 0 else { return false }
    let (low, high) = range.magnitudes(isNegative: isNegative)
    let value = mantissa * Self.powers[15 - (fraction ?? 0)]
    return low <= value && value <= high
  }

  /// Goes on behind a byte; false where it cannot stand.
  mutating func take(_ byte: UInt8) -> Bool {
    let before = self
    let digits = whole + (fraction ?? 0)
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      // A zero in front stands alone.
      guard digits < range.digits, fraction != nil || whole == 0 || mantissa > 0 else { return false }
      mantissa = mantissa * 10 + Int128(byte - UInt8(ascii: "0"))
      if let fraction { self.fraction = fraction + 1 } else { whole += 1 }
    case UInt8(ascii: "."):
      guard !range.isInteger, fraction == nil, whole > 0, digits < range.digits else { return false }
      fraction = 0
    default: return false
    }
    if isPossible { return true }
    self = before
    return false
  }

  /// Whether some number of the range begins so.
  private var isPossible: Bool {
    if let fraction {
      let width = Self.powers[15 - fraction]
      return has(from: mantissa * width, width, whole: whole)
    }
    if whole > 0, mantissa == 0 { return has(from: 0, NumberRange.unit, whole: 1) }
    // With each number of digits that may still come in front of the point.
    return (max(whole, 1)...range.digits).contains { count in
      let first = whole == 0 ? (count == 1 ? 0 : Self.powers[count - 1]) : mantissa * Self.powers[count - whole]
      let end = whole == 0 ? Self.powers[count] : (mantissa + 1) * Self.powers[count - whole]
      return has(from: first * NumberRange.unit, (end - first) * NumberRange.unit, whole: count)
    }
  }

  /// Whether the range has a number among those from one on that have so many digits in front of the point.
  private func has(from first: Int128, _ width: Int128, whole: Int) -> Bool {
    /// What lies between two of them: the more digits there are in front of the point, the fewer are left behind it.
    let step = range.isInteger ? NumberRange.unit : Self.powers[whole]
    let (low, high) = range.magnitudes(isNegative: isNegative)
    let lowest = max(first, low)
    let rounded = (lowest + step - 1) / step * step
    return rounded <= min(high, first + width - step)
  }
}
