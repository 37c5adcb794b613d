import Assurance
import Files
import Foundation
import Registry
import Streams
import TaskModels

/// What a task model with several labels says to gate rows.
struct LabelSetScores {
  let report: LabelSetReport
  let calibration: LabelSetCalibration

  /// - Parameters:
  ///   - answers: Of the model.
  ///   - rows: With their right answers. A label that the model does not have is one that it cannot give.
  ///   - form: Of the model.
  init(_ answers: [TaskAnswer], _ rows: [Example], form: TaskForm) throws {
    let positions = Dictionary(
      zip(form.labels.map(ExactText.init), form.labels.indices), uniquingKeysWith: { first, _ in first })
    let gold = rows.map { row in
      (LabelSet(text: row.answer)?.labels ?? []).compactMap { positions[ExactText(form.label(meantBy: $0))] }.sorted()
    }
    report = try LabelSetReport(gold: gold, predicted: answers.map { $0.labels ?? [] }, labels: form.labels.count)
    calibration = try LabelSetCalibration(probabilities: answers.map(\.probabilities), gold: gold)
  }

  func metrics(task: String, seed: UInt64) -> [MetricRecord] {
    let n = report.subsetAccuracy.n
    func record(_ name: String, _ value: Double, _ interval: Interval? = nil) -> MetricRecord {
      MetricRecord(name: name, task: task, value: value, low: interval?.low, high: interval?.high, n: n)
    }
    let intervals = report.intervals(seed: seed)
    return [
      record("micro-f1", report.microF1, intervals.microF1), record("macro-f1", report.macroF1, intervals.macroF1),
      record("subset-accuracy", report.subsetAccuracy.value, report.subsetAccuracy.wilson()),
      record("hamming-loss", report.hammingLoss), record("constant-micro-f1", report.constant.microF1),
      record("ece", calibration.ece), record("brier", calibration.brier), record("log-loss", calibration.logLoss),
    ]
  }

  /// Says in words when nothing was learned.
  func warnings(_ answers: [TaskAnswer], labels: [String], seed: UInt64) -> [String] {
    let helps = "Usually more rows of each label help, a clearer --instruction, or a larger base."
    let isSame = answers.allSatisfy { $0.labels == answers.first?.labels }
    if isSame, let first = answers.first, report.constant.microF1 < 1 {
      return ["every gate row got the same labels, \(first.text): nothing was learned. \(helps)"]
    }
    guard report.intervals(seed: seed).microF1LowerBound <= report.constant.microF1 else { return [] }
    let always = LabelSet(report.constant.labels.map { labels[$0] }).text
    func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
    let (f1, constant) = (percent(report.microF1), percent(report.constant.microF1))
    return ["micro-F1 \(f1) cannot be told from always answering \(always), \(constant) (n \(answers.count)). \(helps)"]
  }
}

extension GateScores {
  /// F1 of each row, as a person compares labels: for a model with other labels, too.
  func rowF1(_ rows: [Example]) -> [Double] {
    zip(rows, answers).map { row, answer in
      let right = Set(labels(of: row).map(ExactText.init))
      let given = Set((LabelSet(text: answer.text)?.labels ?? []).map(ExactText.init))
      let both = right.count + given.count
      return both == 0 ? 1 : Double(2 * right.intersection(given).count) / Double(both)
    }
  }
}
