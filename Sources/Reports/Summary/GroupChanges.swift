import Files

/// How many rows of a task the runs of a method lost and gained between learning it and the end, and some of them.
public struct GroupChanges: Sendable, Equatable, Encodable {
  public let task: String
  /// Names of the labels by number; `nil` where no run's folder says them.
  public let labels: [String]?
  /// Scored rows in each run, from the fewest to the most.
  public let rows: [Int]
  public let lost: Estimate?
  public let gained: Estimate?
  /// The first rows that the first run lost and gained, at most ``shown`` of each.
  public let lostExamples: [AnswerChanges.Row]
  public let gainedExamples: [AnswerChanges.Row]

  /// How many examples are kept.
  public static let shown = 5

  /// A label's name, on one line, or its number where there is none.
  func label(_ number: Int) -> String {
    guard let labels, labels.indices.contains(number) else { return "label\u{A0}\(number)" }
    return labels[number].onOneLine
  }

  /// Of the runs whose predictions are there; tasks are in the first one's order.
  static func of(_ runs: [ReportedRun]) -> [GroupChanges] {
    let all = runs.compactMap(\.changes)
    return (all.first ?? []).map { first in
      let same = all.compactMap { $0.first { $0.task == first.task } }
      return GroupChanges(
        task: first.task, labels: first.labels, rows: Set(same.map(\.rows)).sorted(),
        lost: Estimate(same.map { Double($0.lost.count) }),
        gained: Estimate(same.map { Double($0.gained.count) }), lostExamples: Array(first.lost.prefix(shown)),
        gainedExamples: Array(first.gained.prefix(shown)))
    }
  }
}
