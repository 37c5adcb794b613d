import Decoder
import Files
import Foundation
import Generation
import ModelConfiguration
import Registry
import Torch

/// The engine's thread: takes requests in, gives them places, and makes step after step.
///
/// A step: what was told since the last one; who has left or is too late; who gets a place; one pass through the base for all sequences; what
/// it made of each.
final class EngineLoop {
  /// What waits for a place.
  enum Waiting {
    case work(EngineWork)
    /// A continuation that lost its place and goes on where it was.
    case resumed(TextJob.Choice)
  }

  let base: Base
  let options: EngineOptions
  let pool: KeyValueBlocks
  private(set) var session: DecodingSession
  let experts: ExpertTable
  let inbox: EngineInbox
  let shared: EngineShared
  /// What decides the bits of keys and values besides the tokens.
  let arithmetic: String
  var cache = PrefixCache()
  var queue = FairQueue<Waiting>()
  /// Requests that have a place, by their numbers.
  var jobs: [Int: TextJob] = [:]
  /// Requests whose rows are computed, the oldest first.
  var rowJobs: [RowJob] = []
  /// How much of their rows was computed for whom.
  var rowService = RowService()
  /// What the last pass for rows computed.
  var lastPass: RowJob.Pass?
  /// Continuations by their sequences in the session.
  var running: [Int: TextJob.Choice] = [:]
  var statistics = EngineStatistics()
  private var rate = TokenRate()
  private var isStopping = false
  /// What ended the engine for good; `nil`: nothing.
  private var failure: EngineFailure?
  /// When the blocks of the prefix cache were counted last.
  private var counted: ContinuousClock.Instant?

  init(
    _ base: Base, _ options: EngineOptions, _ memory: KeyValueMemory, inbox: EngineInbox, shared: EngineShared,
    load: @escaping (Digest) -> Void
  ) {
    self.base = base
    self.options = options
    self.inbox = inbox
    self.shared = shared
    pool = KeyValueBlocks(limit: memory.blocks)
    session = DecodingSession(base.model, stepTokens: options.stepTokens, blocks: pool)
    experts = ExpertTable(most: options.expertBytes, load: load) { shared.note(.loaded(after: $0)) }
    arithmetic = Numerics.id(threads: options.threads) + "/\(base.model.compute.rawValue)"
    statistics.blocks = memory.blocks
  }

  /// Works until it is told to stop.
  func run() {
    // OpenMP counts threads for each thread that asks.
    do { try TorchRuntime.setThreads(options.threads) } catch { failure = .failed("\(error)") }
    while !isDone {
      if isIdle || !canMove { inbox.wait(seconds: 0.5) }
      turn()
    }
    end()
  }

  /// Whether it was told to stop, and nothing is left.
  var isDone: Bool { isStopping && isIdle && jobs.isEmpty }
  private var isIdle: Bool { running.isEmpty && queue.isEmpty && rowJobs.isEmpty }
  /// Whether there is something to do before the next message.
  private var canMove: Bool { !running.isEmpty || !rowJobs.isEmpty || hasAdmitted }
  /// Whether anything got a place, or was answered, in the last turn.
  private var hasAdmitted = false

  /// Reads what was sent, and makes one step.
  func turn() {
    for message in inbox.taken() { take(message) }
    leaveBehind(at: .now)
    if !isIdle { rate.begin(statistics.promptTokens + statistics.generatedTokens, at: .now) }
    if let failure { giveUpAll(failure) } else { advance() }
    publish()
  }

  /// Tells all who still wait for something that nothing comes.
  func end() {
    experts.end(.draining)
    inbox.end()
    shared.end()
  }

  private func advance() {
    hasAdmitted = admit(at: .now)
    advanceRows()
    makeRoom()
    guard !session.isEmpty else { return }
    do {
      let events = try session.step(isolating: true)
      statistics.steps += 1
      shared.note(.step(tokens: session.lastStep.tokens, experts: session.lastStep.experts))
      for event in events {
        guard let choice = running[event.sequence] else { continue }
        attempt(choice.job) { try deliver(event, of: choice) }
      }
      tryNextSuspect()
    } catch {
      redo(after: error)
    }
  }

  /// Does what belongs to one request: what it throws ends that one, and no other.
  func attempt(_ job: TextJob, _ body: () throws -> Void) {
    do { try body() } catch { fail(job, error) }
  }

  /// Ends a request that something is wrong with.
  func fail(_ job: TextJob, _ error: any Error) {
    release(job)
    job.end(.failed(error as? EngineFailure ?? .failed("\(error)")))
  }

