public import Assurance
import Files
import Streams
import TaskModels

/// What a version of a task with several labels is worth on labelled rows; intervals are of 95 %.
public struct LabelSetEvaluation: Sendable, Encodable {
  /// One label.
  public struct Label: Sendable {
    public let label: String
    /// From which probability on it is given.
    public let threshold: Double
    public let precision: TaskEvaluation.Share
    public let recall: TaskEvaluation.Share
    /// `nil`: no row has the label or got it, and it does not count in ``LabelSetEvaluation/macroF1``.
    public let f1: Double?
  }

  /// F1 over all pairs of row and label, and its percentile bootstrap over rows, 2,000 draws.
  public let microF1: Double
  public let microF1Interval: Interval
  /// The mean of F1 over the labels that some row has or got, and the same bootstrap.
  public let macroF1: Double
  public let macroF1Interval: Interval
  /// Rows with all of their labels and no other.
  public let subsetAccuracy: TaskEvaluation.Share
  /// The share of pairs of row and label that are wrong.
  public let hammingLoss: Double
  /// The labels that, given to every row, have the highest micro-F1 on these rows, and that.
  public let constant: [String]
  public let constantMicroF1: Double
  public let labels: [Label]
  /// Means over labels.
  public let calibration: LabelSetCalibration

  init(_ scores: LabelSetScores, form: TaskForm, thresholds: [Double], seed: UInt64) {
    let report = scores.report
    let intervals = report.intervals(seed: seed)
    (microF1, microF1Interval) = (report.microF1, intervals.microF1)
    (macroF1, macroF1Interval) = (report.macroF1, intervals.macroF1)
    subsetAccuracy = TaskEvaluation.Share(report.subsetAccuracy)
    hammingLoss = report.hammingLoss
    constant = report.constant.labels.map { form.labels[$0] }
    constantMicroF1 = report.constant.microF1
    labels = form.labels.indices.map { label in
      let counts = report.perLabel[label]
      return Label(
        label: form.labels[label], threshold: thresholds.indices.contains(label) ? thresholds[label] : 0.5,
        precision: TaskEvaluation.Share(counts.precision), recall: TaskEvaluation.Share(counts.recall),
        f1: counts.f1)
    }
    calibration = scores.calibration
  }
}

extension TaskEvaluation {
  /// A row with the labels that belong to it.
  ///
  /// - Throws: ``EvolutionError/row(file:line:problem:fix:)`` where it names a label that the version does not have.
  static func example(
    of row: RequestRow, known: Set<ExactText>, _ form: TaskForm, _ version: String, file: String
  ) throws -> Example {
    let written = try row.labels?.get() ?? LabelSet([])
    let set = LabelSet(written.labels.map(form.label(meantBy:)))
    if let other = set.labels.first(where: { !known.contains(ExactText($0)) }) {
      throw EvolutionError.row(
        file: file, line: row.line,
        problem: "\(version) has no label \(other.debugDescription): it knows \(form.labels.listed)",
        fix: "Correct it, or learn a version with that label.")
    }
    let text = row.isConversation ? row.text : form.asking(row.text)
    return Example(id: row.id ?? "\(row.line)", index: row.line, text: text, answer: set.text)
  }
}

extension RequestRow {
  /// What helps where no row says what is right.
  func naming(_ field: String, _ more: String = "") -> String {
    "Say which column it is, --columns \(field)=COLUMN (there \(names.count == 1 ? "is" : "are") \(names.map(\.printable).listed)), or add it. \(more)`accrete predict` answers without it."
  }
}
