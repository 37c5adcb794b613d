/// Numbers as Python prints them.
enum PythonFloat {
  /// `repr` of a float: the shortest digits that give it back, with an exponent from 1e16 on and below 1e-4.
  static func text(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let sign = value.sign == .minus ? "-" : ""
    if value == 0 { return sign + "0.0" }
    let (digits, exponent) = decimal(value.magnitude)
    return sign + ((-4..<16).contains(exponent) ? fixed(digits, exponent) : scientific(digits, exponent))
  }

  /// The digits of a positive number, and the power of ten of the first of them.
  private static func decimal(_ value: Double) -> (digits: String, exponent: Int) {
    let parts = value.description.split(separator: "e")
    let halves = (parts.first ?? "0").split(separator: ".", omittingEmptySubsequences: false)
    let (whole, fraction) = (String(halves.first ?? "0"), halves.count > 1 ? String(halves[1]) : "")
    let shift = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let all = whole + fraction
    let leading = all.prefix { $0 == "0" }.count
    var digits = String(all.dropFirst(leading))
    while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
    return (digits, whole.count - 1 - leading + shift)
  }

  private static func fixed(_ digits: String, _ exponent: Int) -> String {
    if exponent < 0 { return "0." + String(repeating: "0", count: -exponent - 1) + digits }
    let whole = exponent + 1
    if digits.count <= whole { return digits + String(repeating: "0", count: whole - digits.count) + ".0" }
    return digits.prefix(whole) + "." + digits.dropFirst(whole)
  }

  private static func scientific(_ digits: String, _ exponent: Int) -> String {
    let mantissa = digits.count > 1 ? "\(digits.prefix(1)).\(digits.dropFirst())" : digits
    let magnitude = String(exponent.magnitude)
    return "\(mantissa)e\(exponent < 0 ? "-" : "+")\(magnitude.count < 2 ? "0" : "")\(magnitude)"
  }
}
