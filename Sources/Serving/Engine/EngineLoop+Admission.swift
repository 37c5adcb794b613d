import Decoder
import Experts
import Files
import Generation
import ModelConfiguration
import Registry
import Streams
import TaskModels
import Torch

extension EngineLoop {
  /// Gives places to those whose turn it is, as far as there is room.
  ///
  /// - Returns: Whether anybody got one, or was answered.
  func admit(at now: ContinuousClock.Instant) throws -> Bool {
    var (hasAdmitted, hasAnswered) = (false, false)
    while let entry = queue.next(at: now, where: { mayGo($0, hasAnswered: hasAnswered, at: now) }) {
      hasAdmitted = true
      switch entry {
      case .resumed(let choice): try start(choice)
      case .work(let work):
        inbox.left(tokens: work.tokens)
        switch work.kind {
        case .text(let request, let events):
          let root = PrefixCache.root([
            base.model.digest.description, request.expert?.description ?? "base", arithmetic, request.scope,
          ])
          try start(TextJob(work, request, events, root: root, base.tokenizer))
        case .answers, .routes:
          // One in a turn, so that those who are written wait no longer.
          hasAnswered = true
          answer(work, at: now)
        }
      }
    }
    return hasAdmitted
  }

  private func mayGo(_ entry: Waiting, hasAnswered: Bool, at now: ContinuousClock.Instant) -> Bool {
    switch entry {
    case .resumed(let choice):
      return running.count < options.maxSequences && hasRoom(for: choice.job.request, written: choice.written.count)
    case .work(let work):
      if let version = work.version {
        switch experts.find(version, at: now) {
        case .loading: return false
        case .failed, .ready: break
        }
      }
      guard case .text(let request, _) = work.kind else { return !hasAnswered }
      return promised + request.choices <= options.maxSequences && hasRoom(for: request, written: 0)
    }
  }

  /// Continuations that have a place, or come to one without asking again: those that begin once their prompt is read, and those that lost
  /// theirs.
  private var promised: Int {
    jobs.values.reduce(0) { sum, job in job.choices.reduce(sum) { $0 + ($1.isOver ? 0 : 1) } }
  }

  /// Whether there are blocks for a prompt and for a while of what is written behind it.
  private func hasRoom(for request: EngineRequest, written: Int) -> Bool {
    let tokens = request.prompt.count + written + min(request.options.maxTokens, 128)
    let blocks = (tokens + KeyValueBlocks.tokens - 1) / KeyValueBlocks.tokens
    return blocks <= (pool.available ?? .max) || blocks <= (pool.available ?? .max) + cache.evictable
      || running.isEmpty
  }

  private func start(_ job: TextJob) throws {
    if let version = job.request.expert {
      switch experts.find(version, at: .now) {
      case .ready(let resident):
        guard resident.loaded.expert != nil else {
          let reason = "its closed-form head answers alone, and it has no expert that writes"
          return job.end(.failed(.expertFailed(version: version, reason: reason)))
        }
        let compute = resident.loaded.task.runner.model.compute
        guard compute == base.model.compute else {
          let reason = "it was learned in \(compute.rawValue), and the base computes in \(base.model.compute.rawValue)"
          return job.end(.failed(.expertFailed(version: version, reason: reason)))
        }
        experts.retain(resident)
        job.resident = resident
      case .failed(let reason): return job.end(.failed(.expertFailed(version: version, reason: reason)))
      case .loading: return job.end(.failed(.expertFailed(version: version, reason: "it is not loaded")))
      }
    }
    jobs[job.work.number] = job
    guard job.request.options.maxTokens > 0 else {
      job.tell(.admitted(cachedTokens: 0))
      for choice in job.choices {
        choice.isOver = true
        job.tell(.finished(choice: choice.number, end: .limit))
      }
      return complete(job)
    }
    guard let first = job.choices.first else { return complete(job) }
    let cached = try start(first)
    job.usage.cachedTokens = cached
    statistics.promptTokens += job.request.prompt.count - cached
    queue.count(read: job.request.prompt.count - cached, written: 0, of: job.line)
    job.tell(.admitted(cachedTokens: cached))
  }

  /// Puts a continuation into the session, behind what was read before.
  ///
  /// - Parameter known: Blocks that it shares; `nil`: those that the prefix cache has.
  /// - Returns: Tokens that need not be read.
  @discardableResult func start(_ choice: TextJob.Choice, sharing known: [KeyValueBlock]? = nil) throws -> Int {
    let job = choice.job
    let ids = job.request.prompt + choice.written
    let request = job.decoding(choice)
    var shared = known ?? []
    if known == nil, options.usesPrefixCache, request.isCachable {
      shared = cache.blocks(job.root, ids, prompt: job.request.prompt.count)
      statistics.prefixQueries += ids.count
      statistics.prefixHits += shared.count * KeyValueBlocks.tokens
    }
    let sequence = try session.add(request, sharing: shared)
    choice.sequence = sequence
    running[sequence] = choice
    return shared.count * KeyValueBlocks.tokens
  }

