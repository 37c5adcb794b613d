import AuditedDatabase
import Files
import Foundation
import GRDB

/// A job as its row has it.
enum LoopJobRow {
  /// The columns that ``job(_:)`` reads, in its order.
  static let select = """
    SELECT j.task, j.state, j.attempt, j.since, j.inputs, j.findings, j.cooldown, j.until, j.requested, l.owner, l.until
    FROM job j LEFT JOIN lease l USING(task)
    """

  /// - Throws: ``LoopError/damaged(task:reason:)``.
  static func job(_ row: Row) throws -> LoopJob {
    let task: String = try row.value(0)
    let word: String = try row.value(1)
    guard let state = LoopState(rawValue: word) else {
      throw LoopError.damaged(task: task, reason: "\(word.debugDescription) is no state")
    }
    let owner: String? = try row.optional(9)
    let until: Int? = try row.optional(10)
    return LoopJob(
      task: task, state: state, attempt: try row.value(2), since: date(try row.value(3)),
      inputs: try decoded(LoopInputs.self, try row.value(4), task),
      findings: try decoded(LoopFindings.self, try row.value(5), task), coolDown: try row.value(6),
      until: (try row.optional(7) as Int?).map(date), requestedBy: try row.optional(8),
      lease: owner.flatMap { owner in until.map { LoopLease(owner: owner, until: date($0)) } })
  }

  /// The columns that a transition writes.
  ///
  /// - Parameter move: Where the job goes.
  /// - Parameter attempt: How often the state's action was begun.
  /// - Parameter since: Since when, in seconds since 1970.
  static func values(
    _ move: LoopMove, attempt: Int, since: Int
  ) throws -> [String: (any DatabaseValueConvertible)?] {
    var values: [String: (any DatabaseValueConvertible)?] = [
      "state": move.state.rawValue, "attempt": attempt, "since": since, "inputs": try text(move.inputs),
      "findings": try text(move.findings),
    ]
    if let coolDown = move.coolDown { values["cooldown"] = coolDown }
    return values
  }

  /// Canonical JSON: equal values are equal rows.
  static func text(_ value: some Encodable) throws -> String {
    String(decoding: try CanonicalJSON.encode(value), as: UTF8.self)
  }

  private static func decoded<Value: Decodable>(_ type: Value.Type, _ text: String, _ task: String) throws -> Value {
    do {
      return try JSONFile.decode(type, from: Data(text.utf8), path: "loop.sqlite, job \(task)")
    } catch {
      throw LoopError.damaged(task: task, reason: "\(error)")
    }
  }

  private static func date(_ seconds: Int) -> Date { Date(timeIntervalSince1970: Double(seconds)) }
}