  /// A step has failed, and nothing says through whom. A session that threw is not to be used any more, so those who ran begin anew, one
  /// after the other: who fails alone is the one.
  private func redo(after error: any Error) {
    statistics.failedSteps += 1
    let choices = running.sorted { $0.key < $1.key }.map(\.value)
    for choice in choices { choice.sequence = nil }
    running = [:]
    session = DecodingSession(base.model, stepTokens: options.stepTokens, blocks: pool)
    if choices.count == 1 { return fail(choices[0].job, error) }
    for choice in choices {
      choice.isSuspect = true
      queue.putBack(.resumed(choice), to: choice.job.line, at: .now)
    }
  }

  /// Those who have made a step alone make place for the next one that has to.
  private func tryNextSuspect() {
    guard statistics.failedSteps > 0,
      queue.entries.contains(where: { if case .resumed(let choice) = $0 { choice.isSuspect } else { false } })
    else { return }
    for choice in running.values where !choice.isSuspect { preempt(choice) }
  }

  private func take(_ message: EngineInbox.Message) {
    switch message {
    case .work(let work):
      queue.add(
        .work(work), to: work.line, at: .now,
        isBackground: work.isBackground)
    case .cancel(let number): cancel(number, .cancelled)
    case .loaded(let version, let result): experts.take(version, result.flatMap(probed), at: .now)
    case .want(let version, let done): experts.want(version, at: .now, done)
    case .unload(let version, let force, let done):
      if force {
        let failure = EngineFailure.unloaded(version: version)
        for job in jobs.values where job.request.expert == version { cancel(job.work.number, failure) }
        for job in rowJobs where job.work.version == version { cancel(job.work.number, failure) }
        // Those who wait would only have it loaded again.
        for case .work(let work) in queue.entries where work.version == version { cancel(work.number, failure) }
      }
      experts.unload(version)
      // Whoever is told that it went sees that it went.
      publish()
      done(nil)
    case .pin(let version, let isPinned): experts.pin(version, isPinned)
    case .stop(let cancelling):
      isStopping = true
      if cancelling { giveUpAll(.draining) }
    }
  }

  /// Gives a request up, wherever it is.
  func cancel(_ number: Int, _ failure: EngineFailure) {
    if let job = jobs[number] {
      release(job)
      job.end(.failed(failure))
      return
    }
    if let job = rowJobs.first(where: { $0.work.number == number }) {
      end(job)
      job.work.fail(failure)
      return
    }
    for case .work(let work) in queue.remove(where: {
      if case .work(let work) = $0 { work.number == number } else { false }
    }) {
      inbox.left(tokens: work.tokens)
      work.fail(failure)
    }
  }

  /// Gives those up whose time is over.
  private func leaveBehind(at now: ContinuousClock.Instant) {
    for job in jobs.values where job.work.deadline.map({ $0 <= now }) ?? false {
      cancel(job.work.number, .deadlineExceeded)
    }
    for job in rowJobs where job.work.deadline.map({ $0 <= now }) ?? false {
      cancel(job.work.number, .deadlineExceeded)
    }
    for case .work(let work) in queue.entries where work.deadline.map({ $0 <= now }) ?? false {
      cancel(work.number, .deadlineExceeded)
    }
  }

  private func giveUpAll(_ failure: EngineFailure) {
    for number in jobs.keys { cancel(number, failure) }
    for job in rowJobs { cancel(job.work.number, failure) }
    for case .work(let work) in queue.entries { cancel(work.number, failure) }
  }

  /// Takes a request's sequences out, and lets go of what it holds.
  func release(_ job: TextJob) {
    for choice in job.choices {
      if let sequence = choice.sequence {
        session.remove(sequence)
        running.removeValue(forKey: sequence)
        choice.sequence = nil
      }
      choice.isOver = true
    }
    _ = queue.remove { if case .resumed(let choice) = $0 { choice.job === job } else { false } }
    if let resident = job.resident { experts.release(resident) }
    job.resident = nil
    jobs.removeValue(forKey: job.work.number)
  }

  private func publish() {
    let now = ContinuousClock.now
    statistics.running = running.count + rowJobs.count
    statistics.freeBlocks = pool.available ?? 0
    // Counting looks at each block: not with every step.
    if isIdle || counted.map({ now - $0 > .milliseconds(100) }) ?? true {
      statistics.cachedBlocks = cache.evictable
      counted = now
    }
    statistics.experts = experts.statistics
    (statistics.evictions, statistics.loads) = (experts.evictions, experts.loads)
    statistics.failedLoads = experts.failedLoads
    // An engine that answers nothing any more does not say that it lives.
    if failure == nil { statistics.heartbeat = now }
    // Whoever waits for an expert that is loaded makes no tokens: that is not how fast the engine is.
    rate.note(
      statistics.promptTokens + statistics.generatedTokens, at: now, goesOn: !running.isEmpty || !rowJobs.isEmpty)
    statistics.tokensPerSecond = rate.perSecond
    // Choices that begin when their prompt is read have their places already.
    inbox.hold(statistics.running + jobs.values.reduce(0) { $0 + ($1.hasSpread ? 0 : $1.choices.count - 1) })
    shared.statistics = statistics
  }
}
