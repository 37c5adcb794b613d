import Files
import Foundation

/// An axis with round numbers.
public struct Axis: Equatable, Sendable {
  /// How numbers become places.
  public enum Scale: Equatable, Sendable {
    /// Equal steps.
    case linear
    /// Logarithmic, of numbers such as 200k and 5M.
    case counts
    /// Logarithmic, of powers of ten such as 5e13.
    case powers
  }

  /// Where it begins.
  public let low: Double
  /// Where it ends.
  public let high: Double
  /// The numbers that are written at it.
  public let ticks: [Double]
  /// Decimals that tell the ticks apart.
  public let decimals: Int
  /// How numbers become places.
  public private(set) var scale = Scale.linear

  /// An axis of equal steps with room for some values.
  ///
  /// - Parameters:
  ///   - values: What must lie on the axis; what is not finite is left out.
  ///   - steps: About how many steps there should be.
  ///   - smallest: Steps are not smaller than this.
  public init(covering values: [Double], steps: Int = 5, smallest: Double = 0) {
    let finite = values.filter { abs($0) < 1e300 }
    var (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    if low == high {
      let room = max(abs(low) * 0.1, smallest, 1e-3)
      (low, high) = (low - room, high + room)
    }
    let step = max(Self.round((high - low) / Double(max(steps, 1))), smallest)
    let (first, last) = ((low / step).rounded(.down), (high / step).rounded(.up))
    // Where numbers are so large or so close that steps cannot be counted, the ends alone are ticks.
    guard step.isNormal, last - first < 100 else {
      (self.low, self.high, ticks, decimals) = (low, high, [low, high], 3)
      return
    }
    ticks = (0...Int(saturating: last - first)).map { (first + Double($0)) * step }
    (self.low, self.high) = (first * step, last * step)
    decimals =
      (0...8).first { abs((step * pow(10, Double($0))).rounded() / pow(10, Double($0)) - step) < step * 1e-6 } ?? 8
  }

  /// 1, 2 or 5 times a power of ten, not below a width.
  private static func round(_ width: Double) -> Double {
    let power = pow(10, log10(width).rounded(.down))
    return power * ([1, 2, 5].first { $0 * power >= width * (1 - 1e-9) } ?? 10)
  }

  /// A logarithmic axis from the smallest to the largest value, with ticks at 1, 2 and 5 times powers of ten, or at these alone.
  ///
  /// - Parameters:
  ///   - scale: ``Scale/counts`` or ``Scale/powers``.
  ///   - values: What must lie on the axis; what is not above 0 and finite is left out.
  public init(_ scale: Scale, covering values: [Double]) {
    let valid = values.filter { $0 > 1e-300 && $0 < 1e300 }
    var (low, high) = (valid.min() ?? 1, valid.max() ?? 10)
    if low == high { (low, high) = (low / 2, high * 2) }
    let (first, last) = (log10(low).rounded(.down), log10(high).rounded(.down))
    let steps: [Double] = last - first > 2 ? [1] : [1, 2, 5]
    let stride = max(1, ((last - first) / 8).rounded(.up))
    let all = Swift.stride(from: first, through: last, by: stride).flatMap { power in steps.map { $0 * pow(10, power) }
    }
    let inside = all.filter { $0 >= low * (1 - 1e-9) && $0 <= high * (1 + 1e-9) }
    self.init(low: low, high: high, ticks: inside.count < 2 ? [low, high] : inside, decimals: 0)
    self.scale = scale
  }

  /// A tick in words.
  ///
  /// - Parameter tick: One of ``ticks``.
  public func label(_ tick: Double) -> String {
    switch scale {
    case .linear: Format.decimals(tick, decimals)
    case .counts: Format.compact(tick)
    case .powers: Format.power(tick)
    }
  }

  /// Where a value lies between the ends, 0 to 1.
  ///
  /// - Parameter value: What is beyond the ends lies at the nearer one; what is not finite in the middle.
  public func share(_ value: Double) -> Double {
    let share =
      scale == .linear ? (value - low) / (high - low) : (log(value) - log(low)) / (log(high) - log(low))
    return share.isFinite ? min(max(share, 0), 1) : 0.5
  }

  /// An axis as somebody else has laid it out.
  ///
  /// - Parameters:
  ///   - low: Where it begins.
  ///   - high: Where it ends.
  ///   - ticks: The numbers that are written at it.
  ///   - decimals: Decimals that tell these apart.
  public init(low: Double, high: Double, ticks: [Double], decimals: Int) {
    (self.low, self.high, self.ticks, self.decimals) = (low, high, ticks, decimals)
  }
}
