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
  let session: DecodingSession
  let experts: ExpertTable
  let inbox: EngineInbox
  private let shared: EngineShared
  /// What decides the bits of keys and values besides the tokens.
  let arithmetic: String
  var cache = PrefixCache()
  var queue = FairQueue<Waiting>()
  /// Requests that have a place, by their numbers.
  var jobs: [Int: TextJob] = [:]
  /// Continuations by their sequences in the session.
  var running: [Int: TextJob.Choice] = [:]
  var statistics = EngineStatistics()
  private var rate = TokenRate()
  private var isStopping = false
  /// Tells those that what they asked for is done, once the statistics say so, too.
  private var afterwards: [() -> Void] = []
  /// What ended the session for good; `nil`: nothing.
  private var failure: EngineFailure?

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
    experts = ExpertTable(most: options.expertBytes, load: load)
    arithmetic = Numerics.id(threads: options.threads) + "/\(base.model.compute.rawValue)"
    statistics.blocks = memory.blocks
  }

  /// Works until it is told to stop.
  func run() {
    // OpenMP counts threads for each thread that asks.
    do { try TorchRuntime.setThreads(options.threads) } catch { failure = .failed("\(error)") }
    while true {
      let isIdle = running.isEmpty && queue.isEmpty
      if isStopping, isIdle, jobs.isEmpty { break }
      if isIdle || !canMove { inbox.wait(seconds: 0.5) }
      for message in inbox.taken() { take(message) }
      leaveBehind(at: .now)
      if let failure { giveUpAll(failure) } else { advance() }
      publish()
    }
    // Whoever waits for a version is told, or would wait for good.
    experts.end()
    inbox.end()
    shared.end()
  }

  /// Whether there is something to do before the next message.
  private var canMove: Bool { !running.isEmpty || hasAdmitted }
  /// Whether anything got a place, or was answered, in the last turn.
  private var hasAdmitted = false

  private func advance() {
    do {
      hasAdmitted = try admit(at: .now)
      guard !running.isEmpty else { return }
      try makeRoom()
      guard !session.isEmpty else { return }
      let events = try session.step()
      statistics.steps += 1
      for event in events { try deliver(event) }
    } catch {
      // A session that threw is not to be used any more, and neither is what it made.
      failure = .failed("\(error)")
    }
  }

  private func take(_ message: EngineInbox.Message) {
    switch message {
    case .work(let work):
      queue.add(
        .work(work), to: .init(asker: work.asker, expert: work.version?.description ?? ""), at: .now,
        isBackground: work.isBackground)
    case .cancel(let number): cancel(number, .cancelled)
    case .loaded(let version, let result): experts.take(version, result.flatMap(probed), at: .now)
    case .want(let version, let done): experts.want(version, at: .now, done)
    case .unload(let version, let force, let done):
      if force {
        for job in jobs.values where job.request.expert == version {
          cancel(job.work.number, .expertFailed(version: version, reason: "it was unloaded"))
        }
      }
      experts.unload(version)
      afterwards.append { done(nil) }
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
    for case .work(let work) in queue.entries where work.deadline.map({ $0 <= now }) ?? false {
      cancel(work.number, .deadlineExceeded)
    }
  }

  private func giveUpAll(_ failure: EngineFailure) {
    for number in jobs.keys { cancel(number, failure) }
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
    statistics.running = running.count
    statistics.freeBlocks = pool.available ?? 0
    statistics.cachedBlocks = cache.count
    statistics.experts = experts.statistics
    (statistics.evictions, statistics.loads) = (experts.evictions, experts.loads)
    statistics.failedLoads = experts.failedLoads
    // An engine that answers nothing any more is as good as dead: whoever watches it starts it again.
    if failure == nil { statistics.heartbeat = .now }
    statistics.tokensPerSecond = rate.after(statistics.promptTokens + statistics.generatedTokens, at: .now)
    shared.statistics = statistics
    for tell in afterwards { tell() }
    afterwards = []
  }
}

/// Tokens a second over the last seconds in which there were any.
struct TokenRate {
  private var marks: [(at: ContinuousClock.Instant, tokens: Int)] = []
  private var last = 0.0

  /// The rate after so many tokens in all.
  mutating func after(_ tokens: Int, at now: ContinuousClock.Instant) -> Double {
    guard let first = marks.first, let newest = marks.last else {
      marks = [(now, tokens)]
      return last
    }
    guard now - newest.at > .milliseconds(100) else { return last }
    // Idle time says nothing about how fast it is.
    if tokens == newest.tokens {
      marks = [(now, tokens)]
      return last
    }
    marks.append((now, tokens))
    if now - first.at > .seconds(5) { marks.removeFirst() }
    last = Double(tokens - first.tokens) / max((now - first.at).seconds, 1e-3)
    return last
  }
}
