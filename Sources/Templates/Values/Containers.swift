/// The elements of a list or tuple.
final class Elements: Sendable {
  let items: [Value]
  /// 1 more than that of the deepest element.
  let depth: Int

  init(_ items: [Value]) {
    self.items = items
    depth = 1 + (items.lazy.map(\.depth).max() ?? 0)
  }
}

/// A dict: keys and values in the order in which they came.
final class Dict: Sendable {
  typealias Entry = (key: Value, value: Value)

  let entries: [Entry]
  let depth: Int
  private let positions: [Key: Int]

  /// - Parameter entries: Of two with the same key the position of the first counts, and the value of the last.
  init(_ entries: [(key: Key, entry: Entry)]) {
    var found: [Entry] = []
    var positions: [Key: Int] = [:]
    for (key, entry) in entries {
      if let position = positions[key] {
        found[position].value = entry.value
      } else {
        positions[key] = found.count
        found.append(entry)
      }
    }
    self.entries = found
    self.positions = positions
    depth = 1 + (found.lazy.map { max($0.key.depth, $0.value.depth) }.max() ?? 0)
  }

  subscript(key: Key) -> Value? { positions[key].map { entries[$0].value } }

  subscript(name: String) -> Value? { self[.text(Text(name))] }
}

/// What a dict finds its values by: numbers are the same key when they are equal, `True` and `1` included.
enum Key: Hashable {
  case none
  case integer(Int)
  case float(Double)
  case text(Text)
  case tuple([Key])

  /// - Returns: `nil` for what cannot be a key, and for tuples, whose elements the ``Interpreter`` counts.
  init?(_ value: Value) {
    switch value {
    case .none: self = .none
    case .boolean(let value): self = .integer(value ? 1 : 0)
    case .integer(let value): self = .integer(value)
    case .float(let value): self = Int(exactly: value).map { .integer($0) } ?? .float(value)
    case .text(let text), .markup(let text): self = .text(text)
    default: return nil
    }
  }
}

extension Value {
  /// Python's `range`.
  struct Range: Sendable, Equatable {
    let start: Int
    let stop: Int
    let step: Int
    let count: Int

    /// - Returns: `nil` if the numbers are too large, or the step is 0.
    init?(start: Int, stop: Int, step: Int) {
      guard step != 0, step != .min else { return nil }
      let (distance, overflow) =
        step > 0 ? stop.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(stop)
      guard !overflow else { return nil }
      (self.start, self.stop, self.step) = (start, stop, step)
      count = distance > 0 ? (distance - 1) / abs(step) + 1 : 0
    }

    subscript(index: Int) -> Int { start &+ index &* step }

    var items: [Value] { (0..<count).map { .integer(self[$0]) } }
  }
}
