import Assurance
import Files
import Foundation
import Registry
import Streams
import TaskModels

/// What a task model says to gate rows, and what that is worth.
struct GateScores {
  let answers: [TaskAnswer]
  /// Of free answers, 0…1.
  let scores: [Double]
  /// `nil` for free answers.
  let classes: ClassReport?
  let calibration: CalibrationReport?
  /// `nil` for anything but several labels.
  let sets: LabelSetScores?
  private let form: TaskForm

  /// - Parameters:
  ///   - rows: With their right answers.
  ///   - runner: The task model.
  ///   - scorer: Of free answers.
  ///   - progress: Called with the number of rows done.
  init(
    _ rows: [Example], runner: TaskModelRunner, scorer: (any AnswerScorer)?, progress: (Int) throws -> Void
  ) throws {
    let answers = try runner.answers(rows.map(\.text), progress: progress)
    self.answers = answers
    form = runner.model.form
    let labels = form.labels
    guard runner.model.form.kind != .severalLabels else {
      sets = try LabelSetScores(answers, rows, form: runner.model.form)
      (classes, calibration, scores) = (nil, nil, [])
      return
    }
    sets = nil
    guard runner.model.form.kind == .label else {
      scores = try zip(rows, answers).map { row, answer in
        guard let scorer else { return 0 }
        return scorer.share(
          try scorer.score(prediction: answer.text, reference: row.answer, source: row.text))
      }
      (classes, calibration) = (nil, nil)
      return
    }
    let gold = rows.map { [form] row in
      let meant = form.label(meantBy: row.answer)
      return labels.firstIndex { $0.hasSameCodePoints(as: meant) } ?? 0
    }
    scores = []
    classes = try ClassReport(gold: gold, predicted: answers.map { $0.label ?? 0 }, classes: labels.count)
    calibration = try CalibrationReport(probabilities: answers.map(\.probabilities), gold: gold)
  }

  /// Whether each row is right, as a person compares labels: for a model with other labels, too.
  func right(_ rows: [Example]) -> [Bool] {
    zip(rows, answers).map { form.label(meantBy: $0.answer).hasSameCodePoints(as: $1.text) }
  }

  /// The labels that a row has, as the model calls them.
  func labels(of row: Example) -> [String] {
    (LabelSet(text: row.answer)?.labels ?? []).map(form.label(meantBy:))
  }

  /// The interval of the mean score: Wilson's where an answer is right or wrong, Student's t otherwise, within the scores' range.
  var scoreInterval: Interval? {
    guard scores.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      return MeanInterval(scores).student().map { Interval(low: max(0, $0.low), high: min(1, $0.high)) }
    }
    return try? Proportion(successes: scores.count { $0 == 1 }, n: scores.count).wilson()
  }

  /// The numbers of a version. `seed`: of the bootstrap.
  func metrics(task: String, scorer: String, seed: UInt64) -> [MetricRecord] {
    func record(_ name: String, _ value: Double, _ interval: Interval?, _ n: Int) -> MetricRecord {
      MetricRecord(name: name, task: task, value: value, low: interval?.low, high: interval?.high, n: n)
    }
    if let sets { return sets.metrics(task: task, seed: seed) }
    guard let classes, let calibration else {
      let mean = MeanInterval(scores)
      return [record(scorer, mean.mean, scoreInterval, scores.count)]
    }
    let n = classes.accuracy.n
    return [
      record("accuracy", classes.accuracy.value, classes.accuracy.wilson(), n),
      record("macro-f1", classes.macroF1, classes.macroF1Interval(seed: seed), n),
      record("majority-share", classes.majorityShare.value, nil, n),
      record("ece", calibration.ece, nil, n),
      record("brier", calibration.brier, calibration.brierInterval, n),
      record("log-loss", calibration.logLoss, nil, n),
    ]
  }
}
