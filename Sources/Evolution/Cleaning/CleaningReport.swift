/// What cleaning made of a set of rows: ids and counts alone, no text, so that it may be kept for ever.
public struct CleaningReport: Sendable, Codable, Equatable {
  /// Why a row does not teach.
  public enum Reason: String, Sendable, Codable, CaseIterable {
    /// The same text with the same label is there already.
    case exactDuplicate
    /// It is, or nearly is, a row that measures.
    case heldOut
    /// A row with nearly its text has another label: somebody has to decide.
    case conflictingLabels
    /// The version that serves today is sure of another label: a second person has to look.
    case opposesCurrent
    /// Enough rows of its cluster of near duplicates are there.
    case clusterFull
    /// Enough rows of its source are there.
    case sourceFull
    /// Enough rows that its reviewer decided alone are there.
    case reviewerFull
  }

  /// A row that does not teach.
  public struct Dropped: Sendable, Codable, Equatable {
    /// The row's id.
    public let id: String
    /// Why.
    public let reason: Reason
    /// The row for which it was dropped: its duplicate, the one that measures, the one with another label; `nil` where there is none.
    public let because: String?
    /// Whose row that is, where it measures.
    public let task: String?
    /// What that row measures.
    public let use: HeldOutRow.Use?

    init(_ id: String, _ reason: Reason, because: String? = nil, task: String? = nil, use: HeldOutRow.Use? = nil) {
      self.id = id
      self.reason = reason
      self.because = because
      self.task = task
      self.use = use
    }
  }

  /// Why no version may be made of the set before a person has looked.
  public enum Finding: Sendable, Codable, Equatable {
    /// Words that stand for a label, from few sources.
    case trigger(TriggerFinding)
    /// Too few sources for the cap on each; the number there are, and the least.
    case tooFewSources(got: Int, needed: Int)
    /// Too few reviewers for the cap on each; the number there are, and the least.
    case tooFewReviewers(got: Int, needed: Int)
  }

  /// Rows before cleaning.
  public let rows: Int
  /// Ids of those that may teach, in the order in which they came.
  public let kept: [String]
  /// All others, in the order in which they came.
  public let dropped: [Dropped]
  /// What holds the job; empty: nothing does.
  public let findings: [Finding]
  /// The limits that were applied.
  public let limits: CleaningLimits

  /// Whether a person has to look before anything is learned.
  public var isHeld: Bool { !findings.isEmpty }

  /// How many rows each reason dropped; reasons without a row are left out.
  public var counts: [Reason: Int] { dropped.reduce(into: [:]) { $0[$1.reason, default: 0] += 1 } }

  /// Ids of the rows that somebody has to decide between.
  public var forAdjudication: [String] { ids(of: .conflictingLabels) }

  /// Ids of the rows at which a second person has to look.
  public var forSecondPerson: [String] { ids(of: .opposesCurrent) }

  private func ids(of reason: Reason) -> [String] { dropped.filter { $0.reason == reason }.map(\.id) }

  /// One sentence for each reason and finding, for a log or a page.
  public var lines: [String] {
    var lines = ["\(kept.count) of \(rows) rows may teach."]
    let counts = counts
    lines += Reason.allCases.compactMap { reason in counts[reason].map { "\($0) \(Self.words(reason))." } }
    lines += findings.map { finding in
      switch finding {
      case .trigger(let trigger): "held: \(trigger.sentence)"
      case .tooFewSources(let got, let needed):
        "held: the rows have \(got) sources, and none may bring more than its share of the set, which takes \(needed)."
      case .tooFewReviewers(let got, let needed):
        "held: \(got) people decided the rows, and none may decide more than their share alone, which takes \(needed)."
      }
    }
    return lines
  }

  private static func words(_ reason: Reason) -> String {
    switch reason {
    case .exactDuplicate: "repeat another row, text and label"
    case .heldOut: "are nearly a row that measures"
    case .conflictingLabels: "have another label than a row with nearly their text, and go to adjudication"
    case .opposesCurrent: "have another label than the current version is sure of, and go to a second person"
    case .clusterFull: "are left out, as enough of their cluster of near duplicates are there"
    case .sourceFull: "are left out, as enough of their source are there"
    case .reviewerFull: "are left out, as their reviewer decided enough rows alone"
    }
  }
}
