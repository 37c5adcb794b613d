public import Assurance
import Files
import Registry
public import Serving
public import Streams
import TaskModels

/// What a version of a task is worth on labelled rows.
public struct TaskEvaluation: Sendable, Encodable {
  /// A share of rows with its 95 % interval.
  public struct Share: Sendable {
    /// `nil`: there is no row.
    public let value: Double?
    /// Wilson's; `nil`: there is no row.
    public let interval: Interval?
    public let n: Int

    init(_ proportion: Proportion) {
      // A precision of a label that was never given is not 0.
      value = proportion.n == 0 ? nil : proportion.value
      interval = proportion.n == 0 ? nil : proportion.wilson()
      n = proportion.n
    }
  }

  /// One label.
  public struct Label: Sendable {
    public let label: String
    public let precision: Share
    public let recall: Share
    /// `nil`: no row has the label or got it, and it does not count in ``TaskEvaluation/macroF1``.
    public let f1: Double?

    init(_ label: String, _ scores: ClassReport.ClassScores) {
      self.label = label
      (precision, recall) = (Share(scores.precision), Share(scores.recall))
      f1 = precision.n + recall.n == 0 ? nil : scores.f1
    }
  }

  public let version: String
  public let n: Int
  /// Lines that were left out, as they cannot be read or do not say what is right; `nil`: that was not asked for.
  public let leftOut: [Int]?
  /// Rows whose text the version was learned from, or chosen on: their scores flatter. `nil`: its rows are not known.
  public let seen: Int?
  /// Those among ``seen`` that it knows only by what the user says in them: another system turn or instruction stood before it.
  public let seenWithOtherTurns: Int?
  /// The accuracy on the other rows (of several labels: all of a row's are right); `nil` where there are none, and for free answers.
  public let accuracyOfUnseen: Share?
  /// `nil` for free answers.
  public let accuracy: Share?
  public let majorityShare: Double?
  /// The mean F1 of the labels that some row has or got; a label that rows only got has an F1 of 0.
  public let macroF1: Double?
  /// Percentile bootstrap over rows, 2,000 draws.
  public let macroF1Interval: Interval?
  public let labels: [Label]?
  /// Rows: the right label; columns: the one that was given. In the order of `labels`.
  public let confusion: [[Int]]?
  public let calibration: CalibrationReport?
  /// The mean score of free answers, 0…1, and its t interval.
  public let score: Double?
  public let scoreInterval: Interval?
  public let scorer: String?
  /// `nil` for anything but several labels.
  public let labelSets: LabelSetEvaluation?

  /// Answers rows with a version and compares.
  ///
  /// - Parameter served: The version.
  /// - Parameter rows: With their right answers.
  /// - Parameter file: Where the rows are from, for errors.
  /// - Parameter keys: Of the rows that the version was made from.
  /// - Parameter scorer: Of free answers: one of `ScorerCatalog.answerNames`.
  /// - Parameter seed: Of the bootstrap.
  /// - Parameter unread: Lines that cannot be read. Rows without an answer are left out like them; `nil`: they are refused.
  /// - Parameter progress: Called with the number of rows that are answered; what it throws ends the work.
  /// - Throws: ``EvolutionError/row(file:line:problem:fix:)`` for a row without an answer or with a label that the version does not know,
  ///   and where there is no row; `TaskModelError.invalidOption` for a scorer.
  public init(
    _ served: ServedTask, rows: [RequestRow], of file: String = "rows", keys: RowKeys? = nil,
    scorer: String = "accuracy", seed: UInt64 = 0, leavingOut unread: [Int]? = nil,
    progress: (Int) throws -> Void = { _ in }
  ) throws {
    let form = served.runner.model.form
    let known = Set(form.labels.map(ExactText.init))
    let (rows, without) = unread == nil ? (rows, []) : Self.labelled(rows, form.kind)
    leftOut = unread.map { ($0 + without).sorted() }
    try Self.requireAnswers(rows, form.kind, file: file)
    let examples = try rows.map { row in
      if form.kind == .severalLabels {
        return try Self.example(of: row, known: known, form, "\(served.version.reference)", file: file)
      }
      let answer = form.label(meantBy: row.answer ?? "")
      guard form.kind == .answer || known.contains(ExactText(answer)) else {
        throw EvolutionError.row(
          file: file, line: row.line,
          problem:
            "\(served.version.reference) has no label \(answer.debugDescription): it knows \(form.labels.listed)",
          fix: "Correct it, or learn a version with that label.")
      }
      return Example(id: row.id ?? "\(row.line)", index: row.line, text: try served.text(of: row), answer: answer)
    }
    guard !examples.isEmpty else {
      throw EvolutionError.row(file: file, line: nil, problem: "has no row to score", fix: "Give at least one.")
    }
    let measure =
      form.kind != .answer ? nil : ScorerCatalog.clean(scorer, for: form.task(named: "task")) as? any AnswerScorer
    if form.kind == .answer, measure == nil {
      throw TaskModelError.invalidOption(name: "scorer", got: scorer, allowed: ScorerCatalog.answerNames.listed)
    }
    let scores = try GateScores(examples, runner: served.runner, scorer: measure, progress: progress)
    version = "\(served.version.reference)"
    n = examples.count
    let found = keys.map { $0.found(examples.map(\.text)) }
    let isSeen = found.map { $0.map { $0 != nil } }
    seen = isSeen?.count { $0 }
    seenWithOtherTurns = found?.count { $0 == .withOtherTurns }
    let unseen = zip(isSeen ?? [], scores.right(examples)).filter { !$0.0 }
    accuracyOfUnseen =
      form.kind == .answer || unseen.isEmpty
      ? nil : Share(try Proportion(successes: unseen.count { $0.1 }, n: unseen.count))
    accuracy = scores.classes.map { Share($0.accuracy) }
    majorityShare = scores.classes?.majorityShare.value
    macroF1 = scores.classes?.macroF1
    macroF1Interval = scores.classes?.macroF1Interval(seed: seed)
    labels = scores.classes.map { report in
      zip(form.labels, report.perClass).map { Label($0, $1) }
    }
    confusion = scores.classes?.confusion
    calibration = scores.calibration
    let mean = form.kind == .answer ? MeanInterval(scores.scores) : nil
    score = mean?.mean
    scoreInterval = mean == nil ? nil : scores.scoreInterval
    self.scorer = measure?.name
    labelSets = scores.sets.map {
      LabelSetEvaluation($0, form: form, thresholds: served.runner.model.labelSets?.thresholds ?? [], seed: seed)
    }
  }
}
