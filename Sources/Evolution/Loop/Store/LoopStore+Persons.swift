import AuditedDatabase
import Files
public import Foundation
import GRDB

extension LoopStore {
  /// Lets a job wait for a person.
  ///
  /// Its runner finds out with its next write, and lets it go. A canary ends with it.
  ///
  /// - Parameter task: The task.
  /// - Parameter person: Who does it.
  /// - Parameter reason: Why.
  /// - Parameter at: When.
  /// - Throws: ``LoopError/state(task:state:what:fix:)`` where the release is replaced, watched or taken back, other ``LoopError``s, an
  ///   error of the database.
  @discardableResult
  public func hold(_ task: String, by person: String, reason: String?, at: Date) throws -> LoopJob {
    try write(person, at: at) { ledger in
      let job = try Self.job(of: task, ledger.database)
      guard job.state != .held else { return job }
      guard job.state.canBeHeld else {
        throw LoopError.state(
          task: task, state: job.state, what: "nobody can hold it, as the way back would be disarmed",
          fix: "Stop the whole loop with `accrete loop stop`, or go back with `accrete rollback`.")
      }
      let findings = job.findings.with(.person, reason.map { "\(person): \($0)" } ?? person)
      return try Self.moved(job, LoopMove(state: .held, inputs: job.inputs, findings: findings), in: &ledger)
    }
  }

  /// Lets a held job go.
  ///
  /// - Parameter task: The task.
  /// - Parameter isAgain: Whether it begins again at once, with the rows that are there now; otherwise it waits for a trigger.
  /// - Parameter person: Who does it.
  /// - Parameter at: When.
  /// - Throws: ``LoopError/state(task:state:what:fix:)`` where it is not held, other ``LoopError``s, an error of the database.
  @discardableResult
  public func release(_ task: String, again isAgain: Bool, by person: String, at: Date) throws -> LoopJob {
    try write(person, at: at) { ledger in
      let job = try Self.job(of: task, ledger.database)
      guard job.state == .held else {
        throw LoopError.state(
          task: task, state: job.state, what: "nothing holds it",
          fix: "`accrete loop hold` would; see `accrete loop status`.")
      }
      // A release that was taken back has used its rows; what was stopped on the way has not.
      let after = job.findings.reason == .rolledBack ? job.inputs.ended().after : job.inputs.after
      let idle = try Self.moved(
        job,
        LoopMove(state: .idle, inputs: LoopInputs(after: after), findings: LoopFindings(reason: .person, note: person)),
        in: &ledger)
      guard isAgain else { return idle }
      try ledger.update(LoopTable.job, ["requested": person], where: ["task": task])
      try ledger.record("request", task)
      return try Self.job(of: task, ledger.database)
    }
  }

  /// Asks for a job by hand: it begins with the next pass, whether it rests or not.
  ///
  /// - Parameter task: The task.
  /// - Parameter person: Who asks.
  /// - Parameter at: When.
  /// - Throws: ``LoopError/state(task:state:what:fix:)`` where it is held, other ``LoopError``s, an error of the database.
  @discardableResult
  public func request(_ task: String, by person: String, at: Date) throws -> LoopJob {
    try write(person, at: at) { ledger in
      let job = try Self.job(of: task, ledger.database)
      guard job.state != .held else {
        throw LoopError.state(
          task: task, state: job.state, what: "it waits for a person",
          fix: "Let it go with `accrete loop release \(task) --again`.")
      }
      try ledger.update(LoopTable.job, ["requested": person], where: ["task": task])
      try ledger.record("request", task)
      return try Self.job(of: task, ledger.database)
    }
  }

  /// Lets a refused candidate pass in spite of its gates. Two persons ask for it, one who runs the loop and a lead of the reviewers; it is
  /// shown for ever.
  ///
  /// - Parameter task: The task.
  /// - Parameter person: Who asks.
  /// - Parameter reason: Why.
  /// - Parameter at: When.
  /// - Returns: The job where this was the second person; `nil`: it waits for another.
  /// - Throws: ``LoopError/samePerson(person:what:)``, ``LoopError/state(task:state:what:fix:)`` where no gate has refused a candidate,
  ///   other ``LoopError``s, an error of the database.
  @discardableResult
  public func override(_ task: String, by person: String, reason: String, at: Date) throws -> LoopJob? {
    try write(person, at: at) { ledger in
      try Self.requireRunning(ledger.database)
      let job = try Self.job(of: task, ledger.database)
      let isOfGates = job.findings.reason == .gate || job.findings.reason == .underpowered
      guard job.state == .rejected, isOfGates, let report = job.inputs.report, !reason.isEmpty else {
        throw LoopError.state(
          task: task, state: job.state, what: "no gate has refused a candidate that waits, or no reason was given",
          fix: "An override is for a candidate in REJECTED, and says why.")
      }
      let subject = "override \(task) \(report)"
      guard let first = try Self.second(of: subject, person: person, reason: reason, in: &ledger) else { return nil }
      let override = LoopOverride(
        task: task, report: "\(report)", operatedBy: first.person, leadBy: person, reason: "\(first.reason); \(reason)",
        at: Date(timeIntervalSince1970: Double(ledger.at)))
      try ledger.insert(
        LoopTable.override,
        [
          "id": try (Int.fetchOne(ledger.database, sql: "SELECT count(*) FROM override") ?? 0) + 1, "task": task,
          "report": override.report, "operator": override.operatedBy, "lead": override.leadBy,
          "reason": override.reason, "at": ledger.at,
        ])
      try ledger.record("override", task, ["report": .text(Array(override.report.utf8))])
      var inputs = job.inputs
      inputs.override = override
      let findings = LoopFindings(reason: .override, note: "\(first.person) and \(person): \(reason)")
      return try Self.moved(job, LoopMove(state: .certify, inputs: inputs, findings: findings), in: &ledger)
    }
  }

  /// Every override that ever was, the first one first.
  ///
  /// - Parameter task: Of this task; `nil`: of all.
  /// - Throws: An error of the database.
  public func overrides(of task: String? = nil) throws -> [LoopOverride] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT task, report, operator, lead, reason, at FROM override WHERE ?1 IS NULL OR task = ?1 ORDER BY id",
        arguments: [task]
      ).map {
        LoopOverride(
          task: try $0.value(0), report: try $0.value(1), operatedBy: try $0.value(2), leadBy: try $0.value(3),
          reason: try $0.value(4), at: try $0.date(5))
      }
    }
  }

  /// The person who asked first, where this is another one; the first one's request is kept until then.
  ///
  /// - Throws: ``LoopError/samePerson(person:what:)``.
  static func second(
    of subject: String, person: String, reason: String, in ledger: inout Ledger
  ) throws -> (person: String, reason: String)? {
    let row = try Row.fetchOne(
      ledger.database, sql: "SELECT person, reason FROM asked WHERE subject = ?", arguments: [subject])
    guard let row else {
      try ledger.insert(
        LoopTable.asked, ["subject": subject, "person": person, "reason": reason, "at": ledger.at])
      try ledger.record("ask", subject)
      return nil
    }
    let first: (person: String, reason: String) = (try row.value(0), try row.value(1))
    guard !first.person.hasSameCodePoints(as: person) else {
      throw LoopError.samePerson(person: person, what: subject)
    }
    try ledger.database.execute(sql: "DELETE FROM asked WHERE subject = ?", arguments: [subject])
    return first
  }
}
