import Assurance
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
    let half = StudentT.upperPoint(tail: 0.025, degrees: Double(n - 1)) * standardError
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
