/// From which probability on one label is given.
enum LabelThreshold {
  /// Fewer rows with the label, or without it, say nothing: 0.5 then.
  static let fewest = 5

  /// The threshold with the highest F1 of the label, where it is better than 0.5 by more than one standard error (jackknife over rows);
  /// else 0.5.
  ///
  /// Of few rows the highest F1 is partly luck. Of three labels with 25
  /// choose rows each, the highest F1 alone lost one to two points on other rows where 0.5 was right, and this loses half a point
  /// (docs/learn.md).
  ///
  /// - Parameters:
  ///   - probabilities: Of each row.
  ///   - has: Whether the row has the label.
  static func fitted(_ probabilities: [Double], _ has: [Bool]) -> Double {
    let best = best(probabilities, has)
    guard best != 0.5 else { return best }
    let (one, other) = (Counts(probabilities, has, from: best), Counts(probabilities, has, from: 0.5))
    let left = probabilities.indices.map { one.f1(without: $0) - other.f1(without: $0) }
    let mean = left.reduce(0, +) / Double(left.count)
    let spread = left.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (spread * Double(left.count - 1) / Double(left.count)).squareRoot()
    return one.f1() - other.f1() > error ? best : 0.5
  }

  /// F1 = 2 Σ hits / Σ (given + has) of all rows, or all but one.
  private struct Counts {
    private let hits: [Int]
    private let both: [Int]
    private let sums: (hits: Int, both: Int)

    init(_ probabilities: [Double], _ has: [Bool], from threshold: Double) {
      let given = probabilities.map { $0 >= threshold }
      hits = zip(given, has).map { $0 && $1 ? 1 : 0 }
      both = zip(given, has).map { ($0 ? 1 : 0) + ($1 ? 1 : 0) }
      sums = (hits.reduce(0, +), both.reduce(0, +))
    }

    func f1(without row: Int? = nil) -> Double {
      let (hit, part) = row.map { (hits[$0], both[$0]) } ?? (0, 0)
      return sums.both == part ? 0 : Double(2 * (sums.hits - hit)) / Double(sums.both - part)
    }
  }

  /// The threshold with the highest F1 of the label; of equally good ones 0.5, or the one next to it.
  ///
  /// Between two probabilities every threshold gives the same rows: the middle stands for all of them.
  ///
  /// - Parameters:
  ///   - probabilities: Of each row.
  ///   - has: Whether the row has the label.
  static func best(_ probabilities: [Double], _ has: [Bool]) -> Double {
    let positive = has.count { $0 }
    guard positive >= fewest, has.count - positive >= fewest else { return 0.5 }
    let rows = zip(probabilities, has).sorted { $0.0 > $1.0 }
    // 2 TP / (rows that got it + rows that have it) as a fraction of whole numbers, so that equal ones are equal.
    var (hits, best): (Int, (hits: Int, of: Int)) = (0, (0, 1))
    var found: [(low: Double, high: Double)] = []
    for (position, row) in rows.enumerated() {
      hits += row.1 ? 1 : 0
      let next = position + 1 < rows.count ? rows[position + 1].0 : 0
      // Rows of one probability get the label together.
      guard next < row.0 || position + 1 == rows.count else { continue }
      let of = position + 1 + positive
      let (one, other) = (hits * best.of, best.hits * of)
      if one > other { (best, found) = ((hits, of), []) }
      if one >= other { found.append((next, row.0)) }
    }
    // A label is given from the threshold on: of p itself, but not of the next lower one.
    if found.contains(where: { $0.low < 0.5 && 0.5 <= $0.high }) { return 0.5 }
    return found.map { ($0.low + $0.high) / 2 }.min { abs($0 - 0.5) < abs($1 - 0.5) } ?? 0.5
  }
}
