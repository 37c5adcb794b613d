import Files

/// The forms in which items leave and labels come back.
public enum ReviewFormat: String, Sendable, CaseIterable, Codable {
  /// Our own, one item a line: everything that is known of it.
  case accrete
  /// Tasks of Label Studio with predictions and annotations.
  case labelStudio = "label-studio"
  /// Tasks of Prodigy, a line for each answer.
  case prodigy
  /// Records of Argilla with suggestions and responses.
  case argilla
  /// Rows of doccano: a text and its label.
  case doccano

  /// Whether its files are one list, as the tool's own reader wants them; otherwise every line is a record.
  public var isList: Bool { self == .labelStudio || self == .argilla }

  /// What people said of the item that a record is about.
  ///
  /// - Parameter record: A record of this form.
  /// - Throws: ``FormatError`` with the place, what was expected, what was found, and what to do.
  public func votes(in record: FormatRecords.Record) throws -> [ReturnedVote] {
    switch self {
    case .accrete: try AccreteItems.votes(in: record)
    case .labelStudio: try LabelStudioTasks.votes(in: record)
    case .prodigy: try ProdigyTasks.votes(in: record)
    case .argilla: try ArgillaRecords.votes(in: record)
    case .doccano: try DoccanoRows.votes(in: record)
    }
  }

  /// An item as records, each on one line. Other tools get none of an item whose text was removed: there is nothing to look at.
  ///
  /// - Parameters:
  ///   - item: The item.
  ///   - shown: Of which items it is told what the model suggested; our own form tells it of all.
  /// - Throws: What encoding throws.
  func records(of item: ReviewedItem, showing shown: SuggestionsShown) throws -> [[UInt8]] {
    guard item.textRemoved == nil || self == .accrete else { return [] }
    let suggestion = ShownSuggestion(item, shown)
    return switch self {
    case .accrete: [try AccreteItems.line(of: item)]
    case .labelStudio: [LabelStudioTasks.task(of: item, suggestion: suggestion).json]
    case .prodigy: ProdigyTasks.tasks(of: item, suggestion: suggestion).map(\.json)
    case .argilla: [ArgillaRecords.record(of: item, suggestion: suggestion).json]
    case .doccano: [DoccanoRows.row(of: item).json]
    }
  }
}

/// Of which items another tool is told what the model suggested.
///
/// Whoever sees a suggestion follows it more often than they should, and labels that measure the model must come from people who have not.
public enum SuggestionsShown: Sendable {
  /// Of none.
  case none
  /// Of those whose label is final: nobody is asked about them any more.
  case decided
  /// Of all. Votes on them come back as made with the suggestion in sight, and measure nothing.
  case all
}

/// What the model suggested, where it is told.
struct ShownSuggestion {
  /// The label.
  let label: String
  /// Its calibrated probability.
  let probability: Double
  /// The version, as `spam@3`.
  let model: String

  /// - Parameters:
  ///   - item: The item.
  ///   - shown: Of which items it is told.
  init?(_ item: ReviewedItem, _ shown: SuggestionsShown) {
    let isShown =
      switch shown {
      case .none: false
      case .decided: item.finalLabel != nil
      case .all: true
      }
    guard isShown, let label = item.suggestion, let probability = item.probability else { return nil }
    (self.label, self.probability, model) = (label, probability, item.decision.model ?? "")
  }
}
