extension TextGrammar {
  /// Where a text stands: what comes next, and in which objects and lists. Where forms of a choice have begun alike, it stands at several
  /// points at once; what none of them lets through cannot come.
  struct State: Sendable {
    private(set) var first: Position
    private(set) var others: [Position] = []

    /// More points than these are not followed. What is written fits all the same: each point for itself leads to values that do.
    static let mostPositions = 16

    init(_ mode: Mode, _ enclosing: Enclosing?) { first = Position(mode: mode, enclosing: enclosing) }

    /// - Returns: `nil` of no points.
    init?(_ positions: some Sequence<Position>) {
      var found: State?
      for position in positions {
        let state = State(position.mode, position.enclosing)
        found = found?.joined(with: state) ?? state
      }
      guard let found else { return nil }
      self = found
    }

    var positions: [Position] { [first] + others }

    /// Whether no more points are followed.
    var isFull: Bool { others.count + 1 >= Self.mostPositions }

    /// The points of both, each once.
    func joined(with other: State) -> State {
      var joined = self
      joined.others.reserveCapacity(min(others.count + 1 + other.others.count, Self.mostPositions))
      for position in other.positions where position != joined.first && !joined.others.contains(position) {
        guard !joined.isFull else { break }
        joined.others.append(position)
      }
      return joined
    }
  }

  /// One point at which a text may stand.
  struct Position: Sendable, Equatable {
    var mode: Mode
    var enclosing: Enclosing?

    static func == (one: Position, other: Position) -> Bool {
      one.enclosing == other.enclosing && one.mode == other.mode
    }

    /// Where it stands within a JSON string; `nil`: in none.
    var string: StringPosition? { if case .string(let string) = mode { string } else { nil } }

    /// Where it stands once the string is over that it is in.
    func behind(_ string: StringPosition) -> Position {
      Position(mode: string.isKey ? .colon : .after, enclosing: enclosing)
    }
  }

  enum Mode: Sendable, Equatable {
    /// Before a value of this form.
    case value(Int)
    /// The same, where a space may stand before it.
    case spacedValue(Int)
    /// In one of the texts of a form.
    case text(SortedTexts.Prefix, form: Int)
    case string(StringPosition)
    case number(JSONNumberState)
    case numberIn(BoundedNumberState)
    /// Behind a value.
    case after
    /// Behind the bracket that begins an object or a list.
    case opened
    /// Before another key; a space may stand before it.
    case nextKey(maySpace: Bool)
    /// In the key of a member.
    case key(SortedTexts.Prefix)
    /// Behind a free key.
    case colon
  }

  /// An object or a list that has begun. It never changes, so that states can share it.
  final class Enclosing: Sendable, Equatable {
    let form: Int
    /// Of an object with members: the first that may still come. Of a list: how many elements have begun, as far as that matters.
    let next: Int
    /// How many objects and lists there are with this one.
    let depth: Int
    let outer: Enclosing?
    /// Equal ones have equal numbers: many points are told from each other at every byte, and hardly two of them are equal.
    private let fingerprint: UInt64

    init(_ form: Int, next: Int = 0, depth: Int, in outer: Enclosing?) {
      self.form = form
      self.next = next
      self.depth = depth
      self.outer = outer
      let own = UInt64(truncatingIfNeeded: form) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(truncatingIfNeeded: next)
      fingerprint = ((outer?.fingerprint ?? 1) ^ own) &* 0xBF58_476D_1CE4_E5B9
    }

    /// The same with another place in it.
    func at(_ next: Int) -> Enclosing {
      next == self.next ? self : Enclosing(form, next: next, depth: depth, in: outer)
    }

    static func == (one: Enclosing, other: Enclosing) -> Bool {
      guard one.fingerprint == other.fingerprint else { return false }
      var (one, other): (Enclosing?, Enclosing?) = (one, other)
      while let first = one, let second = other {
        if first === second { return true }
        guard first.form == second.form, first.next == second.next, first.depth == second.depth else { return false }
        (one, other) = (first.outer, second.outer)
      }
      return one == nil && other == nil
    }
  }
}
