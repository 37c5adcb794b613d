import AuditedDatabase
public import Files
public import Foundation
import GRDB

// What a loop that learns asks of the desk.

extension ReviewDesk {
  /// Rows of a task whose labels are final, in the order in which they became so.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - after: Rows of later places only.
  ///   - upTo: The last place.
  /// - Throws: An error of the database.
  public func finalRows(of task: String, after: Int = 0, upTo: Int = .max) throws -> [FinalRow] {
    let now = clock()
    return try database.read { try FinalRowStore(database: $0, now: now).rows(of: task, after: after, upTo: upTo) }
  }

  /// What has happened to a task since a set of rows was frozen.
  public struct NewsOfTask: Sendable, Equatable {
    /// The place of the last label of all that became final.
    public let last: Int
    /// Labels of the task that became final since.
    public let newLabels: Int
    /// Rows of the set that were erased since.
    public let erased: Int
    /// Whether what watches the stream has raised an alarm since, which stands.
    public let hasDriftAlarm: Bool
    /// The sides that their alarms have stopped, each with the time.
    public let stopped: [(label: String, since: Date)]

    public static func == (a: NewsOfTask, b: NewsOfTask) -> Bool {
      a.last == b.last && a.newLabels == b.newLabels && a.erased == b.erased && a.hasDriftAlarm == b.hasDriftAlarm
        && a.stopped.elementsEqual(b.stopped) { $0 == $1 }
    }
  }

  /// What has happened to a task since a set of rows was frozen.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - after: The place of the set's last row; 0: there was none.
  /// - Throws: An error of the database.
  public func news(of task: String, after: Int) throws -> NewsOfTask {
    let now = clock()
    return try database.read { database in
      let rows = FinalRowStore(database: database, now: now)
      let counts = try rows.counts(of: task, after: after)
      let alarms = try Int.fetchOne(
        database,
        sql: """
          SELECT count(*) FROM flag WHERE task IN (?1, '*') AND name IN ('novelty', 'label-shift') AND raised = 1
            AND at >= ifnull((SELECT final_at FROM item WHERE place <= ?2 ORDER BY place DESC LIMIT 1), 0)
          """, arguments: [task, after])
      let stopped = try SideStore(database: database, now: now).stored(task: task).filter {
        $0.state == .stopped && $0.reason == .alarm
      }
      return NewsOfTask(
        last: counts.last, newLabels: counts.new, erased: try rows.erased(of: task, upTo: after),
        hasDriftAlarm: (alarms ?? 0) > 0, stopped: stopped.map { (label: $0.label, since: $0.since) })
    }
  }

  /// The words of all rows of all tasks that the coin has drawn, as far as they are there: nothing may learn what is like them.
  ///
  /// - Returns: Each with its task, and whether it calibrates; otherwise it measures.
  /// - Throws: An error of the database.
  public func drawnRows() throws -> [(id: String, words: String, task: String, calibrates: Bool)] {
    let now = clock()
    return try database.read { try FinalRowStore(database: $0, now: now).drawn() }
  }

  /// Why people are asked about a row again whose label is final.
  public enum Question: String, Sendable, Codable {
    /// Rows with nearly the same text have other labels: a lead decides.
    case adjudicate
    /// A second person labels it.
    case second
  }

  /// Sends rows back to people whose labels are final. Rows that are with people already, and those that the coin drew, stay where they are:
  /// certificates and monitors rest on the latter.
  ///
  /// - Parameters:
  ///   - ids: The items.
  ///   - question: Why.
  ///   - task: Their task.
  ///   - actor: Who asks.
  /// - Returns: How many were sent back.
  /// - Throws: An error of the database.
  @discardableResult
  public func askAgain(_ ids: [String], _ question: Question, of task: String, actor: String) throws -> Int {
    guard !ids.isEmpty else { return 0 }
    return try write(actor) { ledger in
      let hours = try Self.policy(task, ledger.database)?.policy.queue.hours ?? QueuePolicy().hours
      var count = 0
      for id in ids {
        let number = try Int.fetchOne(
          try ledger.database.cachedStatement(
            sql: """
              SELECT number FROM item WHERE id = ? AND task = ? AND state = 'final' AND half IS NULL AND label IS NOT NULL
                AND removed IS NULL
              """), arguments: [id, task])
        guard let number else { continue }
        try ledger.update(
          ReviewTable.item,
          [
            "state": question == .adjudicate ? "adjudicate" : "second", "people": 2, "label": nil, "place": nil,
            "final_at": nil, "lease": nil, "lease_until": 0, "late": 0,
            "due": ledger.at.after(seconds: hours, times: 3600),
          ], where: ["number": number])
        count += 1
      }
      if count > 0 {
        try ledger.record("ask", task, ["items": .integer(count), "question": .text(question.rawValue)])
      }
      return count
    }
  }

  /// The words of the rows of a task that may calibrate, and of the newest items of its stream, as far as they are there, with what was said of
  /// them: what a candidate has to score to be certified.
  ///
  /// - Parameter task: The task.
  /// - Throws: An error of the database.
  public func calibrationTexts(of task: String) throws -> [(item: Digest, words: String?, opinion: ModelOpinion)] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT i.digest, c.text, o.body FROM item i JOIN opinion o ON o.item = i.number
          LEFT JOIN content c ON c.item = i.number
          WHERE i.task = ?1 AND i.half = 'calibrate' AND i.state = 'final' AND i.label IS NOT NULL
          UNION ALL SELECT * FROM (
            SELECT i.digest, c.text, o.body FROM item i JOIN opinion o ON o.item = i.number
            LEFT JOIN content c ON c.item = i.number
            WHERE i.task = ?1 AND i.half IS NOT 'calibrate' ORDER BY i.number DESC LIMIT \(Self.mostThresholdItems))
          """, arguments: [task]
      ).map { row in
        let body: String = try row.value(2)
        return (
          item: try row.digest(0), words: try row.optional(1),
          opinion: try JSONFile.decode(ModelOpinion.self, from: Data(body.utf8), path: "opinion of review.sqlite")
        )
      }
    }
  }

  /// From how many items of the stream a candidate's thresholds are chosen: each of them is scored anew.
  private static let mostThresholdItems = 1000
}
