import Files
import Foundation

extension LoopRunner {
  /// SHADOW: counts new pairs; the candidate goes on where it is shown to be no worse, and is refused where it is shown to be.
  func shadow(_ job: LoopJob) throws -> LoopJob? {
    var evidence: ShadowEvidence
    switch try counted(job) {
    case .failure(let failure): return try rejected(job, .gate, failure.text)
    case .success(let found): evidence = found
    }
    var findings = job.findings
    findings.shadow = evidence
    if evidence.showsHarm {
      return try rejected(with(job, findings), .harm, evidence.words)
    }
    if evidence.showsNoHarm, evidence.pairs >= policy.leastPairs {
      try evidence.startAgain()
      (findings.shadow, findings.step, findings.stepSince) = (evidence, 0, clock())
      return try move(job, to: .canary, findings)
    }
    guard job.since.addingTimeInterval(Double(policy.longestShadow)) > clock() else {
      return try rejected(
        with(job, findings), .undecided, "\(evidence.words), after \(policy.longestShadow / 86_400) days")
    }
    return try recorded(job, findings)
  }

  /// CANARY: harm or a broken guard ends it; after its time at the last share the release is replaced.
  func canary(_ job: LoopJob) throws -> LoopJob? {
    var findings = job.findings
    switch try counted(job) {
    case .failure(let failure): return try move(job, to: .rollback, job.findings.with(.guardBroken, failure.text))
    case .success(let evidence): findings.shadow = evidence
    }
    if let evidence = findings.shadow, evidence.showsHarm {
      return try move(job, to: .rollback, findings.with(.harm, evidence.words))
    }
    let since = findings.stepSince ?? job.since
    let guarded = try acted(job) {
      let arms = try actions.measures(job, since: since)
      return try policy.guards.breach(candidate: arms.candidate, served: arms.served)
    }
    switch guarded {
    case .failure(let failure): return try move(job, to: .rollback, findings.with(.guardBroken, failure.text))
    case .success(let breach?): return try move(job, to: .rollback, findings.with(.guardBroken, breach))
    case .success(nil): break
    }
    guard since.addingTimeInterval(Double(policy.canaryStep)) <= clock() else { return try recorded(job, findings) }
    let step = findings.step ?? 0
    guard step + 1 < policy.canarySteps.count else {
      try findings.shadow?.startAgain()
      (findings.step, findings.stepSince) = (nil, nil)
      return try move(job, to: .promote, findings)
    }
    (findings.step, findings.stepSince) = (step + 1, clock())
    return try recorded(job, findings)
  }

  /// PROMOTE: in the transaction that moves the job, so that whoever stops the loop is before it or after it.
  func promote(_ job: LoopJob) throws -> LoopJob {
    try passes(job, .begun)
    do {
      let next = try store.promote(job, by: owner, at: clock()) {
        let revision = try actions.promote(job)
        try passes(job, .committing)
        return revision
      }
      try passes(job, .moved)
      return next
    } catch LoopError.moved(let expected, let found) {
      return try gatedAgain(job, "\(LoopError.moved(expected: expected, found: found))")
    } catch let error as any AccreteError where !(error is LoopError) {
      let failure = LoopActionFailure(error)
      guard failure.isLasting else { throw failure }
      return try gatedAgain(job, failure.text)
    }
  }

  private func gatedAgain(_ job: LoopJob, _ note: String) throws -> LoopJob {
    try move(job, to: .gate, LoopFindings(reason: .moved, note: note)) { $0 = $0.gatedAgain() }
  }

  /// WATCH: harm or a stopped side takes the release back; after its time the job is idle.
  func watch(_ job: LoopJob) throws -> LoopJob? {
    var findings = job.findings
    switch try counted(job) {
    case .failure(let failure): return try move(job, to: .rollback, job.findings.with(.harm, failure.text))
    case .success(let evidence): findings.shadow = evidence
    }
    if let evidence = findings.shadow, evidence.showsHarm {
      return try move(job, to: .rollback, findings.with(.harm, evidence.words))
    }
    switch try acted(job, { try actions.stoppedSide(job) }) {
    case .failure(let failure): return try move(job, to: .rollback, findings.with(.side, failure.text))
    case .success(let side?):
      return try move(job, to: .rollback, findings.with(.side, "the alarm stopped the side \(side)"))
    case .success(nil): break
    }
    guard job.since.addingTimeInterval(Double(policy.watch)) <= clock() else { return try recorded(job, findings) }
    return try move(job, to: .idle, LoopFindings(reason: .watched), coolDown: policy.coolDown, rests: true) {
      $0 = $0.ended()
    }
  }

  /// ROLLBACK: tried until it is done; the sides are people's meanwhile.
  func rollback(_ job: LoopJob) throws -> LoopJob {
    switch try acted(job, { try actions.rollback(job) }) {
    case .failure(let failure): throw failure
    case .success:
      let note = job.findings.note.map { "taken back: \($0)" } ?? "taken back"
      return try move(job, to: .held, job.findings.with(.rolledBack, note))
    }
  }

  /// The evidence with the pairs that have come since.
  private func counted(_ job: LoopJob) throws -> Result<ShadowEvidence, LoopActionFailure> {
    try acted(job) {
      guard var evidence = job.findings.shadow else {
        throw LoopError.missing(task: job.task, state: job.state, what: "shadow decisions")
      }
      for pair in try actions.pairs(job, after: evidence.sequence) { evidence.count(pair) }
      return evidence
    }
  }

  /// Keeps what was found without a transition; `nil`, as the job stays where it is.
  private func recorded(_ job: LoopJob, _ findings: LoopFindings) throws -> LoopJob? {
    guard findings != job.findings else { return nil }
    try store.record(job, findings, by: owner, at: clock())
    return nil
  }

  private func with(_ job: LoopJob, _ findings: LoopFindings) -> LoopJob {
    LoopJob(
      task: job.task, state: job.state, attempt: job.attempt, since: job.since, inputs: job.inputs, findings: findings,
      coolDown: job.coolDown, until: job.until, requestedBy: job.requestedBy, lease: job.lease)
  }
}
