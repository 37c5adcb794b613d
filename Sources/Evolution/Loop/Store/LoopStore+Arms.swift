import AuditedDatabase
public import Files
public import Foundation
import GRDB

extension LoopStore {
  /// Adds what an arm of a canary did.
  ///
  /// - Parameter measures: What it did in the hour; what was added of the hour before is added up, and of times the longest counts.
  /// - Parameter manifest: The candidate's release manifest.
  /// - Parameter isCandidate: Whether it is the candidate's arm.
  /// - Parameter at: When.
  /// - Throws: An error of the database.
  public func add(_ measures: ArmMeasures, of manifest: Digest, isCandidate: Bool, at: Date) throws {
    try write("loop", at: at) { ledger in
      let hour = ledger.at - ledger.at % 3600
      try ledger.database.execute(
        sql: """
          INSERT INTO arm(manifest, hour, candidate, requests, errors, unknown, human, p95) VALUES(?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT(manifest, hour, candidate) DO UPDATE SET requests = requests + excluded.requests,
            errors = errors + excluded.errors, unknown = unknown + excluded.unknown, human = human + excluded.human,
            p95 = max(ifnull(p95, 0), ifnull(excluded.p95, 0))
          """,
        arguments: [
          manifest.bytes, hour, isCandidate, measures.requests, measures.errors, measures.unknown, measures.human,
          measures.p95Milliseconds,
        ])
    }
  }

  /// What both arms of a canary did.
  ///
  /// - Parameter manifest: The candidate's release manifest.
  /// - Parameter since: From the hour of this time on.
  /// - Throws: An error of the database.
  public func measures(
    of manifest: Digest, since: Date
  ) throws -> (candidate: ArmMeasures, served: ArmMeasures) {
    let first = Int(saturating: since.timeIntervalSince1970)
    return try database.read { database in
      func arm(_ isCandidate: Bool) throws -> ArmMeasures {
        let row = try Row.fetchOne(
          database,
          sql: """
            SELECT ifnull(sum(requests), 0), ifnull(sum(errors), 0), ifnull(sum(unknown), 0), ifnull(sum(human), 0), max(p95)
            FROM arm WHERE manifest = ? AND candidate = ? AND hour > ?
            """, arguments: [manifest.bytes, isCandidate, first - 3600])
        return try row.map {
          ArmMeasures(
            requests: try $0.value(0), errors: try $0.value(1), unknown: try $0.value(2), human: try $0.value(3),
            p95Milliseconds: try $0.optional(4))
        } ?? ArmMeasures()
      }
      return (try arm(true), try arm(false))
    }
  }
}
