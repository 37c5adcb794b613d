import Files
public import Foundation

/// What a person said of an item elsewhere, as a file of another tool has it.
public struct ReturnedVote: Sendable, Equatable {
  /// What was said.
  public enum Verdict: Sendable, Equatable {
    /// This label.
    case label(String)
    /// Not this label: of a task with two labels it is the other one.
    case notLabel(String)
    /// Nothing: the person passed it over, and why as far as the file tells.
    case skip(reason: String)
  }

  /// Where it stands.
  public let place: FormatPlace
  /// The item's own id, under which it left.
  public let id: String
  /// The text that the person saw; `nil`: the file has none. A label belongs to a text, so one that came back with another text is not taken.
  public let text: String?
  /// Who said it, as the other tool calls them; `nil`: the file does not say.
  public let person: String?
  /// What was said.
  public let verdict: Verdict
  /// How long it took, in milliseconds; `nil`: the file does not say.
  public let milliseconds: Int?
  /// Whether the file shows that the person saw what the model had suggested.
  public let sawSuggestion: Bool
  /// Whether it was given as the right answer that settles what others said.
  public let adjudicates: Bool
  /// When it was said; `nil`: the file does not say.
  public let at: Date?

  /// Makes a vote.
  ///
  /// - Parameters:
  ///   - place: Where it stands.
  ///   - id: The item's own id.
  ///   - text: The text that the person saw; `nil`: the file has none.
  ///   - person: Who said it; `nil`: the file does not say.
  ///   - verdict: What was said.
  ///   - milliseconds: How long it took; `nil`: the file does not say.
  ///   - sawSuggestion: Whether the person saw what the model had suggested.
  ///   - adjudicates: Whether it settles what others said.
  ///   - at: When it was said; `nil`: the file does not say.
  public init(
    place: FormatPlace, id: String, text: String?, person: String?, verdict: Verdict, milliseconds: Int? = nil,
    sawSuggestion: Bool = false, adjudicates: Bool = false, at: Date? = nil
  ) {
    self.place = place
    self.id = id
    self.text = text
    self.person = person
    self.verdict = verdict
    self.milliseconds = milliseconds
    self.sawSuggestion = sawSuggestion
    self.adjudicates = adjudicates
    self.at = at
  }

  /// The label among those of a task; `nil` for an item that was passed over.
  ///
  /// - Parameter labels: The task's labels; they are compared by code points.
  /// - Throws: ``FormatError/label(_:)`` for a label that the task has not, and for "not this one" where more than one other is left.
  public func label(among labels: [String]) throws -> String? {
    func known(_ label: String) throws -> String {
      guard let own = labels.first(where: { $0.hasSameCodePoints(as: label) }) else {
        let meant = labels.closest(to: label).map { " Is it \($0.printable.debugDescription)?" } ?? ""
        throw FormatError.label(
          .init(
            place, expected: "one of the labels \(labels.map(\.printable).listed(closestTo: label))",
            got: label.printable.debugDescription,
            fix: "Give the other tool the task's labels to the letter.\(meant)"))
      }
      return own
    }
    switch verdict {
    case .skip: return nil
    case .label(let label): return try known(label)
    case .notLabel(let label):
      let refused = try known(label)
      let others = labels.filter { !$0.hasSameCodePoints(as: refused) }
      guard others.count == 1, let other = others.first else {
        throw FormatError.label(
          .init(
            place, expected: "a label",
            got: "only that it is not \(refused.printable.debugDescription), which leaves \(others.count)",
            fix: "Let people choose among all labels (Prodigy: a recipe with choices)."))
      }
      return other
    }
  }
}
