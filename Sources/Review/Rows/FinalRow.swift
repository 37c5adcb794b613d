public import Files
import Foundation

/// A reviewed row whose label is final: what a task learns from, and is measured by.
public struct FinalRow: Sendable, Equatable {
  /// What a model said of it.
  public struct Answer: Sendable, Equatable {
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

  /// The item's id.
  public let id: String
  /// The number of its label among all that became final.
  public let place: Int
  /// The digest of its text, as intake has it.
  public let text: Digest
  /// Its words; `nil`: they were erased or have expired.
  public let words: String?
  /// Its final label.
  public let label: String
  /// Who submitted it; `nil`: it was not said, or is gone with the words.
  public let source: String?
  /// Everyone whose vote made the label, each once.
  public let reviewers: [String]
  /// Whether somebody has decided between differing labels.
  public let isSettled: Bool
  /// What made a person look at it, and what has become of it.
  public let standing: RowStanding
  /// What the model said when it came; `nil`: nothing.
  public let current: Answer?

  /// A row.
  ///
  /// - Parameters:
  ///   - id: The item's id.
  ///   - place: The number of its label among all that became final.
  ///   - text: The digest of its text.
  ///   - words: Its words.
  ///   - label: Its final label.
  ///   - source: Who submitted it.
  ///   - reviewers: Everyone whose vote made the label, each once.
  ///   - isSettled: Whether somebody has decided between differing labels.
  ///   - standing: What made a person look at it, and what has become of it.
  ///   - current: What the model said when it came.
  public init(
    id: String, place: Int, text: Digest, words: String?, label: String, source: String?, reviewers: [String],
    isSettled: Bool, standing: RowStanding, current: Answer? = nil
  ) {
    self.id = id
    self.place = place
    self.text = text
    self.words = words
    self.label = label
    self.source = source
    self.reviewers = reviewers
    self.isSettled = isSettled
    self.standing = standing
    self.current = current
  }

  /// What names the row with its label: a row that is labelled otherwise is another one.
  public var digest: Digest { Digest(of: text.bytes + Array(label.utf8)) }
}
