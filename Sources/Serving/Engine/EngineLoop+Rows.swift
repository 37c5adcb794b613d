import Decoder
import Files
import Generation
import Learning
import Streams
import TaskModels
import Torch

extension EngineLoop {
  /// Takes rows in, which are computed step by step; those that need no pass through the base are answered at once.
  ///
  /// - Returns: Whether it was answered, in a pass of its own: one such in a turn, so that those who are written wait no longer.
  func startRows(_ work: EngineWork, at now: ContinuousClock.Instant) -> Bool {
    do {
      switch work.kind {
      case .text: break
      case .answers(let asked, let version, let done):
        switch experts.find(version, at: now) {
        case .loading: throw EngineFailure.expertFailed(version: version, reason: "it is not loaded")
        case .failed(let reason): throw EngineFailure.expertFailed(version: version, reason: reason)
        case .ready(let resident):
          let task = resident.loaded.task
          // Whoever asked has cut them into tokens, unless the version's form could not be read then.
          let examples = try asked.encoded ?? task.rowEncoder.encoded(asked.rows)
          guard base.model.hasBatchInvariantPass, task.runner.model.form.kind != .answer,
            let question = task.runner.question, !examples.isEmpty
          else {
            answerWhole(examples, work, resident, done)
            return true
          }
          experts.retain(resident)
          add(RowJob(work, .answers(task.runner, examples, question, done), resident: resident))
        }
      case .routes(let texts, let router, let done):
        add(RowJob(work, .routes(router, texts, done)))
      case .logprobs(let ids, let version, let top, let done):
        done(Result { try logprobs(of: ids, under: version, top: top, at: now) })
        statistics.promptTokens += ids.count
        queue.count(read: ids.count, written: 0, of: work.line)
        return true
      }
    } catch {
      work.fail(error)
    }
    return false
  }

  /// How probable the tokens of a text were: a pass of its own, as all its logits are large.
  private func logprobs(
    of ids: [Int], under version: Digest?, top: Int, at now: ContinuousClock.Instant
  ) throws -> [TokenLogprobs] {
    let resident = try version.map { try writer($0, at: now) }
    if let resident { experts.retain(resident) }
    defer { if let resident { experts.release(resident) } }
    return try base.model.logprobs(of: ids, expert: resident?.loaded.expert, top: top)
  }

  /// Answers rows that are written, that a closed-form head answers alone, or that an accelerator computes.
  private func answerWhole(
    _ examples: [EncodedExample], _ work: EngineWork, _ resident: ExpertTable.Resident,
    _ done: RowJob.Done<[TaskAnswer]>
  ) {
    experts.retain(resident)
    defer { experts.release(resident) }
    let result = Result {
      try resident.loaded.task.runner.answers(examples) { _ in
        // Many rows take long: the engine lives meanwhile, and who waits no longer is left.
        shared.beat()
        if let deadline = work.deadline, deadline <= .now { throw EngineFailure.deadlineExceeded }
      }
    }
    let tokens = (try? result.get())?.reduce(0) { $0 + $1.promptTokens } ?? work.tokens
    statistics.promptTokens += tokens
    queue.count(read: tokens, written: 0, of: work.line)
    done(result)
  }

  /// One pass for the rows whose turn it is, of all requests together.
  func advanceRows() {
    guard let pass = nextPass() else { return }
    let rows = chosenRows(pass)
    lastPass = pass
    do {
      try compute(rows, pass)
    } catch {
      // Nothing says through whom: each by itself.
      for own in rows {
        do {
          if rows.count == 1 { throw error }
          try compute([own], pass)
        } catch {
          end(own.job)
          own.job.work.fail(Self.failure(of: own.job, error))
        }
      }
    }
    for own in rows where own.job.next == own.job.count {
      end(own.job)
      own.job.finish()
    }
  }

  /// What the request is told: scores that are no numbers are the version's fault, not that of whoever asks.
  private static func failure(of job: RowJob, _ error: any Error) -> any Error {
    guard let version = job.work.version, case LearningError.scoresNotFinite = error else { return error }
    return EngineFailure.expertFailed(
      version: version, reason: "its scores are no numbers: its files, or the base's, are damaged")
  }

  /// Rows of one request that are computed in this step.
  private typealias Chosen = (job: RowJob, rows: Range<Int>)

