public import Assurance
import Foundation

/// The shares of labels in a stream, from predictions alone: black box shift estimation.
///
/// With C[i][j] = P(predicted i | label j) from labelled rows and μ[i] the share of predictions i in the stream, the shares of labels are
/// π = C⁻¹ μ, as long as only the shares changed (Lipton, Wang and Smola, arXiv 1802.03916, section 3). It is an alarm, never a repair.
public struct LabelShift: Sendable, Codable, Equatable {
  /// The share of each label in the stream, 0 … 1.
  public let estimate: [Double]
  /// An interval for each, simultaneous for all labels.
  public let intervals: [Interval]
  /// The share of each label among the labelled rows.
  public let expected: [Double]
  /// An interval of what each share of the stream is above that of the labelled rows, simultaneous for all labels.
  public let changes: [Interval]

  /// Whether some share has changed: the certificate was made for another stream.
  ///
  /// The difference counts. Whether the share of the labelled rows lies in the stream's interval would sound five times as often as it may
  /// where these are 600, as that share is known from rows, too.
  public var isAlarm: Bool { changes.contains { !$0.contains(0) } }

  /// Estimates the shares.
  ///
  /// - Parameters:
  ///   - confusion: Labelled rows by label (row) and prediction (column).
  ///   - predicted: How often each label was predicted in the stream.
  ///   - level: The confidence level of the intervals together.
  ///   - draws: How often weights of the rows are drawn, 100 … 100 000.
  ///   - seed: The seed of the draws.
  /// - Returns: `nil` where predictions do not tell the labels apart: a label without labelled rows, a prediction that says nothing.
  /// - Throws: `AssuranceError` for counts that are negative, or of another number of labels.
  public init?(
    confusion: [[Int]], predicted: [Int], level: Double = 0.99, draws: Int = 2000, seed: UInt64
  ) throws {
    try Self.require(confusion, predicted)
    let cells = confusion.map { $0.map(Double.init) }
    let stream = predicted.map(Double.init)
    guard let estimate = Self.shares(cells, stream) else { return nil }
    var source = BootstrapWeights(seed: seed)
    var drawn: [(shares: [Double], changes: [Double])] = []
    let draws = min(max(draws, 100), 100_000)
    for _ in 0..<draws {
      let weights = cells.map { source.weights(of: $0) }
      guard let shares = Self.shares(weights, source.weights(of: stream)) else { continue }
      let expected = Self.shares(of: weights)
      drawn.append((shares, zip(shares, expected).map(-)))
    }
    // Draws in which the labels cannot be told apart say that anything may be.
    guard drawn.count * 2 > draws else { return nil }
    let tail = (1 - min(max(level, 0.5), 0.999_999)) / 2 / Double(max(1, confusion.count - 1))
    self.estimate = Self.clamped(estimate)
    expected = Self.shares(of: cells)
    intervals = confusion.indices.map { label in
      Self.middle(of: drawn.map { min(max($0.shares[label], 0), 1) }, tail: tail)
    }
    changes = confusion.indices.map { label in Self.middle(of: drawn.map { $0.changes[label] }, tail: tail) }
  }

  private static func require(_ confusion: [[Int]], _ predicted: [Int]) throws {
    for row in confusion where row.count != confusion.count {
      throw AssuranceError.lengths(what: "a confusion table's row", expected: confusion.count, got: row.count)
    }
    guard predicted.count == confusion.count else {
      throw AssuranceError.lengths(what: "predictions of the stream", expected: confusion.count, got: predicted.count)
    }
    if let wrong = (confusion.joined() + predicted).first(where: { !(0...Proportion.most).contains($0) }) {
      throw AssuranceError.value(
        what: "a count", row: nil, expected: "0 … \(Proportion.most)", got: "\(wrong)", fix: "Count the rows again.")
    }
  }

  /// Solves Σ_j P(i | j) π_j = μ_i; `nil` if the labels cannot be told apart.
  private static func shares(_ cells: [[Double]], _ stream: [Double]) -> [Double]? {
    let totals = cells.map { $0.reduce(0, +) }
    let all = stream.reduce(0, +)
    guard all > 0, totals.allSatisfy({ $0 > 0 }) else { return nil }
    let matrix = cells.indices.map { i in cells.indices.map { j in cells[j][i] / totals[j] } }
    return LinearSystem.solved(matrix, stream.map { $0 / all })
  }

  /// The share of each label among labelled rows.
  private static func shares(of cells: [[Double]]) -> [Double] {
    let all = cells.joined().reduce(0, +)
    return cells.map { $0.reduce(0, +) / all }
  }

  /// What is left of drawn numbers without a part at either end.
  private static func middle(of drawn: [Double], tail: Double) -> Interval {
    let sorted = drawn.sorted()
    return Interval(low: quantile(tail, sorted), high: quantile(1 - tail, sorted))
  }

  /// Shares that are none, because the labels are not quite those of the labelled rows, are made some.
  private static func clamped(_ shares: [Double]) -> [Double] {
    let some = shares.map { max($0, 0) }
    let sum = some.reduce(0, +)
    return sum > 0 ? some.map { $0 / sum } : some
  }

  /// The quantile between the two nearest numbers, linearly.
  private static func quantile(_ share: Double, _ sorted: [Double]) -> Double {
    let position = share * Double(sorted.count - 1)
    let lower = min(max(Int(exactly: position.rounded(.down)) ?? 0, 0), sorted.count - 1)
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (position - Double(lower)) * (sorted[upper] - sorted[lower])
  }
}

/// A few linear equations.
enum LinearSystem {
  /// Gaussian elimination with partial pivoting; `nil` if the equations do not determine the unknowns.
  static func solved(_ matrix: [[Double]], _ right: [Double]) -> [Double]? {
    var rows = zip(matrix, right).map { $0 + [$1] }
    let size = rows.count
    for column in 0..<size {
      guard let pivot = (column..<size).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
        abs(rows[pivot][column]) > 1e-9
      else { return nil }
      rows.swapAt(column, pivot)
      for row in 0..<size where row != column {
        let factor = rows[row][column] / rows[column][column]
        guard factor != 0 else { continue }
        for index in column...size { rows[row][index] -= factor * rows[column][index] }
      }
    }
    let solution = (0..<size).map { rows[$0][size] / rows[$0][$0] }
    return solution.allSatisfy(\.isFinite) ? solution : nil
  }
}
