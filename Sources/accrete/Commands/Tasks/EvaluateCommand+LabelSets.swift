import Assurance
import Evolution
import Files

extension EvaluateCommand {
  /// What is printed of a task with several labels.
  static func lines(_ result: LabelSetEvaluation) -> [String] {
    let always = result.constant.isEmpty ? "no label" : result.constant.map(\.printable).listed
    let subset = result.subsetAccuracy
    var lines = [
      "micro-F1 \(fixed(result.microF1, 4)) \(text(result.microF1Interval))  always answering \(always)"
        + " \(fixed(result.constantMicroF1, 4))",
      "macro-F1 \(fixed(result.macroF1, 4)) \(text(result.macroF1Interval))"
        + meanOf(result.labels.map { ($0.recall.n, $0.f1) }),
      "subset accuracy \(text(subset))  Hamming loss \(fixed(result.hammingLoss, 4))",
      "calibration, means over labels: ECE \(fixed(result.calibration.ece, 4)), Brier \(fixed(result.calibration.brier, 4)),"
        + " log loss \(fixed(result.calibration.logLoss, 4))",
    ]
    lines += result.labels.map { label in
      "\(label.label.printable)  threshold \(fixed(label.threshold, 3))  "
        + text(precision: label.precision, recall: label.recall, f1: label.f1)
    }
    return lines
  }
}
