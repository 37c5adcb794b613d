import Files
import Foundation
import Markup

/// Lines over a common axis, before they are drawn. Each has a dash pattern and a marker of its own, and its name at its end.
struct LineChart: Equatable {
  struct Point: Equatable {
    var x: Double
    var y: Double
    /// From where to where the value may be.
    var range: ClosedRange<Double>?
    /// In words, for whoever points at it and for the table.
    var text: String
  }

  struct Series: Equatable {
    enum Kind: Equatable {
      /// A line through marked points.
      case measured
      /// Marked points alone.
      case points
      /// A line alone, within the band of its points' ranges.
      case curve
    }

    /// Empty: it belongs to another series, which says what it is.
    var name: String
    /// Colour, dash pattern and marker.
    var style: Int
    var points: [Point]
    var kind = Kind.measured
  }

  /// A vertical line with a name.
  struct Guide: Equatable {
    var x: Double
    var name: String
  }

  var title: String
  var caption: Phrase
  var xTitle: String
  var yTitle: String
  var series: [Series]
  var guides: [Guide] = []
  /// Whether x are whole numbers, each of which is worth a tick.
  var isCounted = true
  /// Whether the axis begins at zero, whatever the values.
  var fromZero = false
  var xScale = Axis.Scale.linear
  var yScale = Axis.Scale.linear
  /// The same numbers.
  var table: ReportTable

  /// The width at which a drawing is easy to read, in rem.
  static let width = 27.0
}

/// An axis with round numbers.
struct Axis: Equatable {
  enum Scale: Equatable {
    case linear
    /// Logarithmic, of numbers such as 200k and 5M.
    case counts
    /// Logarithmic, of powers of ten such as 5e13.
    case powers
  }

  let low: Double
  let high: Double
  let ticks: [Double]
  /// Decimals that tell the ticks apart.
  let decimals: Int
  private(set) var scale = Scale.linear

  /// - Parameters:
  ///   - values: What must lie on the axis; what is not finite is left out.
  ///   - steps: About how many steps there should be.
  ///   - smallest: Steps are not smaller than this.
  init(covering values: [Double], steps: Int = 5, smallest: Double = 0) {
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
  init(_ scale: Scale, covering values: [Double]) {
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
  func label(_ tick: Double) -> String {
    switch scale {
    case .linear: Format.decimals(tick, decimals)
    case .counts: Format.compact(tick)
    case .powers: Format.power(tick)
    }
  }

  /// Where a value lies between the ends, 0 to 1.
  func share(_ value: Double) -> Double {
    let share =
      scale == .linear ? (value - low) / (high - low) : (log(value) - log(low)) / (log(high) - log(low))
    return share.isFinite ? min(max(share, 0), 1) : 0.5
  }
}
