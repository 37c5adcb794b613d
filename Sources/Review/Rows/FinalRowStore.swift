import AuditedDatabase
import Files
import Foundation
import GRDB

/// Rows with final labels in `review.sqlite`, inside of a transaction.
struct FinalRowStore {
  let database: Database
  let now: Date

  /// Rows of a task, in the order in which their labels became final.
  ///
  /// - Parameter task: The task.
  /// - Parameter after: Rows of later places only.
  /// - Parameter upTo: The last place.
  func rows(of task: String, after: Int, upTo: Int) throws -> [FinalRow] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT i.number, i.id, i.digest, i.place, i.label, i.half, c.text, c.source, o.body,
          (SELECT max(t.expires) FROM certified e JOIN certificate t ON t.digest = e.certificate WHERE e.item = i.number)
        FROM item i LEFT JOIN content c ON c.item = i.number LEFT JOIN opinion o ON o.item = i.number
        WHERE i.task = ? AND i.state = 'final' AND i.label IS NOT NULL AND i.place > ? AND i.place <= ? ORDER BY i.place
        """, arguments: [task, after, upTo])
    var result: [FinalRow] = []
    while let row = try rows.next() { result.append(try finalRow(row)) }
    return result
  }

  private func finalRow(_ row: Row) throws -> FinalRow {
    let votes = try votes(row.decode(Int.self, atIndex: 0))
    let opinion = try row.decode(String?.self, atIndex: 8).map {
      try JSONFile.decode(ModelOpinion.self, from: Data($0.utf8), path: "opinion of review.sqlite")
    }
    return FinalRow(
      id: try row.decode(String.self, atIndex: 1), place: try row.decode(Int.self, atIndex: 3),
      text: try row.digest(2),
      words: try row.decode(String?.self, atIndex: 6), label: try row.decode(String.self, atIndex: 4),
      source: try row.decode(String?.self, atIndex: 7), reviewers: votes.people, isSettled: votes.isSettled,
      standing: RowStanding(
        origin: try origin(row.decode(String?.self, atIndex: 5), votes.people), isFinal: true,
        certificate: certificate(try row.decode(Int?.self, atIndex: 9))),
      current: opinion?.suggestion.map { FinalRow.Answer(label: $0.label, probability: $0.probability) })
  }

  /// What made a person look at a row; a label that nobody gave is the model's own.
  private func origin(_ half: String?, _ people: [String]) -> RowOrigin {
    guard !people.isEmpty else { return .automatic }
    switch half {
    case "calibrate": return .coinCalibrate
    case "monitor": return .coinMonitor
    default: return .queue
    }
  }

  private func certificate(_ expires: Int?) -> RowStanding.Certificate {
    expires.map { $0 > Int(saturating: now.timeIntervalSince1970) ? .current : .expired } ?? .none
  }

  /// Who made a row's label, and whether somebody has decided between labels.
  private func votes(_ item: Int) throws -> (people: [String], isSettled: Bool) {
    let rows = try Row.fetchAll(
      try database.cachedStatement(
        sql: """
          SELECT person, max(kind = 'adjudicate') FROM vote
          WHERE item = ? AND undone = 0 AND kind IN ('label', 'adjudicate') GROUP BY person ORDER BY person
          """), arguments: [item])
    return (
      try rows.map { try $0.decode(String.self, atIndex: 0) },
      try rows.contains { try $0.decode(Bool.self, atIndex: 1) }
    )
  }

  /// How many labels of a task became final after a place, and the last place of all.
  ///
  /// - Parameter task: The task.
  /// - Parameter after: The place.
  func counts(of task: String, after: Int) throws -> (new: Int, last: Int) {
    let new = try Int.fetchOne(
      try database.cachedStatement(sql: "SELECT count(*) FROM item WHERE task = ? AND place > ?"),
      arguments: [task, after])
    let last = try Int.fetchOne(try database.cachedStatement(sql: "SELECT max(place) FROM item"))
    return (new ?? 0, max(last ?? 0, after))
  }

  /// Rows up to a place that were erased after the label of that place became final: a set that was frozen there may have them.
  ///
  /// - Parameter task: The task.
  /// - Parameter upTo: The place.
  func erased(of task: String, upTo: Int) throws -> Int {
    try Int.fetchOne(
      try database.cachedStatement(
        sql: """
          SELECT count(*) FROM removal r JOIN item i ON i.number = r.item
          WHERE i.task = ?1 AND r.kind = 'erasure' AND i.place <= ?2
            AND r.at >= ifnull((SELECT final_at FROM item WHERE place <= ?2 ORDER BY place DESC LIMIT 1), 0)
          """), arguments: [task, upTo]) ?? 0
  }

  /// The words of all rows of all tasks that the coin has drawn, with the half that each is of.
  func drawn() throws -> [(id: String, words: String, task: String, calibrates: Bool)] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT i.id, c.text, i.task, i.half = 'calibrate' FROM item i JOIN content c ON c.item = i.number
        WHERE i.half IS NOT NULL AND i.state <> 'withdrawn' ORDER BY i.number
        """
    ).map {
      (
        try $0.decode(String.self, atIndex: 0), try $0.decode(String.self, atIndex: 1),
        try $0.decode(String.self, atIndex: 2), try $0.decode(Bool.self, atIndex: 3)
      )
    }
  }
}
