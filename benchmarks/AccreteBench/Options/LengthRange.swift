import ArgumentParser

/// From how many to how many, ends included: `8:256`, or `64` for always 64.
struct LengthRange: ExpressibleByArgument, Sendable, Equatable {
  let range: ClosedRange<Int>

  /// What a length is at most.
  static let limit = 1_000_000

  init(_ range: ClosedRange<Int>) { self.range = range }

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let low = Int(parts[0]), let high = Int(parts[parts.count - 1]),
      low >= 1, low <= high, high <= Self.limit
    else { return nil }
    range = low...high
  }

  var text: String { "\(range.lowerBound):\(range.upperBound)" }
  var defaultValueDescription: String { text }
}
