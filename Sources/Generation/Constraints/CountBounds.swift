/// How many there may be: characters of a string, elements of a list.
struct CountBounds: Hashable, Sendable {
  var least = 0
  /// `nil`: any number.
  var most: Int?

  static let any = CountBounds()

  /// Whether one more may begin behind so many.
  func hasRoom(behind count: Int) -> Bool { most.map { count < $0 } ?? true }

  /// A number as far as it matters: where there is no upper bound, all from the lower one on are the same, so that texts of different
  /// lengths stand at one point.
  func counted(_ count: Int) -> Int { min(count, most ?? least) }
}

/// Where a text stands within a JSON string of a bounded length. A character is a code point, as JSON Schema counts: an escape is one, and
/// so is a pair of surrogates.
struct StringPosition: Hashable, Sendable {
  var state = JSONStringState.plain
  /// Characters that have begun, as ``CountBounds/counted(_:)`` has them.
  private(set) var begun = 0
  let bounds: CountBounds
  let isKey: Bool

  init(_ bounds: CountBounds = .any, isKey: Bool = false) {
    self.bounds = bounds
    self.isKey = isKey
  }

  /// How many more characters may begin.
  var room: Int { bounds.most.map { $0 - begun } ?? .max }

  /// Whether the string may end behind so many more characters.
  func mayClose(behind more: Int) -> Bool { more <= room && begun + more >= bounds.least }

  enum Step {
    case inside(StringPosition)
    case closed
  }

  /// - Returns: `nil` where the byte cannot stand.
  func step(_ byte: UInt8) -> Step? {
    switch state.step(byte) {
    case .closed?: return mayClose(behind: 0) ? .closed : nil
    case .inside(let next)?:
      var position = self
      position.state = next
      if state == .plain {
        guard bounds.hasRoom(behind: begun) else { return nil }
        position.begun = bounds.counted(begun + 1)
      }
      return .inside(position)
    case nil: return nil
    }
  }
}
