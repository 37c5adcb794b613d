import Synchronization

/// How many series there may be in all. A series is a line of the text that is served: a histogram has one for each bucket, and two more.
///
/// Whoever collects these numbers keeps every series for weeks, so that their number must not follow from what clients send.
final class SeriesBudget: Sendable {
  let limit: Int
  private let used = Atomic<Int>(0)
  private let refused = Atomic<Int>(0)

  init(limit: Int) { self.limit = max(limit, 0) }

  /// How many are taken.
  var taken: Int { used.load(ordering: .relaxed) }

  /// How often a series was refused.
  var refusals: Int { refused.load(ordering: .relaxed) }

  /// Takes some, or none where they do not fit, which counts as refused.
  /// - Returns: Whether they were taken.
  func take(_ lines: Int) -> Bool {
    var current = used.load(ordering: .relaxed)
    while true {
      guard lines >= 0, lines <= limit - current else {
        refuse()
        return false
      }
      let (exchanged, original) = used.weakCompareExchange(
        expected: current, desired: current + lines, ordering: .relaxed)
      if exchanged { return true }
      current = original
    }
  }

  /// Gives back what was taken.
  func give(_ lines: Int) { used.subtract(lines, ordering: .relaxed) }

  /// Counts something that is not among the series.
  func refuse() { refused.add(1, ordering: .relaxed) }
}
