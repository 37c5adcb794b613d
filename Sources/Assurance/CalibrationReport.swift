import Foundation

/// Whether predicted probabilities are as frequent as they say.
public struct CalibrationReport: Sendable, Codable, Equatable {
  /// The rows whose highest probability lies in one part of 0…1.
  public struct Bin: Sendable, Codable, Equatable {
    /// The lower edge, not included (0 is in the first bin).
    public let low: Double
    /// The upper edge, included.
    public let high: Double
    /// How many rows.
    public let count: Int
    /// The mean of their highest probability; 0 without rows.
    public let meanConfidence: Double
    /// The share of them whose most probable class is right; 0 without rows.
    public let accuracy: Double
  }

  /// The largest number of bins.
  public static let mostBins = 10_000

  /// How many rows.
  public let n: Int
  /// The expected calibration error of the most probable class (Guo et al., arXiv 1706.04599): Σ over ``reliability`` of
  /// count/n · |accuracy − mean confidence|.
  ///
  /// It is biased upward where bins have few rows.
  public let ece: Double
  /// The same with bins of as many rows each (Nguyen and O'Connor, arXiv 1508.05154); equal confidences are in one bin.
  public let adaptiveECE: Double
  /// The mean over rows of Σ_k (p_k − y_k)² (Brier 1950), 0…2, where y is 1 for the right class and 0 elsewhere.
  public let brier: Double
  /// The 95 % interval of ``brier`` over rows, by Student's t; 0…2 with a single row.
  public let brierInterval: Interval
  /// The mean over rows of −ln p of the right class; a p below 2⁻⁵² counts as 2⁻⁵², so that it is finite.
  public let logLoss: Double
  /// Bins of equal width, from 0 to 1, those without rows too.
  public let reliability: [Bin]

  /// Computes the report.
  ///
  /// - Parameters:
  ///   - probabilities: For each row one probability per class; they sum to 1 within 0.001.
  ///   - gold: The right class of each row, from 0.
  ///   - bins: How many bins, 1 … ``mostBins``.
  /// - Throws: ``AssuranceError`` if there is no row, the lists differ in length, a probability is not a number from 0 to 1, a row does not
  ///   sum to 1, or a class or the number of bins is out of range.
  public init(probabilities: [[Double]], gold: [Int], bins: Int = 15) throws {
    guard (1...Self.mostBins).contains(bins) else {
      throw AssuranceError.value(
        what: "number of bins", row: nil, expected: "1 … \(Self.mostBins)", got: "\(bins)", fix: "15 is usual.")
    }
    try Self.require(probabilities, gold)
    n = gold.count
    var (tops, squares, losses): ([Top], [Double], Double) = ([], [], 0)
    for (row, right) in zip(probabilities, gold) {
      tops.append(Top(probabilities: row, gold: right))
      squares.append(
        row.indices.reduce(0) { sum, label in
          let distance = row[label] - (label == right ? 1 : 0)
          return sum + distance * distance
        })
      losses -= log(max(min(row[right], 1), 0x1p-52))
    }
    reliability = Self.equalWidth(tops, bins: bins)
    ece = reliability.reduce(0) { $0 + Double($1.count) * abs($1.accuracy - $1.meanConfidence) } / Double(n)
    adaptiveECE = Self.equalCountError(tops, bins: bins)
    let mean = MeanInterval(squares)
    brier = mean.mean
    brierInterval = mean.student()?.clamped(to: 0...2) ?? Interval(low: 0, high: 2)
    logLoss = losses / Double(n)
  }

  private static func require(_ probabilities: [[Double]], _ gold: [Int]) throws {
    guard probabilities.count == gold.count else {
      throw AssuranceError.lengths(what: "rows of probabilities", expected: gold.count, got: probabilities.count)
    }
    guard let classes = probabilities.first?.count else { throw AssuranceError.empty(what: "probabilities") }
    for (row, (values, right)) in zip(probabilities, gold).enumerated() {
      guard values.count == classes else {
        throw AssuranceError.value(
          what: "number of probabilities", row: row, expected: "\(classes), as in the first row",
          got: "\(values.count)",
          fix: "Give one for each class.")
      }
      try LabelCheck.require(right, below: classes, what: "gold class", row: row)
      for value in values where !(0...1 + Self.tolerance).contains(value) {
        throw AssuranceError.value(
          what: "probability", row: row, expected: "a number from 0 to 1", got: "\(value)", fix: Self.softmax)
      }
      let sum = values.reduce(0, +)
      guard abs(sum - 1) <= Self.tolerance else {
        throw AssuranceError.value(
          what: "sum of probabilities", row: row, expected: "1 within \(Self.tolerance)", got: "\(sum)",
          fix: Self.softmax)
      }
    }
  }

  /// What float32 and a few printed digits may be off.
  private static let tolerance = 0.001
  private static let softmax = "Give probabilities over all classes, such as a softmax of the scores."
}
