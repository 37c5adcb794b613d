public import Streams

/// What was answered in one cell of a task matrix, as far as its score needs it, row by row.
public enum Outcome: Sendable, Equatable {
  /// A score of each row, 0…1; the cell's is their mean. Right and wrong are 1 and 0.
  case scores([Double])
  /// The right and the given label of each row; the cell's score is their macro-F1, which is not a mean over rows.
  case labels([MacroF1.Pair], labels: Int)

  /// How many rows there are.
  public var count: Int {
    switch self {
    case .scores(let scores): scores.count
    case .labels(let pairs, _): pairs.count
    }
  }

  /// The score of all rows, 0…1; 0 without rows.
  public var score: Double {
    switch self {
    case .scores(let scores): scores.isEmpty ? 0 : scores.reduce(0, +) / Double(scores.count)
    case .labels(let pairs, let labels): MacroF1.score(pairs, labels: labels)
    }
  }

  /// The score of drawn rows.
  ///
  /// - Parameter rows: Numbers below ``count``, at least one.
  package func score(of rows: [Int]) -> Double {
    switch self {
    case .scores(let scores): rows.reduce(0) { $0 + scores[$1] } / Double(rows.count)
    case .labels(let pairs, let labels): MacroF1.score(rows.lazy.map { pairs[$0] }, labels: labels)
    }
  }
}
