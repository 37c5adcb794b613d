import Assurance
import Files
import Foundation

/// Makes a training set of reviewed rows: what repeats, measures, contradicts, or comes too much from one place does not teach.
///
/// The steps, in this order, each on what the earlier ones left:
///
/// 1. Rows near any row that measures, of any task, are dropped; the rows that measure never are.
/// 2. Rows with nearly the same text and different labels go to adjudication.
/// 3. Exact duplicates are dropped.
/// 4. Rows that contradict a version that is sure of another label go to a second person.
/// 5. Of a cluster of near duplicates a few rows stay.
/// 6. Words that stand for a label hold the set. Nothing was capped yet: a cap would hide part of what was planted.
/// 7. No source, and nobody who decided alone, has more than a share of the set.
///
/// It is a function of rows and limits: equal input gives an equal report.
public struct Cleaning {
  let rows: [CleaningRow]
  let limits: CleaningLimits
  var dropped: [CleaningReport.Dropped?]
  var findings: [CleaningReport.Finding] = []

  /// Cleans the rows of a task.
  ///
  /// - Parameters:
  ///   - rows: The task's labelled rows, in the order in which they came.
  ///   - heldOut: All rows of all tasks that measure.
  ///   - limits: How much of a set may come from one place.
  /// - Returns: Which rows may teach, which may not and why, and what holds the set.
  /// - Throws: `AssuranceError.value` for a limit out of its range, an id that two rows share, or a probability that is none.
  public static func report(
    on rows: [CleaningRow], heldOut: [HeldOutRow], limits: CleaningLimits = CleaningLimits()
  ) throws -> CleaningReport {
    try limits.validate()
    try require(rows)
    var cleaning = Cleaning(
      rows: rows, limits: limits, dropped: [CleaningReport.Dropped?](repeating: nil, count: rows.count))
    try cleaning.dropHeldOut(heldOut)
    try cleaning.dropDuplicates()
    for trigger in try TriggerScan(cleaning.left.map { rows[$0] }, limits: limits).findings() {
      cleaning.findings.append(.trigger(trigger))
    }
    cleaning.capShares()
    return CleaningReport(
      rows: rows.count, kept: cleaning.left.map { rows[$0].id }, dropped: cleaning.dropped.compactMap(\.self),
      findings: cleaning.findings, limits: limits)
  }

  private static func require(_ rows: [CleaningRow]) throws {
    var ids: Set<ExactText> = []
    for (number, row) in rows.enumerated() {
      guard ids.insert(ExactText(row.id)).inserted else {
        throw AssuranceError.value(
          what: "the id of rows to clean", row: number, expected: "an id of its own", got: row.id.printable,
          fix: "Give each item once, with its final label.")
      }
      if let current = row.current, !(0...1).contains(current.probability) {
        throw AssuranceError.value(
          what: "the current version's probability", row: number, expected: "0 … 1", got: "\(current.probability)",
          fix: "Give the calibrated probability, or no answer.")
      }
    }
  }

  /// Rows that nothing dropped so far.
  var left: [Int] { rows.indices.filter { dropped[$0] == nil } }

  mutating func drop(
    _ row: Int, _ reason: CleaningReport.Reason, because: String? = nil, of heldOut: HeldOutRow? = nil
  ) {
    dropped[row] = CleaningReport.Dropped(
      rows[row].id, reason, because: heldOut?.id ?? because, task: heldOut?.task, use: heldOut?.use)
  }
}
