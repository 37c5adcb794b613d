import Markup
import Records

extension Format {
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
        let multiple = Format.multiple(ofBytes: value)
        (divisor, places, suffix) = (multiple.divisor, multiple.places, "\u{A0}\(multiple.name)")
      }
    }

    func text(_ value: Double, signed: Bool = true) -> String {
      let text = Format.decimals(value / divisor, places, signed: isSigned && signed)
      return isGrouped ? Format.grouped(text) : text
    }
  }
}