  /// Label scores and routers' features take turns.
  private func nextPass() -> RowJob.Pass? {
    (rowJobs.first { $0.pass != lastPass } ?? rowJobs.first)?.pass
  }

  /// Row by row, as long as a step has room: each time from whoever was served least, and there from the request of which least is done, so
  /// that one with many rows delays none with one.
  private func chosenRows(_ pass: RowJob.Pass) -> [Chosen] {
    let jobs = rowJobs.filter { $0.pass == pass }
    var counts = [Int](repeating: 0, count: jobs.count)
    func done(_ number: Int) -> Int { jobs[number].next + counts[number] }
    // Those who are written wait for the pass: it is short then. Where there are none, fewer and longer passes are faster.
    var left = running.isEmpty ? 2 * options.stepTokens : options.stepTokens / 2
    var isFirst = true
    while true {
      let open = jobs.indices.filter { done($0) < jobs[$0].count }
      guard
        let next = open.min(by: {
          let (mine, others) = (rowService.served(jobs[$0].work.asker), rowService.served(jobs[$1].work.asker))
          return mine == others ? (done($0), $0) < (done($1), $1) : mine < others
        })
      else { break }
      let tokens = jobs[next].tokens(of: done(next))
      // A row that is longer than a step has one to itself; nobody passes it.
      guard isFirst || tokens <= left else { break }
      counts[next] += 1
      rowService.count(tokens, for: jobs[next].work.asker)
      (left, isFirst) = (left - tokens, false)
    }
    return zip(jobs, counts).filter { $0.1 > 0 }.map { ($0, $0.next..<$0.next + $1) }
  }

  private func compute(_ rows: [Chosen], _ pass: RowJob.Pass) throws {
    let made = try pass.isScores ? scores(of: rows) : nil
    let seen = try made == nil ? features(of: rows) : nil
    let starts = rows.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.rows.count) }
    if let made {
      // Before anything is kept: what fails is done again.
      for (start, own) in zip(starts, rows) {
        for (number, row) in own.rows.enumerated() { try RowScorer.check(made[start + number], of: row) }
      }
      for (start, own) in zip(starts, rows) { own.job.scores += made[start..<start + own.rows.count] }
    }
    if let seen {
      let parts = try zip(starts, rows).map { try seen.narrowed(0, from: $0, count: $1.rows.count) }
      for (part, own) in zip(parts, rows) { own.job.features.append(part) }
    }
    for (job, range) in rows {
      job.next = range.upperBound
      let tokens = range.reduce(0) { $0 + job.tokens(of: $1) }
      statistics.promptTokens += tokens
      queue.count(read: tokens, written: 0, of: job.line)
    }
    statistics.steps += 1
    let tokens = rows.reduce(0) { sum, own in sum + own.rows.reduce(0) { $0 + own.job.tokens(of: $1) } }
    shared.note(.step(tokens: tokens, experts: Set(rows.compactMap { $0.job.work.version }).count))
  }

  /// [rows][label]
  private func scores(of rows: [Chosen]) throws -> [[Double]] {
    guard case .answers(let runner, _, _, _)? = rows.first?.job.kind else { return [] }
    return try runner.rowScorer.scores(
      rows.flatMap { job, range -> [RowScorer.Row] in
        guard case .answers(_, let examples, let question, _) = job.kind else { return [] }
        return range.map { job.scored(examples[$0], question) }
      })
  }

  /// [rows, width]
  private func features(of rows: [Chosen]) throws -> Tensor? {
    guard case .routes(let router, _, _)? = rows.first?.job.kind else { return nil }
    return try RequestFeatures(base.model, view: router.router.record.view).features(
      rows.flatMap { job, range -> [[Int]] in
        guard case .routes(_, let texts, _) = job.kind else { return [] }
        return range.map { texts[$0].ids }
      })
  }

  private func add(_ job: RowJob) {
    rowService.begin(job.work.asker)
    rowJobs.append(job)
  }

  /// Lets go of what a request holds.
  func end(_ job: RowJob) {
    rowJobs.removeAll { $0 === job }
    rowService.keep(Set(rowJobs.map(\.work.asker)))
    if let resident = job.resident { experts.release(resident) }
  }
}

extension RowJob.Pass {
  fileprivate var isScores: Bool { if case .scores = self { true } else { false } }
}
