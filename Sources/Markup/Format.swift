import Files
import Foundation

/// Numbers as people read them. No space in them breaks a line.
public enum Format {
  /// `74.4 %`
  public static func percent(_ fraction: Double) -> String { decimals(100 * fraction, 1) + "\u{A0}%" }

  /// A difference of fractions in percentage points: `+1.2`, `−0.3`, `0.0`.
  public static func points(_ change: Double) -> String { decimals(100 * change, 1, signed: true) }

  /// `58 s`, `3 min 12 s`, `2 h 5 min`
  public static func duration(_ seconds: Double) -> String {
    guard seconds < 1e9 else { return decimals(seconds, 0) + "\u{A0}s" }
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
  public static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// `60` or `58 to 60`, from ascending numbers.
  public static func span(_ numbers: [Int]) -> String {
    guard let first = numbers.first, let last = numbers.last else { return "0" }
    return first == last ? "\(first)" : "\(first) to \(last)"
  }

  /// `a, b and c`
  public static func list(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
  }

  /// With a real minus sign, and none before a zero. What has very many digits is shortened.
  public static func decimals(_ value: Double, _ count: Int, signed: Bool = false) -> String {
    guard value.isFinite else { return "–" }
    let digits = abs(value) < 1e9 ? String(format: "%.\(count)f", abs(value)) : String(format: "%.3g", abs(value))
    guard digits.contains(where: { ("1"..."9").contains($0) }) else { return digits }
    return (value < 0 ? "−" : signed ? "+" : "") + digits
  }

  /// Three digits with a multiple: `312`, `31.2k`, `5.64T`; beyond these a power of ten.
  public static func compact(_ value: Double) -> String {
    // 999,600 has 1M as its three digits.
    let multiples = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")]
    guard value.isFinite, abs(value) < 999.5e12, abs(value) >= 1e-3 || value == 0 else { return power(value) }
    guard let (multiple, letter) = multiples.first(where: { abs(value) >= $0.0 * 0.9995 }) else {
      return minus(String(format: "%.3g", value))
    }
    return minus(String(format: "%.3g", value / multiple)) + letter
  }

  /// Three digits and a power of ten: `5e13`, `1.23e-5`.
  public static func power(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    let parts = String(format: "%.2e", value).split(separator: "e")
    guard parts.count == 2, let exponent = Int(parts[1]) else { return "–" }
    return minus("\(coordinate(Double(parts[0]) ?? 0, 2))e\(exponent)")
  }

  /// With a real minus sign in front.
  private static func minus(_ digits: String) -> String { digits.hasPrefix("-") ? "−" + digits.dropFirst() : digits }

  /// With a comma before every third digit of a long whole number.
  public static func grouped(_ digits: String) -> String {
    guard digits.count > 4, digits.allSatisfy(\.isNumber) else { return digits }
    var result = ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return result
  }

  /// A number in a drawing, without needless digits.
  public static func coordinate(_ value: Double, _ digits: Int = 1) -> String {
    let text = String(format: "%.\(digits)f", value.isFinite ? value : 0)
    let short = text.contains(".") ? String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed()) : text
    return short == "-0" ? "0" : short
  }

  /// The largest multiple of a byte that is not larger than a number of them, and how many decimals it is written with.
  public static func multiple(ofBytes value: Double) -> (divisor: Double, name: String, places: Int) {
    let (divisor, name): (Double, String) =
      switch abs(value) {
      case ..<1024: (1, "bytes")
      case ..<1_048_576: (1024, "KiB")
      case ..<1_073_741_824: (1_048_576, "MiB")
      default: (1_073_741_824, "GiB")
      }
    return (divisor, name, divisor > 1 && abs(value) / divisor < 100 ? 1 : 0)
  }

  /// `541 KiB`, `1.5 GiB`
  public static func bytes(_ value: Double) -> String {
    let multiple = multiple(ofBytes: value)
    return decimals(value / multiple.divisor, multiple.places) + "\u{A0}\(multiple.name)"
  }
}
