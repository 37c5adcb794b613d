import Files
import Foundation
import Randomness
import Review

extension Simulator {
  /// Lets people label what is due, coin rows first, as far as their time goes.
  mutating func label(on day: Int) {
    let present = people.present(on: day)
    var votes = people.capacity(on: day)
    for (place, row) in due(by: day) {
      guard votes > 0, !present.isEmpty else { return }
      votes -= label(place, row, present)
    }
  }

  /// What may be labelled by the end of a day.
  private func due(by day: Int) -> [(place: Int, row: Int)] {
    let hour = (day + 1) * 24
    var due: [(place: Int, row: Int, isCoin: Bool, hour: Int)] = []
    for place in tasks.indices {
      for (row, record) in tasks[place].records.enumerated() where record.label == nil {
        if let at = record.due, at < hour { due.append((place, row, record.isCoin, at)) }
      }
    }
    return due.sorted {
      ($0.isCoin ? 0 : 1, $0.hour, $0.place, $0.row) < ($1.isCoin ? 0 : 1, $1.hour, $1.place, $1.row)
    }
    .map { ($0.place, $0.row) }
  }

  /// Labels an item; returns the votes that it took. Two people see what is drawn for it, and what contradicts a side; where they differ, a
  /// lead decides.
  private mutating func label(_ place: Int, _ row: Int, _ present: [String]) -> Int {
    var record = tasks[place].records[row]
    var stream = RandomStream(seed: seed, "simulate", "reviewer", record.item.id)
    let first = stream.below(present.count)
    var votes = 1
    var label = people.label(of: record.item, by: present[first])
    record.reviewers = [present[first]]
    let contradicts = record.claimed.map { !$0.hasSameCodePoints(as: label) } ?? false
    if record.isDouble || contradicts, present.count > 1 {
      let second = present[(first + 1 + stream.below(present.count - 1)) % present.count]
      let other = people.label(of: record.item, by: second)
      let isSame = other.hasSameCodePoints(as: label)
      votes += 1
      record.reviewers.append(second)
      if record.isDouble {
        let agreement = tasks[place].agreement
        tasks[place].agreement = LabelerAgreement(n: agreement.n + 1, same: agreement.same + (isSame ? 1 : 0))
      }
      if !isSame {
        label = people.label(of: record.item, by: Self.lead)
        record.isSettled = true
        votes += 1
      }
    }
    sequence += 1
    (record.label, record.sequence) = (label, sequence)
    tasks[place].records[row] = record
    result.reviews += votes
    return votes
  }

  /// Who decides between people.
  static var lead: String { "lead" }

  /// A lead's or a second person's answer to rows that cleaning sent to one.
  mutating func settle(_ place: Int, _ report: CleaningReport) {
    let adjudicated = Set(report.forAdjudication)
    let second = Set(report.forSecondPerson)
    for (row, record) in tasks[place].records.enumerated() {
      guard adjudicated.contains(record.item.id) || second.contains(record.item.id) else { continue }
      tasks[place].records[row].label = people.label(of: record.item, by: Self.lead)
      tasks[place].records[row].isSettled = true
      result.reviews += 1
    }
  }
}
