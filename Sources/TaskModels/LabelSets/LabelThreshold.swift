/// From which probability on one label is given.
enum LabelThreshold {
  /// Fewer rows with the label, or without it, say nothing: 0.5 then.
  static let fewest = 5

  /// The threshold with the highest F1 of the label; of equally good ones 0.5, or the one next to it.
  ///
  /// Between two probabilities every threshold gives the same rows: the middle stands for all of them.
  ///
  /// - Parameters:
  ///   - probabilities: of each row.
  ///   - has: whether the row has the label.
  static func best(_ probabilities: [Double], _ has: [Bool]) -> Double {
    let positive = has.count { $0 }
    guard positive >= fewest, has.count - positive >= fewest else { return 0.5 }
    let rows = zip(probabilities, has).sorted { $0.0 > $1.0 }
    // 2 TP / (rows that got it + rows that have it) as a fraction of whole numbers, so that equal ones are equal.
    var (hits, best): (Int, (hits: Int, of: Int)) = (0, (0, 1))
    var found: [(low: Double, high: Double)] = []
    for (place, row) in rows.enumerated() {
      hits += row.1 ? 1 : 0
      let next = place + 1 < rows.count ? rows[place + 1].0 : 0
      // Rows of one probability get the label together.
      guard next < row.0 || place + 1 == rows.count else { continue }
      let of = place + 1 + positive
      let (one, other) = (hits * best.of, best.hits * of)
      if one > other { (best, found) = ((hits, of), []) }
      if one >= other { found.append((next, row.0)) }
    }
    // A label is given from the threshold on: of p itself, but not of the next lower one.
    if found.contains(where: { $0.low < 0.5 && 0.5 <= $0.high }) { return 0.5 }
    return found.map { ($0.low + $0.high) / 2 }.min { abs($0 - 0.5) < abs($1 - 0.5) } ?? 0.5
  }
}
