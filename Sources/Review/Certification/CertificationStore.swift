import Assurance
import Files
import Foundation
import GRDB

/// What certifications need of `review.sqlite`, and what they leave there, inside of a transaction.
struct CertificationStore {
  let database: Database
  let now: Date

  /// How many days of the stream thresholds are chosen from.
  static let streamDays = 7
  /// How many of its items at most, the newest.
  static let mostStream = 20_000

  /// A row that calibrates, and its number in the file.
  private struct Labelled {
    let number: Int
    let row: CalibrationRow
    let text: String?
  }

  /// The coin rows of a task that may calibrate, each with the near-duplicates that it belongs to.
  ///
  /// - Parameters:
  ///   - policy: The task's policy.
  ///   - since: When rows have to have arrived at the earliest.
  ///   - opinions: What a candidate says of rows, by digest; other rows have the opinion by which they were decided.
  func calibrationRows(
    _ policy: TaskPolicy, since: Date, opinions: [Digest: ModelOpinion]
  ) throws -> [CalibrationRow] {
    let rows = try items(
      """
      i.task = ? AND i.half = 'calibrate' AND i.state = 'final' AND i.label IS NOT NULL AND i.arrived >= ?
      ORDER BY i.number
      """, [policy.task, seconds(since)], policy, opinions, origin: .coinCalibrate)
    return try clustered(rows)
  }

  /// The newest items of the stream that do not calibrate; their labels are not looked at.
  ///
  /// - Parameters:
  ///   - policy: The task's policy.
  ///   - opinions: What a candidate says of rows, by digest.
  func stream(_ policy: TaskPolicy, opinions: [Digest: ModelOpinion]) throws -> [CalibrationRow] {
    let since = now.addingTimeInterval(-Double(Self.streamDays) * 86_400)
    return try items(
      """
      i.task = ? AND i.half IS NOT 'calibrate' AND i.arrived >= ? ORDER BY i.arrived DESC, i.number DESC LIMIT \(Self.mostStream)
      """, [policy.task, seconds(since)], policy, opinions, origin: .queue
    ).map(\.row)
  }

  /// How often each row was looked at for a side.
  func looks(_ task: String, _ label: String) throws -> [Digest: Int] {
    let rows = try Row.fetchAll(
      try database.cachedStatement(
        sql: """
          SELECT i.digest, max(l.count) FROM look l JOIN item i ON i.number = l.item WHERE i.task = ? AND l.label = ?
          GROUP BY i.digest
          """), arguments: [task, label])
    return try Dictionary(
      rows.map { (try $0.itemDigest(at: 0), try $0.decode(Int.self, atIndex: 1)) }, uniquingKeysWith: max)
  }

  private func items(
    _ condition: String, _ arguments: StatementArguments, _ policy: TaskPolicy, _ opinions: [Digest: ModelOpinion],
    origin: RowOrigin
  ) throws -> [Labelled] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT i.number, i.digest, i.label, i.state, i.arrived, o.body, c.text FROM item i
        LEFT JOIN opinion o ON o.item = i.number LEFT JOIN content c ON c.item = i.number WHERE \(condition)
        """, arguments: arguments)
    var result: [Labelled] = []
    while let row = try rows.next() {
      let item = try row.itemDigest(at: 1)
      guard let opinion = try opinions[item] ?? opinion(row, 5), let bindings = opinion.bindings else { continue }
      let isFinal = try row.decode(String.self, atIndex: 3) == ItemState.final.rawValue
      let label = origin == .coinCalibrate ? try row.decode(String?.self, atIndex: 2) : nil
      let calibration = CalibrationRow(
        item: item, standing: RowStanding(origin: origin, isFinal: isFinal), label: label,
        scores: opinion.scores(for: policy.labels), bindings: bindings,
        isBeyondModel: opinion.problem != nil || opinion.unknown,
        arrived: Date(timeIntervalSince1970: Double(try row.decode(Int.self, atIndex: 4))))
      result.append(
        Labelled(
          number: try row.decode(Int.self, atIndex: 0), row: calibration,
          text: origin == .coinCalibrate ? try row.decode(String?.self, atIndex: 6) : nil))
    }
    return result
  }

  private func opinion(_ row: Row, _ column: Int) throws -> ModelOpinion? {
    try row.decode(String?.self, atIndex: column).map {
      try JSONFile.decode(ModelOpinion.self, from: Data($0.utf8), path: "opinion of review.sqlite")
    }
  }

  /// Rows with the first of the near-duplicates that they belong to. A row whose text is gone is only like one of the same digest.
  private func clustered(_ rows: [Labelled]) throws -> [CalibrationRow] {
    let texts = rows.map { $0.text ?? $0.row.item.description }
    guard !texts.isEmpty else { return [] }
    let first = try NearDuplicates(of: texts, bands: .heldOut).clusterFirst
    return zip(rows, first).map { labelled, first in
      let row = labelled.row
      return CalibrationRow(
        item: row.item, cluster: rows.indices.contains(first) ? rows[first].row.item : row.item, standing: row.standing,
        label: row.label, scores: row.scores, bindings: row.bindings, isBeyondModel: row.isBeyondModel,
        arrived: row.arrived)
    }
  }

  func seconds(_ date: Date) -> Int { Int(saturating: date.timeIntervalSince1970) }
}
