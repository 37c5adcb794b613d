import Assurance
import Files
import Foundation
import Review

extension Simulator {
  /// Makes a version of a task where enough labels are new, or an alarm has stopped a side.
  mutating func learn(_ place: Int, _ day: Int) throws {
    guard day >= tasks[place].nextLearning, policy.learns || tasks[place].version == nil else { return }
    let candidates = teaching(place)
    let new = candidates.count - tasks[place].learned
    let isAlarm = tasks[place].sides.contains { $0.reason == .alarm }
    guard new >= (isAlarm ? settings.newLabels / 5 : settings.newLabels) else { return }
    if policy.retrainsAll, tasks[place].version != nil {
      for other in tasks.indices where tasks[other].version != nil { try learn(other, teaching(other), day) }
    } else {
      try learn(place, candidates, day)
    }
  }

  /// Rows that may teach, and those that this policy takes all the same.
  private func teaching(_ place: Int) -> [SimulatedRecord] {
    tasks[place].records.filter { record in
      guard !tasks[place].excluded.contains(record.item.id) else { return false }
      if record.isAutomatic { return policy.teachesItself && isSure(record) }
      return RowUse.train.refusal(of: record.treatedStanding) == nil
    }
  }

  private func isSure(_ record: SimulatedRecord) -> Bool {
    record.likeliest.map { exp(record.scores[$0]) >= settings.selfLabel } ?? false
  }

  private mutating func learn(_ place: Int, _ records: [SimulatedRecord], _ day: Int) throws {
    let task = tasks[place]
    let report = try Cleaning.report(on: records.map { cleaningRow($0, task) }, heldOut: heldOut)
    settle(place, report)
    tasks[place].nextLearning = day + task.coolDown
    guard !report.isHeld else {
      release(report, place, day)
      return
    }
    let kept = Set(report.kept)
    let rows = records.filter { kept.contains($0.item.id) }
    let labelled = rows.compactMap { record in
      label(of: record, task).flatMap(task.place).map { (features: record.features, label: $0) }
    }
    guard labelled.count == rows.count, Set(labelled.map(\.label)).count > 1 else { return }
    result.forbiddenUses += rows.count { RowUse.train.refusal(of: $0.standing) != nil }
    result.seconds += settings.secondsPerRow * Double(rows.count)
    let candidate = try SimulatedVersion(
      task: task.plan.name, rows: labelled, ids: rows.map(\.item.id), labels: task.plan.labels.count)
    if try passes(candidate, place) {
      tasks[place].learned = records.count
      try promote(candidate, place, day)
    } else {
      tasks[place].coolDown = min(2 * task.coolDown, 14)
    }
  }

  /// What a row teaches: people's label, or where nobody looked the model's.
  private func label(of record: SimulatedRecord, _ task: SimulatedTask) -> String? {
    record.isAutomatic ? record.likeliest.map { task.plan.labels[$0] } : record.label
  }

  private func cleaningRow(_ record: SimulatedRecord, _ task: SimulatedTask) -> CleaningRow {
    CleaningRow(
      id: record.item.id, text: record.item.text, label: label(of: record, task) ?? "", source: record.item.source,
      reviewers: record.reviewers, isSettled: record.isSettled,
      current: record.likeliest.map {
        CleaningRow.CurrentAnswer(label: task.plan.labels[$0], probability: min(1, exp(record.scores[$0])))
      })
  }

  /// All rows of all tasks that measure.
  private var heldOut: [HeldOutRow] {
    tasks.flatMap { task in
      task.records.compactMap { record in
        switch record.treated {
        case .coinCalibrate:
          HeldOutRow(id: record.item.id, text: record.item.text, task: task.plan.name, use: .calibration)
        case .coinMonitor: HeldOutRow(id: record.item.id, text: record.item.text, task: task.plan.name, use: .monitor)
        case .queue, .automatic, .appeal: nil
        }
      }
    }
  }

  /// A person looks at a held set and takes out what was planted; the next day it is tried again.
  private mutating func release(_ report: CleaningReport, _ place: Int, _ day: Int) {
    result.held += 1
    for case .trigger(let finding) in report.findings { tasks[place].excluded.formUnion(finding.rows) }
    tasks[place].nextLearning = day + 1
  }

  /// Rows of the task that gates may read.
  private func measuring(_ place: Int) -> [SimulatedRecord] {
    tasks[place].records.filter { $0.treated == .coinMonitor && $0.label != nil }
  }

  /// G3: a first version is better than the most frequent label, a later one no worse than the last. Without rows that measure nothing is
  /// shown, and only the policies that have none go on.
  private mutating func passes(_ candidate: SimulatedVersion, _ place: Int) throws -> Bool {
    let rows = measuring(place)
    guard !rows.isEmpty else { return policy == .withoutCoin }
    let gold = rows.map { tasks[place].place(of: $0.label ?? "") ?? 0 }
    let new = try answers(candidate, rows)
    guard let current = tasks[place].version else {
      let report = try ClassReport(gold: gold, predicted: new, classes: tasks[place].plan.labels.count)
      return OwnTaskGate.first(report, version: "").verdict == .pass
    }
    let old = try answers(current, rows)
    let table = try PairedTable(old: zip(old, gold).map { $0 == $1 }, new: zip(new, gold).map { $0 == $1 })
    return table.isSuperior() || table.isNonInferior(margin: settings.margin)
  }

  private func answers(_ version: SimulatedVersion, _ rows: [SimulatedRecord]) throws -> [Int] {
    try version.scores(rows.map(\.features)).map { scores in scores.indices.max { scores[$0] < scores[$1] } ?? 0 }
  }

  private mutating func promote(_ version: SimulatedVersion, _ place: Int, _ day: Int) throws {
    if tasks[place].version != nil { result.promotions += 1 }
    tasks[place].version = version
    tasks[place].coolDown = settings.coolDown
    tasks[place].attempted = [:]
    try tasks[place].score()
    for other in tasks.indices {
      guard let serving = tasks[other].version else { continue }
      let rows = tasks[other].records.filter(\.isCoin)
      guard !rows.isEmpty else { continue }
      let right = zip(try answers(serving, rows), rows).count { answer, row in
        tasks[other].plan.labels[answer].hasSameCodePoints(as: row.item.label)
      }
      result.accuracies.append(
        SimulationResult.Accuracy(
          day: day, learned: tasks[place].plan.name, task: tasks[other].plan.name,
          accuracy: Double(right) / Double(rows.count)))
    }
  }
}
