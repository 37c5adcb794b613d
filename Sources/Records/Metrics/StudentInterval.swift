import Foundation

/// The 95 % interval of a mean of few numbers, each of a draw of its own (Student's t).
///
/// Of means by seed it says what other seeds might have given, of means by order what other orders might have; what it is not
/// made from it holds fixed.
public struct StudentInterval: Sendable, Codable, Equatable {
  public static let formula =
    "mean ± t s / √n, t: 97.5 % point of Student's t with n − 1 degrees of freedom, s with n − 1"

  public let mean: Double
  /// s / √n
  public let standardError: Double
  public let lower: Double
  public let upper: Double
  /// How many numbers.
  public let n: Int

  /// Whether all numbers are equal: their spread says nothing of others then, and the interval has no width.
  public var isOfEqual: Bool { standardError == 0 }

  /// - Returns: `nil` with fewer than two numbers.
  public init?(_ values: [Double]) {
    guard let summary = SampleSummary(values), let deviation = summary.deviation else { return nil }
    (mean, n) = (summary.mean, summary.n)
    standardError = deviation / Double(n).squareRoot()
    let half = StudentT.upperPoint(degrees: n - 1) * standardError
    (lower, upper) = (mean - half, mean + half)
  }

  /// The interval of the means of groups of numbers, in the order in which the groups first appear.
  /// - Returns: `nil` with fewer than two groups.
  public init?<Group: Hashable>(ofMeansOf values: [(group: Group, value: Double)]) {
    let groups = Dictionary(grouping: values, by: \.group)
    var left = Set(groups.keys)
    let means = values.compactMap { entry -> Double? in
      guard left.remove(entry.group) != nil, let group = groups[entry.group] else { return nil }
      return SampleSummary(group.map(\.value))?.mean
    }
    self.init(means)
  }
}

/// Student's t distribution.
enum StudentT {
  /// What t exceeds with a probability of 2.5 %.
  ///
  /// - Parameter degrees: Of freedom; at least 1.
  static func upperPoint(degrees: Int) -> Double {
    let degrees = Double(max(degrees, 1))
    var (low, high) = (0.0, 2.0)
    while twoSidedTail(high, degrees: degrees) > 0.05 { (low, high) = (high, 2 * high) }
    while true {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { return middle }
      if twoSidedTail(middle, degrees: degrees) > 0.05 { low = middle } else { high = middle }
    }
  }

  /// P(|T| > t) = I_x(ν/2, 1/2) with x = ν / (ν + t²).
  static func twoSidedTail(_ t: Double, degrees: Double) -> Double {
    incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
  }

  /// The regularized incomplete beta function I_x(a, b), from 0 to 1.
  private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    // The continued fraction is quick on one side of the mean; I_x(a, b) = 1 − I_{1−x}(b, a).
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let front = exp(a * log(x) + b * log1p(-x) - lgamma(a) - lgamma(b) + lgamma(a + b)) / a
    return front * fraction(x, a, b)
  }

  /// The continued fraction of I_x(a, b), by Lentz's method.
  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    var (c, d) = (1.0, 1 - (a + b) * x / (a + 1))
    d = 1 / (abs(d) < tiny ? tiny : d)
    var value = d
    for step in 1...100_000 {
      let m = Double(step)
      for term in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 + term * d
        c = 1 + term / c
        d = 1 / (abs(d) < tiny ? tiny : d)
        if abs(c) < tiny { c = tiny }
        value *= c * d
      }
      if abs(c * d - 1) < 1e-15 { break }
    }
    return value
  }
}
