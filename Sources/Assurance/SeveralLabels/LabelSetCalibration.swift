/// Whether the probabilities of several labels are as frequent as they say: one ``CalibrationReport`` a label, averaged.
///
/// A label of a row is a choice between two, with p and 1 − p; so the Brier score of a label is 2 (p − y)², and 0…2 as for one label.
public struct LabelSetCalibration: Sendable, Codable, Equatable {
  /// How many rows.
  public let n: Int
  /// The mean over labels of ``CalibrationReport/ece``.
  public let ece: Double
  /// The mean over labels of ``CalibrationReport/brier``.
  public let brier: Double
  /// The mean over rows and labels of −ln p of what is so.
  public let logLoss: Double

  /// Computes the means.
  ///
  /// - Parameters:
  ///   - probabilities: For each row p of each label.
  ///   - gold: The numbers of each row's labels.
  /// - Throws: ``AssuranceError``.
  public init(probabilities: [[Double]], gold: [[Int]]) throws {
    guard probabilities.count == gold.count else {
      throw AssuranceError.lengths(what: "rows of probabilities", expected: gold.count, got: probabilities.count)
    }
    guard let labels = probabilities.first?.count, labels > 0 else {
      throw AssuranceError.empty(what: "probabilities")
    }
    for (row, values) in probabilities.enumerated() where values.count != labels {
      throw AssuranceError.value(
        what: "number of probabilities", row: row, expected: "\(labels), as in the first row", got: "\(values.count)",
        fix: "Give one for each label.")
    }
    let sets = gold.map(Set.init)
    let reports = try (0..<labels).map { label in
      try CalibrationReport(
        probabilities: probabilities.map { [1 - $0[label], $0[label]] }, gold: sets.map { $0.contains(label) ? 1 : 0 })
    }
    func mean(_ value: (CalibrationReport) -> Double) -> Double {
      reports.reduce(0) { $0 + value($1) } / Double(labels)
    }
    n = gold.count
    ece = mean(\.ece)
    brier = mean(\.brier)
    logLoss = mean(\.logLoss)
  }
}
