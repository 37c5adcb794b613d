import AuditedDatabase
import Files
import Foundation
import GRDB

extension ReviewDesk {
  /// What was saved, and at which precision, by task, side and week.
  ///
  /// - Parameters:
  ///   - task: The task; `nil`: all that have a policy.
  ///   - weeks: How many weeks, the running one among them; at most ``mostWeeks``.
  /// - Throws: ``ReviewError``, an error of the database.
  public func report(of task: String? = nil, weeks: Int = 4) throws -> StrippingReport {
    guard (1...Self.mostWeeks).contains(weeks) else {
      throw ReviewError.invalid(what: "weeks", got: "\(weeks)", expected: "1 to \(Self.mostWeeks)")
    }
    let now = clock()
    return try database.read { database in
      let store = ReportStore(database: database)
      return StrippingReport(
        try Self.policies(task, database).flatMap { try store.rows($0.policy, weeks: weeks, now: now) })
    }
  }

  /// The most weeks of a report.
  public static let mostWeeks = 520
}
