/// What a classifier that may give several labels answered, label by label.
///
/// Checked against scikit-learn 1.x (`f1_score`, `accuracy_score`, `hamming_loss`; Scripts/reference/label_set_goldens.py). Where a label
/// occurs in no row, neither as a right one nor as an answered one, it has no F1 and does not count in the macro mean; scikit-learn would
/// count it as 0.
public struct LabelSetReport: Sendable, Equatable {
  /// Counts of one label.
  public struct Counts: Sendable, Equatable {
    /// Rows that have it and got it.
    public var hits = 0
    /// Rows that have it.
    public var gold = 0
    /// Rows that got it.
    public var predicted = 0

    /// 2 TP / (2 TP + FP + FN); `nil` where no row has it or got it.
    public var f1: Double? { gold + predicted == 0 ? nil : Double(2 * hits) / Double(gold + predicted) }
    /// Of the rows that got it, how many have it.
    public var precision: Proportion { Proportion(checkedSuccesses: hits, n: predicted) }
    /// Of the rows that have it, how many got it.
    public var recall: Proportion { Proportion(checkedSuccesses: hits, n: gold) }
  }

  /// A row by its labels.
  struct Row: Sendable, Equatable {
    let gold: [Int]
    let predicted: [Int]
    let hits: [Int]
  }

  /// The most labels.
  public static let mostLabels = 2_048

  public let perLabel: [Counts]
  /// F1 over all pairs of row and label; 0 where no row has or got a label.
  public let microF1: Double
  /// The mean of F1 over the labels that some row has or got; 0 where there is none.
  public let macroF1: Double
  /// Rows that got all of their labels and no other.
  public let subsetAccuracy: Proportion
  /// The share of pairs of row and label that are wrong.
  public let hammingLoss: Double
  /// F1 of each row: 2 |A ∩ B| / (|A| + |B|), and 1 where both are empty.
  public let rowF1: [Double]
  /// The set of labels that, given to every row, has the highest micro-F1 on these rows, and that F1: what costs nothing to learn.
  public let constant: (labels: [Int], microF1: Double)

  let rows: [Row]

  /// Counts the rows.
  ///
  /// - Parameters:
  ///   - gold: The numbers of each row's labels, from 0, each once.
  ///   - predicted: Those that it got, in the same order of rows.
  ///   - labels: How many labels there are, 1 … ``mostLabels``.
  /// - Throws: ``AssuranceError`` if there is no row, the lists have different lengths, or a number is out of its range or doubled.
  public init(gold: [[Int]], predicted: [[Int]], labels: Int) throws {
    guard (1...Self.mostLabels).contains(labels) else {
      throw AssuranceError.value(
        what: "number of labels", row: nil, expected: "1 … \(Self.mostLabels)", got: "\(labels)",
        fix: "Give the number of the task's labels.")
    }
    guard gold.count == predicted.count else {
      throw AssuranceError.lengths(what: "predicted sets of labels", expected: gold.count, got: predicted.count)
    }
    guard !gold.isEmpty else { throw AssuranceError.empty(what: "predictions") }
    guard gold.count <= ClassReport.mostRows else {
      throw AssuranceError.value(
        what: "number of rows", row: nil, expected: "at most \(ClassReport.mostRows)", got: "\(gold.count)",
        fix: "Report on fewer.")
    }
    var counts = [Counts](repeating: Counts(), count: labels)
    var (rows, shares): ([Row], [Double]) = ([], [])
    var equal = 0
    for (number, (right, given)) in zip(gold, predicted).enumerated() {
      for (what, set) in [("gold labels", right), ("predicted labels", given)] {
        for label in set { try LabelCheck.require(label, below: labels, what: what, row: number) }
        guard Set(set).count == set.count else {
          throw AssuranceError.value(
            what: what, row: number, expected: "each once", got: "one twice", fix: "Give every label of a row once.")
        }
      }
      let known = Set(right)
      let hits = given.filter(known.contains)
      for label in right { counts[label].gold += 1 }
      for label in given { counts[label].predicted += 1 }
      for label in hits { counts[label].hits += 1 }
      rows.append(Row(gold: right, predicted: given, hits: hits))
      let both = right.count + given.count
      shares.append(both == 0 ? 1 : Double(2 * hits.count) / Double(both))
      if hits.count == right.count, hits.count == given.count { equal += 1 }
    }
    self.rows = rows
    perLabel = counts
    rowF1 = shares
    microF1 = Self.microF1(counts)
    macroF1 = Self.macroF1(counts)
    subsetAccuracy = Proportion(checkedSuccesses: equal, n: rows.count)
    let wrong = counts.reduce(0) { $0 + $1.gold + $1.predicted - 2 * $1.hits }
    hammingLoss = Double(wrong) / Double(rows.count * labels)
    constant = Self.constant(counts, rows: rows.count)
  }

  static func microF1(_ counts: [Counts]) -> Double {
    let all = counts.reduce(into: Counts()) {
      $0.hits += $1.hits
      $0.gold += $1.gold
      $0.predicted += $1.predicted
    }
    return all.f1 ?? 0
  }

  static func macroF1(_ counts: [Counts]) -> Double {
    let known = counts.compactMap(\.f1)
    return known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
  }

  /// Of a set of m labels given to all n rows, TP is the sum of their rows: for each m the most frequent labels are best.
  private static func constant(_ counts: [Counts], rows: Int) -> (labels: [Int], microF1: Double) {
    let all = counts.reduce(0) { $0 + $1.gold }
    let order = counts.indices.sorted { (counts[$1].gold, $0) < (counts[$0].gold, $1) }
    var (hits, best, size) = (0, 0.0, 0)
    for (number, label) in order.enumerated() {
      hits += counts[label].gold
      let f1 = Double(2 * hits) / Double((number + 1) * rows + all)
      if f1 > best { (best, size) = (f1, number + 1) }
    }
    return (order.prefix(size).sorted(), best)
  }

  public static func == (one: LabelSetReport, other: LabelSetReport) -> Bool {
    one.perLabel == other.perLabel && one.rows == other.rows
  }
}
