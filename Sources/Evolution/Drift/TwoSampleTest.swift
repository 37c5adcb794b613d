import Assurance
import Foundation
import Randomness

/// Whether texts of today are told from those of a reference by their features: the classifier two-sample test.
///
/// A classifier that was trained on the other folds says of each row from which sample it is. If both are of one distribution, the number it
/// gets right is about binomial with ½, and fewer rather than more, as folds of even samples lean to the other answer.
/// Lopez-Paz and Oquab, arXiv 1610.06545, with the normal approximation of section 3.1.
public struct TwoSampleTest: Sendable, Codable, Equatable {
  /// Rows of each sample at most.
  public static let mostRows = 2000
  /// Rows of each sample at least: fewer tell nothing at a level of 0.001.
  public static let leastRows = 50
  private static let folds = 5

  /// Rows of each sample that were looked at.
  public let rows: Int
  /// Share of rows that were told apart, out of fold.
  public let accuracy: Double
  /// The probability of so many or more if nothing changed.
  public let p: Double
  /// The check by another statistic.
  public let discrepancy: MeanDiscrepancy

  /// Compares two samples.
  ///
  /// - Parameters:
  ///   - reference: Features of earlier texts.
  ///   - now: Features of today's.
  ///   - seed: The seed of the choice of rows, of folds and permutations.
  /// - Returns: `nil` where one of the samples has fewer than ``leastRows``.
  /// - Throws: `AssuranceError.lengths` for features of different widths.
  public init?(reference: FeatureRows, now: FeatureRows, seed: UInt64) throws {
    let rows = min(reference.count, now.count, Self.mostRows)
    guard rows >= Self.leastRows else { return nil }
    var stream = RandomStream(seed: seed, "drift", "two-sample")
    let first = reference.rows(Self.chosen(rows, of: reference.count, &stream))
    let second = now.rows(Self.chosen(rows, of: now.count, &stream))
    let both = try first.joined(second)
    var right = 0
    for fold in 0..<Self.folds {
      // Both samples are in an order of chance: every fifth row of each is a fold.
      let (test, train) = (0..<2 * rows).reduce(into: ([Int](), [Int]())) { parts, row in
        if row % rows % Self.folds == fold { parts.0.append(row) } else { parts.1.append(row) }
      }
      let known = both.rows(train)
      let direction = LogisticDirection(known.standardized(by: known), isSecond: train.map { $0 >= rows })
      let products = both.rows(test).standardized(by: known).products(with: direction.weights)
      right += zip(test, products).count { row, product in row >= rows ? product > 0 : product < 0 }
    }
    self.rows = rows
    accuracy = Double(right) / Double(2 * rows)
    p = Self.upperTail(right, rows: rows)
    discrepancy = try MeanDiscrepancy(first, second, seed: seed)
  }

  /// The probability of so many right answers or more of 2 · `rows` with one half each: normal, with a correction for continuity.
  static func upperTail(_ right: Int, rows: Int) -> Double {
    let z = (Double(right) - 0.5 - Double(rows)) / (Double(rows) / 2).squareRoot()
    return erfc(z / 2.0.squareRoot()) / 2
  }

  /// Different numbers below `count`, in an order of chance.
  private static func chosen(_ rows: Int, of count: Int, _ stream: inout RandomStream) -> [Int] {
    var all = Array(0..<count)
    stream.shuffle(&all)
    return Array(all.prefix(rows))
  }
}
