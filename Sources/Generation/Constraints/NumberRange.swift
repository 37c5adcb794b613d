import Files

/// Between which numbers one lies that is written digit by digit. Everything is counted in units of 10^-15, exactly.
struct NumberRange: Hashable, Sendable {
  /// The bounds themselves are in the range.
  private(set) var low: Int128
  private(set) var high: Int128
  /// Whether it is written without a fraction.
  let isInteger: Bool

  /// Units of one.
  static let unit = power(15)

  /// Every number that may be written.
  init(isInteger: Bool) {
    self.isInteger = isInteger
    high = Self.power(isInteger ? JSONNumberState.integerDigits : Self.fractionalDigits) * Self.unit
    low = -high
  }

  /// Digits in all of one that may have a fraction. A `Double` tells any two such numbers apart, and so from a bound that one is not: what is
  /// within the bounds as it is written still is when it has been read.
  static let fractionalDigits = 15

  /// Digits in all.
  var digits: Int { isInteger ? JSONNumberState.integerDigits : Self.fractionalDigits }

  mutating func raise(to bound: JSONTree, isOpen: Bool) {
    guard let scaled = Self.scaled(bound) else { return }
    low = max(low, isOpen ? scaled.floor + 1 : scaled.ceiling)
  }

  mutating func lower(to bound: JSONTree, isOpen: Bool) {
    guard let scaled = Self.scaled(bound) else { return }
    high = min(high, isOpen ? scaled.ceiling - 1 : scaled.floor)
  }

  /// What a number without its sign may be; no number where the lower end is above the upper one. Zero has no sign.
  func magnitudes(isNegative: Bool) -> (low: Int128, high: Int128) {
    isNegative ? (max(-high, 1), -low) : (max(low, 0), high)
  }

  static func power(_ exponent: Int) -> Int128 { (0..<exponent).reduce(1) { value, _ in value * 10 } }

  /// A bound in units, rounded down and up; `nil`: it is no number.
  private static func scaled(_ bound: JSONTree) -> (floor: Int128, ceiling: Int128)? {
    if case .integer(let whole) = bound { return (Int128(whole) * unit, Int128(whole) * unit) }
    guard let number = bound.number, number.isFinite else { return nil }
    // Farther than any number that is written.
    guard number.magnitude < 0x1p63 else {
      let far = Int128(Int.max) * unit
      return number < 0 ? (-far, -far) : (far, far)
    }
    // The shortest decimal that reads as this number is how the bound was written.
    let parts = "\(number.magnitude)".split(separator: "e")
    let digits = (parts.first ?? "0").split(separator: ".", omittingEmptySubsequences: false)
    let fraction = digits.dropFirst().first ?? ""
    guard let mantissa = Int128((digits.first ?? "0") + fraction) else { return nil }
    let exponent = 15 - fraction.count + (parts.dropFirst().first.flatMap { Int($0) } ?? 0)
    var (floor, ceiling): (Int128, Int128)
    if exponent >= 0 {
      floor = mantissa * power(exponent)
      ceiling = floor
    } else if -exponent > 30 {
      (floor, ceiling) = (0, mantissa == 0 ? 0 : 1)
    } else {
      let (quotient, rest) = mantissa.quotientAndRemainder(dividingBy: power(-exponent))
      (floor, ceiling) = (quotient, rest == 0 ? quotient : quotient + 1)
    }
    return number < 0 ? (-ceiling, -floor) : (floor, ceiling)
  }
}
