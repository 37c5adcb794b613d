public import Foundation

/// What a person did with an item. Votes are only ever added: an undo is one more.
public struct Vote: Sendable, Codable, Equatable {
  /// What was done.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// A label was given.
    case label
    /// The item was passed over, for a reason.
    case skip
    /// A lead was asked to look at it.
    case flag
    /// A lead gave the label that counts.
    case adjudicate
    /// The person took the last vote on the item back.
    case undo
  }

  /// The item's id.
  public let item: String
  /// Who it was.
  public let person: String
  /// The label; `nil` for what gives none.
  public let label: String?
  /// What was done.
  public let kind: Kind
  /// Why, for a skip or a flag.
  public let reason: String?
  /// How long it took, in milliseconds.
  public let milliseconds: Int?
  /// Whether the person saw what the model suggests.
  public let sawSuggestion: Bool
  /// The version of the guideline that held then.
  public let guideline: String?
  /// When.
  public let at: Date

  /// Makes a vote.
  ///
  /// - Parameters:
  ///   - item: The item's id.
  ///   - person: Who it was.
  ///   - label: The label.
  ///   - kind: What was done.
  ///   - reason: Why, for a skip or a flag.
  ///   - milliseconds: How long it took.
  ///   - sawSuggestion: Whether the person saw what the model suggests.
  ///   - guideline: The version of the guideline that held then.
  ///   - at: When.
  public init(
    item: String, person: String, label: String?, kind: Kind, reason: String? = nil, milliseconds: Int? = nil,
    sawSuggestion: Bool = false, guideline: String? = nil, at: Date
  ) {
    self.item = item
    self.person = person
    self.label = label
    self.kind = kind
    self.reason = reason
    self.milliseconds = milliseconds
    self.sawSuggestion = sawSuggestion
    self.guideline = guideline
    self.at = at
  }
}
