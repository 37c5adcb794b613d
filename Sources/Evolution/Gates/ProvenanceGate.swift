import Assurance
import Files
import Foundation
import Review

/// G9 of the loop: it is known what the candidate was learned from, and every row may do what it did.
enum ProvenanceGate {
  private static let question = "Is it known what it was learned from, and may each of these rows teach?"

  /// - Parameter set: The rows that were learned from, chosen on, and gate.
  /// - Parameter frozen: The list that was frozen before, by digests.
  /// - Parameter standings: The rows as content review has them now, by their ids.
  /// - Parameter hasReceipt: Whether the version has a receipt.
  static func gate(
    set: [TrainingLine], frozen: [FrozenRow], standings: [ExactText: FinalRow], hasReceipt: Bool
  ) -> Gate {
    let known = Dictionary(frozen.map { (ExactText($0.id), $0) }, uniquingKeysWith: { first, _ in first })
    var wrong: [String: [String]] = [:]
    // Texts that measure, by their digests: the same words under another id are the same yardstick.
    let yardstick = Set(
      standings.values.filter { RowUse.measure.refusal(of: $0.standing) == nil }.map(\.text))
    for row in set {
      let isGate = row.split == .test
      guard let row = standings[ExactText(row.id)], let listed = known[ExactText(row.id)] else {
        wrong["not there", default: []].append(row.id)
        continue
      }
      if row.digest != listed.digest { wrong["not what was frozen", default: []].append(row.id) }
      let use: RowUse = isGate ? .measure : .train
      if let refusal = use.refusal(of: row.standing) {
        wrong["forbidden (\(refusal.rawValue))", default: []].append(row.id)
      } else if !isGate, yardstick.contains(row.text) {
        wrong["forbidden (the same text measures)", default: []].append(row.id)
      }
    }
    let count = wrong.values.reduce(0) { $0 + $1.count }
    let numbers = [
      "rows": Double(set.count), "gate": Double(set.count { $0.split == .test }), "wrong": Double(count),
    ]
    guard wrong.isEmpty, hasReceipt, !set.isEmpty else {
      let words = wrong.sorted { $0.key < $1.key }.map {
        "\($0.value.count) \($0.key), such as \($0.value[0].printable)"
      }
      return Gate(
        "G9", question, .fail, numbers: numbers,
        finding: words.isEmpty ? "its receipt or its rows are missing" : words.listed,
        help: "Hold the task's job and let it begin again: the rows are frozen anew then.")
    }
    return Gate(
      "G9", question, .pass, numbers: numbers,
      finding:
        "all \(set.count) rows are those that were frozen, by their digests, and none is of a kind that may not do it")
  }
}
