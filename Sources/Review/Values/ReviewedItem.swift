public import Files
public import Foundation

/// Where an item stands.
public enum ItemState: String, Sendable, Codable, CaseIterable {
  /// No model has looked at it.
  case pending
  /// A side decided it, and nobody looks at it.
  case automatic
  /// It waits for a person.
  case queued
  /// A person has it before them.
  case leased
  /// It waits for a second person.
  case second
  /// People differ: it waits for a lead.
  case adjudicate
  /// People have decided, and the last of them may still undo it.
  case decided
  /// People have decided.
  case final
  /// Its sender took it back.
  case withdrawn
}

/// An item with all that is known of it: what formats read and write.
public struct ReviewedItem: Sendable, Codable, Equatable {
  /// The item. Its text is empty where that was removed.
  public let item: IntakeItem
  /// The digest of its text as it was kept.
  public let digest: Digest
  /// What its sender was told.
  public let decision: ReviewDecision
  /// The label that the model suggests.
  public let suggestion: String?
  /// The calibrated probability of ``suggestion``.
  public let probability: Double?
  /// What people did with it, in order.
  public let votes: [Vote]
  /// The label of people; `nil` until it is final, and for what a side decided alone.
  public let finalLabel: String?
  /// Where it stands.
  public let state: ItemState
  /// When it arrived.
  public let arrived: Date
  /// When the label of people became final.
  public let finalAt: Date?
  /// When its text was removed; `nil`: it is there.
  public let textRemoved: Date?

  /// Makes it.
  ///
  /// - Parameters:
  ///   - item: The item.
  ///   - digest: The digest of its text as it was kept.
  ///   - decision: What its sender was told.
  ///   - suggestion: The label that the model suggests.
  ///   - probability: The calibrated probability of it.
  ///   - votes: What people did with it.
  ///   - finalLabel: The label of people.
  ///   - state: Where it stands.
  ///   - arrived: When it arrived.
  ///   - finalAt: When the label of people became final.
  ///   - textRemoved: When its text was removed.
  public init(
    item: IntakeItem, digest: Digest, decision: ReviewDecision, suggestion: String?, probability: Double?,
    votes: [Vote], finalLabel: String?, state: ItemState, arrived: Date, finalAt: Date?, textRemoved: Date? = nil
  ) {
    self.item = item
    self.digest = digest
    self.decision = decision
    self.suggestion = suggestion
    self.probability = probability
    self.votes = votes
    self.finalLabel = finalLabel
    self.state = state
    self.arrived = arrived
    self.finalAt = finalAt
    self.textRemoved = textRemoved
  }
}
