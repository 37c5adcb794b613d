/// A row that asks to be learned: a reviewed item with its final label.
public struct CleaningRow: Sendable, Equatable {
  /// The item's id; no two rows share one.
  public let id: String
  /// What was reviewed.
  public let text: String
  /// The final label.
  public let label: String
  /// Who submitted the item; `nil`: it was not said, and all such rows count as one source.
  public let source: String?
  /// Everyone whose vote made the label, each once.
  public let reviewers: [String]
  /// Whether somebody has decided between differing labels already: such a row is not asked about again.
  public let isSettled: Bool
  /// What the version that serves today answers; `nil`: there is none, or it gave no answer.
  public let current: CurrentAnswer?

  /// What a version answers, and how sure it is.
  public struct CurrentAnswer: Sendable, Equatable {
    /// The likeliest label.
    public let label: String
    /// Its calibrated probability.
    public let probability: Double

    /// An answer.
    ///
    /// - Parameters:
    ///   - label: The likeliest label.
    ///   - probability: Its calibrated probability.
    public init(label: String, probability: Double) {
      self.label = label
      self.probability = probability
    }
  }

  /// A row.
  ///
  /// - Parameters:
  ///   - id: The item's id.
  ///   - text: What was reviewed.
  ///   - label: The final label.
  ///   - source: Who submitted the item, where that is known.
  ///   - reviewers: Everyone whose vote made the label, each once.
  ///   - isSettled: Whether somebody has decided between differing labels.
  ///   - current: What the version that serves today answers.
  public init(
    id: String, text: String, label: String, source: String?, reviewers: [String], isSettled: Bool = false,
    current: CurrentAnswer? = nil
  ) {
    self.id = id
    self.text = text
    self.label = label
    self.source = source
    self.reviewers = reviewers
    self.isSettled = isSettled
    self.current = current
  }
}

/// A row of any task that measures, and which nothing may learn.
public struct HeldOutRow: Sendable, Equatable {
  /// What a row measures.
  public enum Use: String, Sendable, Codable, CaseIterable {
    case calibration, monitor, gate, test
  }

  /// The row's id.
  public let id: String
  /// What was reviewed.
  public let text: String
  /// The task that it measures.
  public let task: String
  /// What it measures.
  public let use: Use

  /// A row.
  ///
  /// - Parameters:
  ///   - id: The row's id.
  ///   - text: What was reviewed.
  ///   - task: The task that it measures.
  ///   - use: What it measures.
  public init(id: String, text: String, task: String, use: Use) {
    self.id = id
    self.text = text
    self.task = task
    self.use = use
  }
}
