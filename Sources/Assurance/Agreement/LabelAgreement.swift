/// How far two people, neither of whom saw the other's answer, give the same rows the same labels.
public struct LabelAgreement: Sendable, Codable, Equatable {
  /// The rows with equal labels, of all rows.
  public let raw: Proportion
  /// Cohen's κ (1960): (p_o − p_e) / (1 − p_e), the agreement beyond what two people reach who label at random, each with the own shares.
  ///
  /// `nil` where both gave every row the same label: nothing was there to agree about.
  public let kappa: Double?
  /// The variance of ``kappa`` (Fleiss, Cohen and Everitt, Psychological Bulletin 72 (1969) 323); `nil` without κ.
  public let kappaVariance: Double?
  /// The agreement p_e that is expected by chance.
  public let expected: Double

  /// Counts.
  ///
  /// - Parameters:
  ///   - first: The label that the first person gave each row, from 0.
  ///   - second: The label that the second person gave each row, in the same order.
  ///   - labels: How many labels there are.
  /// - Throws: ``AssuranceError`` if there is no row, the lists have different lengths, or a label is out of range.
  public init(first: [Int], second: [Int], labels: Int) throws {
    try self.init(ClassReport(gold: first, predicted: second, classes: labels))
  }

  /// Takes a table of counts.
  ///
  /// - Parameter table: One person's labels as gold, the other's as predicted ones; which is which makes no difference.
  public init(_ table: ClassReport) {
    let n = Double(table.accuracy.n)
    let shares = table.confusion.map { row in row.map { Double($0) / n } }
    let first = shares.map { $0.reduce(0, +) }
    let second = shares.indices.map { label in shares.reduce(0) { $0 + $1[label] } }
    let chance = zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
    raw = table.accuracy
    expected = chance
    // Counted, not computed: a sum of shares misses 1 by its rounding.
    let isOneLabel = table.confusion.indices.contains { table.confusion[$0][$0] == table.accuracy.n }
    guard !isOneLabel else {
      (kappa, kappaVariance) = (nil, nil)
      return
    }
    let value = (table.accuracy.value - chance) / (1 - chance)
    var (equal, different) = (0.0, 0.0)
    for (row, cells) in shares.enumerated() {
      for (column, share) in cells.enumerated() where share > 0 {
        if row == column {
          let distance = 1 - (first[row] + second[row]) * (1 - value)
          equal += share * distance * distance
        } else {
          let weight = second[row] + first[column]
          different += share * weight * weight
        }
      }
    }
    let common = value - chance * (1 - value)
    let variance = equal + (1 - value) * (1 - value) * different - common * common
    kappa = value
    kappaVariance = max(0, variance) / ((1 - chance) * (1 - chance) * n)
  }

  /// An interval of κ.
  ///
  /// It is κ ± z · √variance, clamped to −1…1. Where all rows agree, or none do, that has no width: there it is what κ is at the ends of
  /// Clopper's and Pearson's interval of the raw agreement.
  ///
  /// - Parameter level: The confidence level, between 0 and 1. With any other number the interval is −1…1.
  /// - Returns: `nil` without κ.
  public func kappaInterval(level: Double = 0.95) -> Interval? {
    guard let kappa, let kappaVariance else { return nil }
    guard let tail = Level.twoTails(level) else { return Interval(low: -1, high: 1) }
    if raw.successes == 0 || raw.successes == raw.n {
      let exact = raw.clopperPearson(level: level)
      return Interval(low: (exact.low - expected) / (1 - expected), high: (exact.high - expected) / (1 - expected))
        .clamped(to: -1...1)
    }
    let half = Normal.upperPoint(tail: tail) * kappaVariance.squareRoot()
    return Interval(low: kappa - half, high: kappa + half).clamped(to: -1...1)
  }
}
