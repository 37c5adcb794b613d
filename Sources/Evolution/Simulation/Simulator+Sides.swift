import Files
import Foundation
import Review

extension Simulator {
  /// Shows the sides of a task the day's rows that measure, and what has changed around them.
  mutating func watch(_ place: Int, _ day: Int) throws {
    guard policy != .oracle, policy != .static else { return }
    let now = end(of: day)
    let last = tasks[place].sides.map(\.cursor).max() ?? 0
    let rows = tasks[place].records.filter { $0.sequence > last && $0.treated == .coinMonitor }
      .sorted { $0.sequence < $1.sequence }
    for record in rows {
      guard let claimed = record.claimed, let side = tasks[place].place(of: claimed), let label = record.label else {
        continue
      }
      if RowUse.measure.refusal(of: record.standing) != nil { result.forbiddenUses += 1 }
      let row = MonitorRow(
        sequence: record.sequence, item: record.digest, standing: record.treatedStanding, arrived: record.arrived,
        isWrong: !label.hasSameCodePoints(as: claimed),
        isRepeated: !tasks[place].thinning.admits(record.digest, arrived: record.arrived))
      let change = try tasks[place].sides[side].observe(row, at: now)
      note(change, place, side, day)
    }
    for side in tasks[place].sides.indices {
      let conditions = try conditions(place, side, day)
      note(tasks[place].sides[side].check(conditions), place, side, day)
    }
  }

  /// A stop by an alarm was one too many if what the side claimed in the last two weeks was as right as promised.
  private mutating func note(_ change: SideChange?, _ place: Int, _ side: Int, _ day: Int) {
    guard change?.reason == .alarm else { return }
    let label = tasks[place].sides[side].label
    let claimed = tasks[place].recent(since: day - 13).map { tasks[place].records[$0] }.filter {
      $0.claimed?.hasSameCodePoints(as: label) ?? false
    }
    let right = claimed.count { $0.item.label.hasSameCodePoints(as: label) }
    if Double(right) >= settings.precision * Double(claimed.count) { result.falseStops += 1 }
  }

  func conditions(_ place: Int, _ side: Int, _ day: Int) throws -> SideConditions {
    let task = tasks[place]
    let now = end(of: day)
    let waiting = task.records.filter { $0.isCoin && $0.label == nil && $0.due != nil }.map(\.arrived).min()
    return SideConditions(
      now: now, latest: now, served: task.version?.bindings, policy: 1, oldestCoinRow: waiting,
      coinWait: settings.coinWaitDays * 86_400, agreement: task.agreement, agreementFloor: settings.agreementFloor,
      hasLabelShift: try hasLabelShift(task, side, day))
  }

  /// Whether the predictions of the last week are those of other shares of labels than the certificate's.
  private func hasLabelShift(_ task: SimulatedTask, _ side: Int, _ day: Int) throws -> Bool {
    guard let certificate = task.sides[side].certificate?.certificate, task.sides[side].state.decides else {
      return false
    }
    var predicted = [Int](repeating: 0, count: task.plan.labels.count)
    for row in task.recent(since: day - 6) {
      if let label = task.records[row].likeliest { predicted[label] += 1 }
    }
    return try LabelShift(
      confusion: certificate.confusion, predicted: predicted, draws: 500, seed: seed &+ UInt64(clamping: day))?.isAlarm
      ?? false
  }
}
