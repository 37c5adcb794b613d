public import Streams

extension Manifest {
  /// How one task's column of the matrix comes about.
  public struct Scoring: Sendable, Equatable, Codable {
    /// What the model is asked for.
    public enum Answers: String, Sendable, Codable {
      /// The most probable label.
      case labels
      /// A text, which it writes.
      case written
    }

    /// A scorer, as it describes itself.
    public struct Measure: Sendable, Equatable, Codable {
      public var name: String
      public var formula: String
      /// What the scorer gives to the worst and to the best answers. The matrix has the share of this range, 0 to 1.
      public var lowest: Double
      public var highest: Double

      package init(_ scorer: any Scorer) {
        (name, formula) = (scorer.name, scorer.formula)
        (lowest, highest) = (scorer.range.lowerBound, scorer.range.upperBound)
      }

      /// Whether the score is not a mean over rows.
      var isMacroF1: Bool { name == MacroF1(labels: []).name }
    }

    public var answers: Answers
    public var clean: Measure
    /// `nil`: there are no published numbers with quirks of their own, and the clean column has all rows.
    public var legacy: Measure?
    /// Rows that the clean column leaves out, because their prompts are trained on too: their numbers in the file, ascending.
    public var leftOut: [Int] = []
    /// The most new tokens of a written answer.
    public var answerTokens: Int?
    /// Names of the labels, in the order of their numbers; `nil` for written answers, and in folders of versions that did not say it.
    public var labels: [String]?
    /// What a table must say about the task's data.
    public var notes: [String] = []

    package init(
      answers: Answers, clean: Measure, legacy: Measure? = nil, leftOut: [Int] = [], answerTokens: Int? = nil,
      labels: [String]? = nil, notes: [String] = []
    ) {
      self.answers = answers
      self.clean = clean
      self.legacy = legacy
      self.leftOut = leftOut
      self.answerTokens = answerTokens
      self.labels = labels
      self.notes = notes
    }

    /// Labels, right or wrong.
    package static let labels = Scoring(answers: .labels, clean: Measure(Accuracy(.clean)))

    /// The measure of a column; `nil` where the task has no such column.
    public func measure(_ column: ScoreColumn) -> Measure? { column == .clean ? clean : legacy }

    /// Whether this is what every task of labels has: the share of right ones among all rows.
    public var isPlainAccuracy: Bool { answers == .labels && clean.name == Self.labels.clean.name && legacy == nil }
  }

  /// How a task is scored. Folders that were written when there were labels alone do not say it.
  public func scoring(of task: String) -> Scoring { scoring?[task] ?? .labels }

  /// Whether every number of the matrix is the share of right labels.
  public var isPlainAccuracy: Bool { tasks.allSatisfy { scoring(of: $0).isPlainAccuracy } }

  /// Whether there is a `matrix-legacy.json`.
  public var hasLegacyColumn: Bool { tasks.contains { scoring(of: $0).legacy != nil } }

  /// Whether a task's answers are written.
  public var hasWrittenAnswers: Bool { tasks.contains { scoring(of: $0).answers == .written } }

  /// Scored rows of a task that count in a column.
  func counted(_ task: String, in column: ScoreColumn) -> Int {
    let all = rows[task]?.scored ?? 0
    return column == .clean ? all - scoring(of: task).leftOut.count : all
  }
}

extension Manifest.Scoring: CustomStringConvertible {
  /// What decides the scores, on one line.
  public var description: String {
    var parts = [answers.rawValue, "clean \(clean.name): \(clean.formula)"]
    if let legacy { parts.append("legacy \(legacy.name): \(legacy.formula)") }
    if !leftOut.isEmpty { parts.append("clean without the rows \(leftOut.map(String.init).joined(separator: " "))") }
    if let answerTokens { parts.append("at most \(answerTokens) tokens") }
    return parts.joined(separator: "; ")
  }
}
