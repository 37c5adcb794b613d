/// What a classifier answered, class by class.
public struct ClassReport: Sendable, Equatable {
  /// How well one class is found.
  public struct ClassScores: Sendable, Codable, Equatable {
    /// Of the rows that were predicted as the class, how many are of it.
    public let precision: Proportion
    /// Of the rows of the class, how many were predicted as it.
    public let recall: Proportion
    /// 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall; 0 if no row is of the class or predicted as it.
    public let f1: Double
  }

  /// The largest number of classes: a table has its square of cells.
  public static let mostClasses = 2_048
  /// The largest number of rows: an interval is made by drawing as many again and again.
  public static let mostRows = 10_000_000

  /// How many rows were predicted rightly.
  public let accuracy: Proportion
  /// How many rows of class i were predicted as class j: `confusion[i][j]`.
  public let confusion: [[Int]]
  /// Precision, recall and F1 of each class.
  public let perClass: [ClassScores]
  /// The mean of F1 over the classes that occur among the gold or the predicted ones; the others have no F1.
  public let macroF1: Double
  /// How many rows are of the most frequent class: the accuracy of always answering it.
  public let majorityShare: Proportion

  /// Counts the rows.
  ///
  /// - Parameters:
  ///   - gold: The right class of each row, from 0.
  ///   - predicted: The predicted class of each row, in the same order.
  ///   - classes: How many classes there are, 1 … ``mostClasses``.
  /// - Throws: ``AssuranceError`` if there is no row or there are more than ``mostRows``, the lists have different lengths, or a
  ///   class is not in `0 ..< classes`.
  public init(gold: [Int], predicted: [Int], classes: Int) throws {
    try Self.require(classes: classes)
    guard gold.count == predicted.count else {
      throw AssuranceError.lengths(what: "predicted classes", expected: gold.count, got: predicted.count)
    }
    var confusion = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for (row, pair) in zip(gold, predicted).enumerated() {
      try LabelCheck.require(pair.0, below: classes, what: "gold class", row: row)
      try LabelCheck.require(pair.1, below: classes, what: "predicted class", row: row)
      confusion[pair.0][pair.1] += 1
    }
    try self.init(confusion: confusion)
  }

  /// Makes the report of a table of counts.
  ///
  /// - Parameter confusion: How many rows of class i were predicted as class j, as many rows as columns.
  /// - Throws: ``AssuranceError`` if it has no row with a count or more than ``mostRows`` together, is not square, or a count is
  ///   negative.
  public init(confusion: [[Int]]) throws {
    let classes = confusion.count
    try Self.require(classes: classes)
    var total = 0
    for (row, counts) in confusion.enumerated() {
      guard counts.count == classes else {
        throw AssuranceError.lengths(what: "columns of the confusion table", expected: classes, got: counts.count)
      }
      for count in counts {
        guard (0...Self.mostRows - total).contains(count) else {
          throw AssuranceError.value(
            what: "count of the confusion table", row: row, expected: "0 … \(Self.mostRows), all counts together",
            got: "\(count)", fix: "Count the rows again, or report on fewer.")
        }
        total += count
      }
    }
    guard total > 0 else { throw AssuranceError.empty(what: "predictions") }
    let gold = confusion.map { $0.reduce(0, +) }
    let predicted = confusion.indices.map { column in confusion.reduce(0) { $0 + $1[column] } }
    let hits = confusion.indices.map { confusion[$0][$0] }
    self.confusion = confusion
    accuracy = Proportion(checkedSuccesses: hits.reduce(0, +), n: total)
    majorityShare = Proportion(checkedSuccesses: gold.max() ?? 0, n: total)
    perClass = confusion.indices.map { label in
      ClassScores(
        precision: Proportion(checkedSuccesses: hits[label], n: predicted[label]),
        recall: Proportion(checkedSuccesses: hits[label], n: gold[label]),
        f1: Self.f1(hits: hits[label], gold: gold[label], predicted: predicted[label]) ?? 0)
    }
    macroF1 = Self.macroF1(hits: hits, gold: gold, predicted: predicted)
  }

  /// The mean of F1 over the classes that occur.
  static func macroF1(hits: [Int], gold: [Int], predicted: [Int]) -> Double {
    var (sum, classes) = (0.0, 0)
    for label in hits.indices {
      guard let f1 = f1(hits: hits[label], gold: gold[label], predicted: predicted[label]) else { continue }
      (sum, classes) = (sum + f1, classes + 1)
    }
    return classes == 0 ? 0 : sum / Double(classes)
  }

  /// 2 TP / (2 TP + FP + FN), where rows of the class are TP + FN and rows predicted as it TP + FP; `nil` without either.
  private static func f1(hits: Int, gold: Int, predicted: Int) -> Double? {
    gold + predicted == 0 ? nil : Double(2 * hits) / Double(gold + predicted)
  }

  private static func require(classes: Int) throws {
    guard (1...mostClasses).contains(classes) else {
      throw AssuranceError.value(
        what: "number of classes", row: nil, expected: "1 … \(mostClasses)", got: "\(classes)",
        fix: "Give the number of the task's labels.")
    }
  }
}

/// The check of a class number.
enum LabelCheck {
  static func require(_ label: Int, below classes: Int, what: String, row: Int) throws {
    guard (0..<classes).contains(label) else {
      throw AssuranceError.value(
        what: what, row: row, expected: "0 ..< \(classes)", got: "\(label)",
        fix: "Number the labels from 0 and give the number of labels.")
    }
  }
}
