import Assurance
import Foundation
import Randomness

/// The maximum mean discrepancy of two samples, and how often a random split of the same rows has as much.
///
/// MMD² = mean k(x, x′) + mean k(y, y′) − 2 mean k(x, y), with a Gaussian kernel whose width is the median distance.
/// Gretton and others, Journal of Machine Learning Research 13 (2012) 723, equation 5.
public struct MeanDiscrepancy: Sendable, Codable, Equatable {
  /// Rows of each sample at most: the kernel of both has four times the square of it.
  static let mostRows = 500
  /// Splits that are drawn.
  public static let permutations = 200

  /// MMD², 0 and more.
  public let square: Double
  /// The share of splits with as much, the split itself among them.
  public let p: Double

  /// - Parameters:
  ///   - first: A sample; of many rows the first are taken.
  ///   - second: As many rows of the same width.
  ///   - seed: The seed of the splits.
  init(_ first: FeatureRows, _ second: FeatureRows, seed: UInt64) throws {
    let rows = min(first.count, second.count, Self.mostRows)
    let both = try first.rows(Array(0..<rows)).joined(second.rows(Array(0..<rows)))
    let kernel = Self.kernel(both)
    var signs: [Float] = (0..<2 * rows).map { $0 < rows ? 1 : -1 }
    let square = Self.square(kernel, signs)
    var stream = RandomStream(seed: seed, "drift", "permutations")
    var asMuch = 1
    for _ in 0..<Self.permutations {
      stream.shuffle(&signs)
      // Equal splits may differ in their last bits, as they are summed in another order.
      if Self.square(kernel, signs) >= square * (1 - 1e-6) { asMuch += 1 }
    }
    self.square = max(0, square)
    p = Double(asMuch) / Double(Self.permutations + 1)
  }

  /// exp(−‖a − b‖² / 2m²) of each two rows, m² the median of the squares.
  private static func kernel(_ rows: FeatureRows) -> [[Float]] {
    var squares = (0..<rows.count).map { row in (0..<row).map { rows.squaredDistance(row, rows, $0) } }
    let sorted = squares.joined().sorted()
    let median = sorted.isEmpty ? 1 : max(sorted[sorted.count / 2], .leastNormalMagnitude)
    for row in squares.indices { squares[row] = squares[row].map { exp(-$0 / (2 * median)) } }
    return squares
  }

  /// sᵀ K s / rows², with s = 1 for one sample and −1 for the other. `kernel`: what is below the diagonal, on which all is 1.
  private static func square(_ kernel: [[Float]], _ signs: [Float]) -> Double {
    var sum = Double(signs.count)
    for (row, numbers) in kernel.enumerated() {
      var part: Float = 0
      for (number, sign) in zip(numbers, signs) { part += number * sign }
      sum += 2 * Double(part * signs[row])
    }
    let rows = Double(signs.count) / 2
    return rows > 0 ? sum / (rows * rows) : 0
  }
}
