import AuditedDatabase
import Files
import Foundation
import GRDB

extension LoopStore {
  /// Takes a job for a runner; `nil`: another has it.
  ///
  /// A runner that has it shows so that it lives, in the second half of its time only: most passes write nothing.
  ///
  /// - Parameter task: The task.
  /// - Parameter owner: The runner.
  /// - Parameter at: When.
  /// - Parameter seconds: For how long without a sign of life.
  func take(_ task: String, for owner: String, at: Date, seconds: Int) throws -> LoopJob? {
    let known = try job(of: task)
    if let lease = known.lease {
      guard !lease.keepsOut(owner, at: at) else { return nil }
      if lease.owner == owner, lease.until > at.addingTimeInterval(Double(seconds) / 2) { return known }
    }
    return try write(owner, at: at) { ledger in
      let job = try Self.job(of: task, ledger.database)
      guard job.lease.map({ !$0.keepsOut(owner, at: at) }) ?? true else { return nil }
      try ledger.database.execute(
        sql:
          "INSERT INTO lease(task, owner, until) VALUES(?, ?, ?) ON CONFLICT(task) DO UPDATE SET owner = excluded.owner, until = excluded.until",
        arguments: [task, owner, ledger.at + seconds])
      return try Self.job(of: task, ledger.database)
    }
  }

  /// Moves a job.
  ///
  /// - Parameter job: The job as it was seen.
  /// - Parameter move: Where it goes.
  /// - Parameter owner: The runner that has it.
  /// - Parameter at: When.
  /// - Parameter committing: Called last in the transaction.
  /// - Throws: ``LoopError/stopped(by:since:)``, ``LoopError/lost(task:to:)``, ``LoopError/promoting(task:other:)``.
  func move(
    _ job: LoopJob, _ move: LoopMove, by owner: String, at: Date, committing: () throws -> Void = {}
  ) throws -> LoopJob {
    try write(owner, at: at) { ledger in
      try Self.requireRunning(ledger.database)
      try Self.requireUnmoved(job, of: owner, ledger.database)
      let next = try Self.moved(job, move, in: &ledger)
      try committing()
      return next
    }
  }

  /// Keeps what a job found, without a transition.
  ///
  /// - Parameter job: The job as it was seen.
  /// - Parameter findings: What it found.
  /// - Parameter owner: The runner that has it.
  /// - Parameter at: When.
  func record(_ job: LoopJob, _ findings: LoopFindings, by owner: String, at: Date) throws {
    try write(owner, at: at) { ledger in
      try Self.requireRunning(ledger.database)
      try Self.requireUnmoved(job, of: owner, ledger.database)
      try ledger.update(LoopTable.job, ["findings": LoopJobRow.text(findings)], where: ["task": job.task])
      try ledger.record("found", job.task, ["state": .text(Array(job.state.rawValue.utf8))])
    }
  }

  /// Writes down beside which release, and for the how-manieth time, the rows of a task's gate are looked at.
  ///
  /// The same candidate beside the same release is the same look, whoever asks how often.
  ///
  /// - Parameter job: The job as it was seen.
  /// - Parameter release: The release that is served.
  /// - Parameter owner: The runner that has it.
  /// - Parameter at: When.
  func look(_ job: LoopJob, beside release: Int?, by owner: String, at: Date) throws -> LoopJob {
    guard let candidate = job.inputs.candidate else {
      throw LoopError.missing(task: job.task, state: job.state, what: "a candidate")
    }
    return try write(owner, at: at) { ledger in
      try Self.requireRunning(ledger.database)
      try Self.requireUnmoved(job, of: owner, ledger.database)
      let known = try Int.fetchOne(
        ledger.database, sql: "SELECT number FROM look WHERE task = ? AND candidate = ? AND release = ?",
        arguments: [job.task, candidate.bytes, release ?? 0])
      let last = try Int.fetchOne(
        ledger.database, sql: "SELECT count(*) FROM look WHERE task = ?", arguments: [job.task])
      let number = known ?? (last ?? 0) + 1
      if known == nil {
        try ledger.insert(
          LoopTable.look,
          ["task": job.task, "number": number, "candidate": candidate.bytes, "release": release ?? 0])
      }
      var inputs = job.inputs
      (inputs.look, inputs.release) = (number, release)
      try ledger.update(LoopTable.job, ["inputs": LoopJobRow.text(inputs)], where: ["task": job.task])
      try ledger.record("look", job.task, ["number": .integer(number)])
      return try Self.job(of: job.task, ledger.database)
    }
  }

