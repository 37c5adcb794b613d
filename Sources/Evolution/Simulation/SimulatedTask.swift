import Files
import Foundation
import Review

/// A task of a simulated team: its items, its version and its sides.
struct SimulatedTask {
  let plan: StreamPlan.Task
  var records: [SimulatedRecord] = []
  var sides: [Side]
  var version: SimulatedVersion?
  var agreement = LabelerAgreement(n: 0, same: 0)
  var thinning = BurstThinning()
  /// Ids of rows that a person took out of what is learned.
  var excluded: Set<String> = []
  /// How often a row was looked at, by side.
  var looks: [String: [Digest: Int]] = [:]
  /// Rows that could certify at the last attempt, by side.
  var attempted: [String: Int] = [:]
  /// Rows that could teach when the last version was made, or refused.
  var learned = 0
  /// Before this day no version is made.
  var nextLearning = 0
  /// Days of the cool-down.
  var coolDown: Int

  init(_ plan: StreamPlan.Task, coolDown: Int) {
    self.plan = plan
    self.coolDown = coolDown
    sides = plan.labels.map { Side(task: plan.name, label: $0, since: Date(timeIntervalSince1970: 0)) }
  }

  /// Whether a side decides.
  var isAnySideActive: Bool { sides.contains { $0.state.decides } }

  /// The place of a label.
  func place(of label: String) -> Int? { plan.labels.firstIndex { $0.hasSameCodePoints(as: label) } }

  /// Places of records that came from a day on.
  func recent(since day: Int) -> Range<Int> {
    var first = records.endIndex
    while first > 0, records[first - 1].item.day >= day { first -= 1 }
    return first..<records.endIndex
  }

  /// Lets the version that serves score all records again.
  mutating func score() throws {
    guard let scores = try version?.scores(records.map(\.features)) else { return }
    for (row, score) in scores.enumerated() { records[row].scores = score }
  }
}
