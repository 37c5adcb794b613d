import Files

/// Where the votes in force put an item: a function of them alone, so that a vote that is taken back leaves nothing behind.
enum ItemStanding: Sendable, Equatable {
  /// Nobody has labelled it.
  case queued
  /// One person has, and another one has to.
  case second
  /// A lead has to decide.
  case adjudicate
  /// People have decided.
  case decided(String)

  /// So many people pass an item over before a lead looks at it: it would otherwise wait for ever where the team is small.
  static let mostSkips = 2
  /// From this probability on, a person who says another label than the model needs a second one: it may be poison.
  static let sure = 0.99

  /// Puts an item where its votes say.
  ///
  /// - Parameter votes: The votes in force, in order, each of another person.
  /// - Parameter item: The item.
  init(_ votes: [KeptVote], of item: QueuedItem) {
    if let label = votes.last(where: { $0.kind == .adjudicate })?.label {
      self = .decided(label)
      return
    }
    guard !votes.contains(where: { $0.kind == .flag }),
      votes.filter({ $0.kind == .skip }).count < Self.mostSkips
    else {
      self = .adjudicate
      return
    }
    let labels = votes.filter { $0.kind == .label }.compactMap(\.label)
    guard let first = labels.first else {
      self = .queued
      return
    }
    guard labels.count > 1 else {
      self = item.needsSecond(after: first) ? .second : .decided(first)
      return
    }
    self = labels.allSatisfy { $0.hasSameCodePoints(as: first) } ? .decided(first) : .adjudicate
  }

  var state: ItemState {
    switch self {
    case .queued: .queued
    case .second: .second
    case .adjudicate: .adjudicate
    case .decided: .decided
    }
  }

  var label: String? {
    guard case .decided(let label) = self else { return nil }
    return label
  }
}

extension QueuedItem {
  /// Whether one label is not enough: two people were asked for, or the label is not what a side decided or the model is sure of.
  ///
  /// - Parameter label: The label.
  func needsSecond(after label: String) -> Bool {
    if people > 1 { return true }
    if let side, !side.hasSameCodePoints(as: label) { return true }
    guard let suggestion, let probability, probability >= ItemStanding.sure else { return false }
    return !suggestion.hasSameCodePoints(as: label)
  }

  /// Whether its two labels say how far people agree: the coin drew it, two people were asked for before anybody had answered, and nobody is
  /// shown a suggestion. Rows that have a second person because of the first answer were chosen by disagreement.
  var isBlindDouble: Bool { isDrawn && isBlind && people > 1 }
}