  /// Lets cached beginnings go, and then those continuations that came last, until the next step has its blocks.
  func makeRoom() throws {
    while true {
      let missing = session.blocksNeeded - (pool.available ?? .max)
      guard missing > 0 else { return }
      if cache.evict(missing) >= missing { continue }
      guard running.count > 1, let victim = victim() else {
        throw EngineFailure.failed("no block is left for the only sequence: \(statistics.blocks) in all")
      }
      preempt(victim)
    }
  }

  /// The continuation that came last of those whose asker was served most; one that lost its place three times is spared as long as
  /// there are others.
  private func victim() -> TextJob.Choice? {
    let sequences = running.sorted { one, other in
      let (mine, others) = (queue.served(one.value.job.line), queue.served(other.value.job.line))
      return mine == others ? one.key > other.key : mine > others
    }.map(\.value)
    return sequences.first { $0.preemptions < 3 } ?? sequences.first
  }

  /// Takes a continuation's place; it goes on where it was when there is room again.
  func preempt(_ choice: TextJob.Choice) {
    guard let sequence = choice.sequence else { return }
    keepBlocks(of: choice)
    session.remove(sequence)
    running.removeValue(forKey: sequence)
    choice.sequence = nil
    choice.preemptions += 1
    statistics.preemptions += 1
    queue.putBack(.resumed(choice), to: choice.job.line, at: .now)
  }

  /// Gives the blocks that a continuation has read to the prefix cache.
  func keepBlocks(of choice: TextJob.Choice) {
    guard options.usesPrefixCache, let sequence = choice.sequence, let blocks = session.blocks(of: sequence),
      choice.job.decoding(choice).isCachable
    else { return }
    cache.keep(
      choice.job.root, choice.job.request.prompt + choice.written, prompt: choice.job.request.prompt.count,
      blocks: blocks.full)
  }

  /// Answers rows, or tells where they belong.
  private func answer(_ work: EngineWork, at now: ContinuousClock.Instant) {
    switch work.kind {
    case .text: break
    case .answers(let rows, let version, let done):
      switch experts.find(version, at: now) {
      case .loading: done(.failure(EngineFailure.expertFailed(version: version, reason: "it is not loaded")))
      case .failed(let reason): done(.failure(EngineFailure.expertFailed(version: version, reason: reason)))
      case .ready(let resident):
        experts.retain(resident)
        defer { experts.release(resident) }
        done(Result { try resident.loaded.task.predict(rows) })
      }
    case .routes(let rows, let router, let done):
      done(
        Result {
          try router.router.routes(rows.map(\.text), instructions: rows.map(\.instruction), on: base)
        })
    }
  }

  /// A version that was read: whether it moves the base's logits, and to numbers.
  func probed(_ loaded: LoadedExpert) -> Result<LoadedExpert, EngineFailure> {
    guard let expert = loaded.expert else { return .success(loaded) }
    let version = loaded.task.version.digest
    do {
      // Any tokens will do: an expert that was learned changes what the base says to all of them.
      let vocabulary = base.model.configuration.vocabularySize
      let probe = (0..<8).map { 1 + $0 * 7919 % max(vocabulary - 1, 1) }
      let (own, plain) = (try logits(probe, expert), try logits(probe, nil))
      guard own.allSatisfy(\.isFinite) else {
        return .failure(.expertFailed(version: version, reason: "its logits are not finite: its factors are damaged"))
      }
      let moves = zip(own, plain).contains { abs($0 - $1) > 1e-6 }
      let changesNothing = try loaded.task.runner.model.expert?.isZero ?? true
      guard moves || changesNothing else {
        return .failure(
          .expertFailed(version: version, reason: "it moves no logit of the base, so nothing of it would be used"))
      }
      return .success(loaded)
    } catch {
      return .failure(.expertFailed(version: version, reason: "\(error)"))
    }
  }

  private func logits(_ ids: [Int], _ expert: (any InferenceExpert)?) throws -> [Float] {
    let ids = Array(ids.prefix(base.model.configuration.maxPositions))
    return try base.model.nextLogits(after: ids, expert: expert)
  }
}

extension DecodingSession.Request {
  /// Whether what it reads may be kept for others.
  fileprivate var isCachable: Bool { prompt.count >= KeyValueBlocks.tokens }
}
