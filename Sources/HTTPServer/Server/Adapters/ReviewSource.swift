import Console
import Foundation

/// What the page asks of reviews; tests have one without a database.
///
/// A person is named by the id of the key. Nothing that it gives tells why an item is shown.
protocol ReviewSource: Sendable {
  /// Takes the next item for a person.
  ///
  /// - Returns: Its id; `nil`: nothing waits that the person may judge.
  func take(for person: String) async throws -> String?
  /// What a person sees of an item.
  ///
  /// - Parameter item: One that the person has taken; `nil`: none, and only how far the day is.
  /// - Returns: `nil`: the item is not the person's, or no longer.
  func content(of item: String?, for person: String) async throws -> ReviewContent?
  /// Records what a person says of an item.
  func vote(_ vote: PageVote, on item: String, by person: String) async throws -> ReviewOutcome
  /// Takes the person's last decision back.
  func undo(by person: String) async throws -> ReviewOutcome
  /// Lets a lease begin anew.
  ///
  /// - Returns: Seconds that are left; `nil`: the item is not the person's, or no longer.
  func renew(_ item: String, by person: String) async throws -> TimeInterval?
}

/// What a person says of an item.
struct PageVote: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    case label(String)
    case skip(reason: String)
    case flag(reason: String)
  }

  var kind: Kind
  /// How long it took, as the person's browser measured it; `nil`: without a script.
  var milliseconds: Int?
  var sawSuggestion: Bool
  /// The version of the guideline that the person could read; `nil`: there was none.
  var guideline: Int?

  /// Reads a form of the view for reviewing.
  ///
  /// - Returns: `nil`: neither a label nor something else with its reason was sent.
  init?(_ fields: PageFields) {
    switch fields["act"] {
    case "":
      guard let label = PagePath.text(ofValue: fields["label"]), !label.isEmpty else { return nil }
      kind = .label(label)
    case "skip" where !fields["reason"].isEmpty: kind = .skip(reason: fields["reason"])
    case "flag" where !fields["reason"].isEmpty: kind = .flag(reason: fields["reason"])
    default: return nil
    }
    milliseconds = fields.number("milliseconds")
    sawSuggestion = fields["suggested"] == "1"
    guideline = fields.number("guideline")
  }
}

/// What became of a vote, or of taking one back.
struct ReviewOutcome: Sendable, Equatable {
  var notice: PageNotice
  var progress: ReviewContent.Progress
  /// The item that is the person's again; `nil`: none is.
  var item: String?
}
