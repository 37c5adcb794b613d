import Files
import Foundation
import Records

/// Numbers as people read them. No space in them breaks a line.
enum Format {
  /// A number of a unit, such as `0.744`, `−0.012`, `541 KiB`.
  static func number(_ value: Double, _ unit: Measure.Unit) -> String {
    let scale = Scale(unit, of: value)
    return scale.text(value) + scale.suffix
  }

  /// A mean and what is known of its spread, such as `0.744` with `± 0.012` or `[0.702, 0.781]`.
  static func estimate(_ estimate: Estimate, _ unit: Measure.Unit) -> (text: String, spread: String?) {
    let scale = Scale(unit, of: estimate.mean)
    let text = scale.text(estimate.mean) + scale.suffix
    if let deviation = estimate.deviation {
      // Sizes are mostly the same in all runs: nothing beside them says so.
      if deviation == 0, unit == .bytes || unit == .count { return (text, nil) }
      return (text, "±\u{A0}" + scale.text(deviation, signed: false) + scale.suffix)
    }
    guard let interval = estimate.interval else { return (text, nil) }
    return (text, "[\(scale.text(interval.lower)),\u{A0}\(scale.text(interval.upper))]")
  }

  /// `74.4 %`
  static func percent(_ fraction: Double) -> String { decimals(100 * fraction, 1) + "\u{A0}%" }

  /// A difference of fractions in percentage points: `+1.2`, `−0.3`, `0.0`.
  static func points(_ change: Double) -> String { decimals(100 * change, 1, signed: true) }

  /// `58 s`, `3 min 12 s`, `2 h 5 min`
  static func duration(_ seconds: Double) -> String {
    guard seconds < 1e9 else { return number(seconds, .seconds) }
    let whole = Int(saturating: max(seconds, 0).rounded())
    let text =
      switch whole {
      case ..<60: "\(whole) s"
      case ..<3600: "\(whole / 60) min \(whole % 60) s"
      default: "\(whole / 3600) h \(whole % 3600 / 60) min"
      }
    return text.replacingOccurrences(of: " ", with: "\u{A0}")
  }

  /// `1 run`, `2 runs`
  static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// `60` or `58 to 60`, from ascending numbers.
  static func span(_ numbers: [Int]) -> String {
    guard let first = numbers.first, let last = numbers.last else { return "0" }
    return first == last ? "\(first)" : "\(first) to \(last)"
  }

  /// `a, b and c`
  static func list(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
  }

  /// With a real minus sign, and none before a zero. What has very many digits is shortened.
  static func decimals(_ value: Double, _ count: Int, signed: Bool = false) -> String {
    guard value.isFinite else { return "–" }
    let digits = abs(value) < 1e9 ? String(format: "%.\(count)f", abs(value)) : String(format: "%.3g", abs(value))
    guard digits.contains(where: { ("1"..."9").contains($0) }) else { return digits }
    return (value < 0 ? "−" : signed ? "+" : "") + digits
  }

  /// Three digits with a multiple: `312`, `31.2k`, `5.64T`; beyond these a power of ten.
  static func compact(_ value: Double) -> String {
    // 999,600 has 1M as its three digits.
    let multiples = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")]
    guard value.isFinite, abs(value) < 999.5e12, abs(value) >= 1e-3 || value == 0 else { return power(value) }
    guard let (multiple, letter) = multiples.first(where: { abs(value) >= $0.0 * 0.9995 }) else {
      return minus(String(format: "%.3g", value))
    }
    return minus(String(format: "%.3g", value / multiple)) + letter
  }

  /// Three digits and a power of ten: `5e13`, `1.23e-5`.
  static func power(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    let parts = String(format: "%.2e", value).split(separator: "e")
    guard parts.count == 2, let exponent = Int(parts[1]) else { return "–" }
    return minus("\(coordinate(Double(parts[0]) ?? 0, 2))e\(exponent)")
  }

  /// With a real minus sign in front.
  private static func minus(_ digits: String) -> String { digits.hasPrefix("-") ? "−" + digits.dropFirst() : digits }

  /// With a comma before every third digit of a long whole number.
  static func grouped(_ digits: String) -> String {
    guard digits.count > 4, digits.allSatisfy(\.isNumber) else { return digits }
    var result = ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return result
  }

  /// Which decimals and which multiple of a unit: those of the mean, so that what stands beside it has the same.
  private struct Scale {
    let suffix: String
    private let divisor: Double
    private let places: Int
    private let isSigned: Bool
    private let isGrouped: Bool

    init(_ unit: Measure.Unit, of value: Double) {
      isSigned = unit == .change
      isGrouped = unit == .count || unit == .rate
      switch unit {
      case .fraction, .change: (divisor, places, suffix) = (1, 3, "")
      case .count, .rate: (divisor, places, suffix) = (1, 0, "")
      case .seconds: (divisor, places, suffix) = (1, abs(value) < 100 ? 1 : 0, "\u{A0}s")
      case .bytes:
        let (divisor, name) = Format.multiple(ofBytes: value)
        let places = divisor > 1 && abs(value) / divisor < 100 ? 1 : 0
        (self.divisor, self.places, suffix) = (divisor, places, "\u{A0}\(name)")
      }
    }

    func text(_ value: Double, signed: Bool = true) -> String {
      let text = Format.decimals(value / divisor, places, signed: isSigned && signed)
      return isGrouped ? Format.grouped(text) : text
    }
  }

  /// The largest multiple of a byte that is not larger than a number of them.
  static func multiple(ofBytes value: Double) -> (divisor: Double, name: String) {
    switch abs(value) {
    case ..<1024: (1, "bytes")
    case ..<1_048_576: (1024, "KiB")
    case ..<1_073_741_824: (1_048_576, "MiB")
    default: (1_073_741_824, "GiB")
    }
  }
}