  /// Publishes a release and moves the job, as one: who stops the loop stands before or behind it in the queue of writers.
  ///
  /// - Parameter job: The job as it was seen.
  /// - Parameter owner: The runner that has it.
  /// - Parameter at: When.
  /// - Parameter publish: Publishes the release, or finds that it was; gives its revision.
  func promote(_ job: LoopJob, by owner: String, at: Date, publish: () throws -> Int) throws -> LoopJob {
    try write(owner, at: at) { ledger in
      try Self.requireRunning(ledger.database)
      try Self.requireUnmoved(job, of: owner, ledger.database)
      var inputs = job.inputs
      inputs.promoted = try publish()
      return try Self.moved(
        job, LoopMove(state: .watch, inputs: inputs, findings: job.findings), in: &ledger)
    }
  }

  /// Writes a transition.
  static func moved(_ job: LoopJob, _ move: LoopMove, in ledger: inout Ledger) throws -> LoopJob {
    let repeats = move.state == job.state
    guard repeats || job.state.next.contains(move.state) else {
      throw LoopError.state(
        task: job.task, state: job.state, what: "it cannot go to \(move.state.title)",
        fix: "See `accrete loop status`.")
    }
    if move.state == .promote {
      let other = try String.fetchOne(
        ledger.database, sql: "SELECT task FROM job WHERE state = 'promote' AND task <> ?", arguments: [job.task])
      if let other { throw LoopError.promoting(task: job.task, other: other) }
    }
    let (attempt, overflow) = job.attempt.addingReportingOverflow(1)
    var values = try LoopJobRow.values(
      move, attempt: repeats && !overflow ? attempt : 1, since: ledger.at)
    let (end, isTooLate) = ledger.at.addingReportingOverflow(move.coolDown ?? job.coolDown)
    values.updateValue(move.rests ? (isTooLate ? .max : end) : nil, forKey: "until")
    // What somebody asked for has begun.
    if move.state == .collect { values.updateValue(nil, forKey: "requested") }
    try ledger.update(LoopTable.job, values, where: ["task": job.task])
    try ledger.record(
      "move", job.task,
      [
        "from": .text(Array(job.state.rawValue.utf8)), "to": .text(Array(move.state.rawValue.utf8)),
        "reason": move.findings.reason.map { .text(Array($0.rawValue.utf8)) } ?? .null,
      ])
    return try Self.job(of: job.task, ledger.database)
  }

  /// - Throws: ``LoopError/stopped(by:since:)``.
  static func requireRunning(_ database: Database) throws {
    let state = try switchState(database)
    guard !state.isStopped else {
      throw LoopError.stopped(by: state.by ?? "somebody", since: state.at?.formatted(.iso8601) ?? "some time")
    }
  }

  /// Requires that a job is as the runner saw it, and still the runner's.
  private static func requireUnmoved(_ seen: LoopJob, of owner: String, _ database: Database) throws {
    let job = try job(of: seen.task, database)
    guard job.lease?.owner == owner else {
      throw LoopError.lost(task: seen.task, to: job.lease?.owner ?? "a person")
    }
    guard job.state == seen.state, job.attempt == seen.attempt, job.since == seen.since, job.inputs == seen.inputs
    else {
      throw LoopError.lost(task: seen.task, to: "a person")
    }
  }
}
