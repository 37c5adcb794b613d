import Assurance
import Files
import Foundation

extension LoopRunner {
  /// Does what a job's state asks for.
  ///
  /// - Returns: The job after its transition; `nil`: it stays where it is for now.
  func step(_ job: LoopJob) throws -> LoopJob? {
    switch job.state {
    case .idle: try begin(job)
    case .collect: try collect(job)
    case .clean: try clean(job)
    case .train: try train(job)
    case .gate: try gate(job)
    case .certify: try certify(job)
    case .shadow: try shadow(job)
    case .canary: try canary(job)
    case .promote: try promote(job)
    case .watch: try watch(job)
    case .rollback: try rollback(job)
    case .rejected: try forgive(job)
    case .held: nil
    }
  }

  /// Whether a job still rests. Nobody but a person shortens that.
  private func rests(_ job: LoopJob) -> Bool {
    job.requestedBy == nil && (job.until.map { $0 > clock() } ?? false)
  }

  /// IDLE: looks for a trigger.
  private func begin(_ job: LoopJob) throws -> LoopJob? {
    guard !rests(job) else { return nil }
    let isDue = policy.schedule.map { job.since.addingTimeInterval(Double($0)) <= clock() } ?? false
    let found = try acted(job) { try actions.facts(of: job.task, after: job.inputs.after) }
    switch found {
    case .failure(let failure): return try held(job, nil, failure.text)
    case .success(let facts):
      guard let trigger = facts.trigger(policy, isScheduled: isDue || job.requestedBy != nil) else { return nil }
      let now = clock()
      return try move(job, to: .collect) {
        ($0.trigger, $0.triggered, $0.sequence) = (trigger, now, max(facts.sequence, $0.after))
      }
    }
  }

  /// REJECTED: rests, and is idle again.
  private func forgive(_ job: LoopJob) throws -> LoopJob? {
    guard !rests(job) else { return nil }
    return try move(job, to: .idle, LoopFindings(reason: job.findings.reason, note: job.findings.note)) {
      $0 = $0.ended()
    }
  }

  private func collect(_ job: LoopJob) throws -> LoopJob {
    switch try acted(job, { try actions.collect(job) }) {
    case .failure(let failure): return try held(job, nil, failure.text)
    case .success(let found):
      guard found.count >= policy.leastRows else { return try tooFew(job, found.count) }
      return try move(job, to: .clean) { $0.rows = found.rows }
    }
  }

  /// Too few rows: what is new counts on from where it did, so that the next labels are a trigger all the sooner.
  private func tooFew(_ job: LoopJob, _ count: Int) throws -> LoopJob {
    let note = "\(count) rows may teach, and it takes \(policy.leastRows)"
    return try move(job, to: .idle, LoopFindings(reason: .tooFew, note: note), coolDown: policy.coolDown, rests: true) {
      $0 = LoopInputs(after: $0.after)
    }
  }

  private func clean(_ job: LoopJob) throws -> LoopJob {
    switch try acted(job, { try actions.clean(job) }) {
    case .failure(let failure): return try held(job, .cleaning, failure.text)
    case .success(let found):
      if let suspicion = found.suspicion {
        return try move(job, to: .held, LoopFindings(reason: .poison, note: suspicion)) {
          ($0.set, $0.cleaning) = (found.set, found.report)
        }
      }
      guard found.count >= policy.leastRows else {
        return try held(job, .tooFew, "\(found.count) rows are left after cleaning, and it takes \(policy.leastRows)")
      }
      return try move(job, to: .train) { ($0.set, $0.cleaning) = (found.set, found.report) }
    }
  }

  private func train(_ job: LoopJob) throws -> LoopJob? {
    let status: TrainingStatus
    switch try acted(job, { try actions.train(job) }) {
    case .failure(let failure): status = .failed(failure.text)
    case .success(let found): status = found
    }
    switch status {
    case .running: return nil
    case .trained(let candidate): return try move(job, to: .gate) { $0.candidate = candidate }
    case .failed(let reason):
      guard job.attempt > policy.resumes else {
        return try move(job, to: .train, LoopFindings(reason: .training, note: reason))
      }
      return try held(job, .training, reason)
    }
  }

  /// GATE: first it is written down beside which release and for the how-manieth time rows are looked at, then they are.
  private func gate(_ job: LoopJob) throws -> LoopJob {
    guard job.inputs.look != nil else {
      switch try acted(job, { try actions.servedRelease() }) {
      case .failure(let failure): return try held(job, .gate, failure.text)
      case .success(let release): return try store.look(job, beside: release, by: owner, at: clock())
      }
    }
    switch try acted(job, { try actions.gate(job) }) {
    case .failure(let failure): return try rejected(job, .gate, failure.text)
    case .success(let found):
      guard let (reason, note) = found.refusal else {
        return try move(job, to: .certify) { ($0.report, $0.discordant) = (found.report, found.discordant) }
      }
      return try rejected(job, reason, note) { ($0.report, $0.discordant) = (found.report, found.discordant) }
    }
  }

  private func certify(_ job: LoopJob) throws -> LoopJob {
    switch try acted(job, { try actions.certify(job) }) {
    case .failure(let failure): return try held(job, .certificates, failure.text)
    case .success(let found):
      guard found.gate.verdict.isPass else {
        return try held(job, .certificates, "\(found.gate.id): \(found.gate.finding)")
      }
      var findings = LoopFindings(reason: job.findings.reason == .override ? .override : nil, note: found.gate.finding)
      findings.shadow = try ShadowEvidence(
        after: job.inputs.sequence ?? job.inputs.after, margin: policy.margin, discordant: job.inputs.discordant ?? 1)
      return try move(job, to: .shadow, findings) {
        ($0.certificates, $0.manifest) = (found.certificates, found.manifest)
      }
    }
  }

  /// Refuses a candidate; each refusal doubles the rest.
  func rejected(
    _ job: LoopJob, _ reason: LoopReason, _ note: String, _ change: (inout LoopInputs) -> Void = { _ in }
  ) throws -> LoopJob {
    try move(
      job, to: .rejected, job.findings.with(reason, note), coolDown: policy.doubled(job.coolDown), rests: true, change)
  }

  /// Lets a job wait for a person.
  func held(_ job: LoopJob, _ reason: LoopReason?, _ note: String) throws -> LoopJob {
    try move(job, to: .held, job.findings.with(reason, note))
  }
}
