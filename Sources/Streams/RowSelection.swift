/// Which rows of a task a run trains on and which it scores: positions in ``LearningTask/train`` and
/// ``LearningTask/test``.
public struct RowSelection: Sendable, Equatable {
  /// What a run scores.
  public enum Evaluation: String, Sendable, Codable, CaseIterable {
    /// The test rows: what results are quoted on.
    case test
    /// A fixed random fifth of the train rows, none of which is trained on then: what hyper-parameters are chosen on.
    case validation
  }

  /// The positions of the rows to train on, ascending.
  public let training: [Int]

  /// The positions of the rows to score, ascending: in the task's test rows, or, for validation, in its train rows.
  public let evaluated: [Int]

  /// The positions of train rows that are neither trained on nor scored, ascending: what label scores and a closed-form head are
  /// weighed on. Empty unless they are asked for.
  public let combining: [Int]

  /// The most rows of ``combining``.
  public static let mostCombining = 2_000

  /// Which rows ``evaluated`` holds positions of.
  public let evaluation: Evaluation

  /// Selects the rows of a task, by section "Rows" of `docs/protocol.md`.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - perClass: The most training rows of a label; `nil`: all rows. Free answers count as one label.
  ///   - trainLimit: The most training rows in all; `nil`: all that `perClass` leaves.
  ///   - evaluation: Which rows are scored.
  ///   - limit: The most rows that are scored; `nil`: all.
  ///   - combining: Whether ``combining`` has rows.
  ///   - seed: The run's seed. Test rows do not depend on it.
  /// - Throws: ``StreamError/split(_:)`` if nothing is left to train on or to score.
  public init(
    of task: LearningTask, perClass: Int? = nil, trainLimit: Int? = nil, evaluation: Evaluation = .test,
    limit: Int? = nil, combining: Bool = false, seed: UInt64
  ) throws {
    let labels = task.train.map { task.kind == .classification ? $0.answer : "" }
    // Taken before training rows are chosen: what a choice by label leaves over is not a random part of the rows.
    let part =
      evaluation == .validation ? Self.validationPart(texts: task.train.map(\.text), task: task.name) : []
    let apart = combining ? Self.nextPart(of: task, outside: Set(part)) : []
    training = Self.trainingRows(
      labels: labels, held: Set(part).union(apart), perClass: perClass, trainLimit: trainLimit, seed: seed,
      task: task.name)
    guard !training.isEmpty else {
      let held = part.count + apart.count
      let fix =
        held == 0 || held < task.train.count
        ? "Ask for at least 1 row."
        : combining
          ? "Give the task rows with more different texts, or use another output head: all of its rows are kept apart."
          : "Give the task rows with more different texts, or score test rows: all of its rows are in the validation part."
      throw Self.nothing(of: task, expected: "training rows", fix: fix)
    }
    // As many as a fifth of all rows would be, where only some rows are trained on.
    let most = perClass == nil && trainLimit == nil ? apart.count : (training.count + 3) / 4
    self.combining = apart.prefix(min(most, Self.mostCombining)).sorted()
    guard !combining || !self.combining.isEmpty else {
      throw Self.nothing(
        of: task, expected: "rows to weigh the output head's parts on", fix: "Give the task more training rows.")
    }
    switch evaluation {
    case .test: evaluated = Self.testRows(count: task.test.count, limit: limit, task: task.name)
    case .validation: evaluated = part.prefix(limit.map { max(0, $0) } ?? part.count).sorted()
    }
    guard !evaluated.isEmpty else {
      throw Self.nothing(
        of: task, expected: "\(evaluation.rawValue) rows to score", fix: "Ask for a limit of at least 1 row.")
    }
    self.evaluation = evaluation
  }

  private static func nothing(of task: LearningTask, expected: String, fix: String) -> StreamError {
    .split(StreamError.Detail(file: "task \(task.name)", expected: expected, got: "none", fix: fix))
  }
}
