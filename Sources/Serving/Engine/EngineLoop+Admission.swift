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
  func admit(at now: ContinuousClock.Instant) -> Bool {
    guard !queue.isEmpty else { return false }
    var (room, hasAdmitted, hasAnswered) = (self.room(), false, false)
    while let entry = queue.next(at: now, where: { passage($0, &room, hasAnswered: hasAnswered, at: now) }) {
      hasAdmitted = true
      switch entry {
      case .resumed(let choice):
        room.take(1, blocks: blocks(for: choice))
        attempt(choice.job) { try start(choice) }
      case .work(let work):
        inbox.left(tokens: work.tokens, taking: work.places)
        switch work.kind {
        case .text(let request, let events):
          let root = PrefixCache.root([
            base.model.digest.description, request.expert?.description ?? "base", arithmetic, request.scope,
          ])
          let job = TextJob(work, request, events, root: root, base.tokenizer)
          room.take(request.choices, blocks: blocks(for: request))
          attempt(job) { try start(job) }
        case .answers, .routes, .logprobs: hasAnswered = startRows(work, at: now) || hasAnswered
        }
      }
    }
    return hasAdmitted
  }

  private func passage(
    _ entry: Waiting, _ room: inout EngineRoom, hasAnswered: Bool, at now: ContinuousClock.Instant
  ) -> FairQueue<Waiting>.Passage {
    // Who may be to blame for a step that failed is alone until it has made one.
    let isQuarantined = running.values.contains(where: \.isSuspect)
    switch entry {
    case .resumed(let choice):
      guard !isQuarantined, !choice.isSuspect || running.isEmpty else { return .needsRoom }
      return room.has(1, blocks: blocks(for: choice)) { cache.evictable } ? .goes : .needsRoom
    case .work(let work):
      let beside: Bool
      switch work.kind {
      case .text(let request, _):
        // Before its expert is asked for: one that comes before there is a place would push others out.
        guard !isQuarantined, room.has(request.choices, blocks: blocks(for: request), evictable: { cache.evictable })
        else { return .needsRoom }
        // Whoever is older than all may not hold these up either.
        if hasPlace(work.line), request.choices > room.places - options.placesForNewcomers { return .waits }
        beside = false
      case .answers, .routes, .logprobs:
        // Half of the places at most for one asker.
        guard !hasAnswered, rowJobs.count < options.maxSequences,
          rowJobs.count(where: { $0.work.asker == work.asker }) < max(options.maxSequences / 2, 1)
        else { return .waits }
        beside = true
      }
      if let version = work.version, case .loading = experts.find(version, at: now) { return .waits }
      return beside ? .goesBeside : .goes
    }
  }

  /// Whether anybody of a line runs.
  private func hasPlace(_ line: FairQueue<Waiting>.Line) -> Bool { jobs.values.contains { $0.line == line } }

  /// What is left for those who wait.
  private func room() -> EngineRoom {
    let held = session.heldBlocks
    var places = options.maxSequences - running.count
    var promised = 0
    for (sequence, choice) in running {
      promised += max(0, blocks(for: choice) - (held[sequence] ?? 0))
    }
    // Choices that begin when the prompt is read.
    for job in jobs.values where !job.hasSpread {
      places -= job.choices.count - 1
      promised += (job.choices.count - 1) * blocks(behind: job.request)
    }
    return EngineRoom(
      places: places, free: (pool.available ?? .max / 2) - (options.reserves ? promised : 0), isEmpty: running.isEmpty,
      reserves: options.reserves)
  }

  /// Blocks for a prompt and for a while of what each choice writes behind it.
  private func blocks(for request: EngineRequest) -> Int {
    Self.blocks(request.prompt.count + min(request.options.maxTokens, Self.foreseen))
      + (request.choices - 1) * blocks(behind: request)
  }

  /// The same for a choice that shares the prompt, whose last block it has to itself.
  private func blocks(behind request: EngineRequest) -> Int {
    1 + Self.blocks(min(request.options.maxTokens, Self.foreseen))
  }

  private func blocks(for choice: TextJob.Choice) -> Int {
    let (request, written) = (choice.job.request, choice.written.count)
    return Self.blocks(request.prompt.count + written + min(request.options.maxTokens - written, Self.foreseen))
  }

  private static func blocks(_ tokens: Int) -> Int { (tokens + KeyValueBlocks.tokens - 1) / KeyValueBlocks.tokens }

  /// Tokens that a choice is given room for when it joins; what it writes beyond them has to find some.
  private static var foreseen: Int { 128 }

  private func start(_ job: TextJob) throws {
    if let version = job.request.expert {
      let resident = try writer(version, at: .now)
      experts.retain(resident)
      job.resident = resident
    }
    jobs[job.work.number] = job
    guard job.request.options.maxTokens > 0, let first = job.choices.first else {
      job.tell(.admitted(cachedTokens: 0))
      for choice in job.choices {
        choice.isOver = true
        job.tell(.finished(choice: choice.number, end: .limit))
      }
      return complete(job)
    }
    let cached = try start(first)
    job.usage.cachedTokens = cached
    statistics.promptTokens += job.request.prompt.count - cached
    queue.count(read: job.request.prompt.count - cached, written: 0, of: job.line)
    job.tell(.admitted(cachedTokens: cached))
  }

  /// A version that can write.
  /// - Throws: ``EngineFailure/expertFailed(version:reason:)``.
  func writer(_ version: Digest, at now: ContinuousClock.Instant) throws -> ExpertTable.Resident {
    func failed(_ reason: String) -> EngineFailure { .expertFailed(version: version, reason: reason) }
    switch experts.find(version, at: now) {
    case .ready(let resident):
      guard resident.loaded.expert != nil else {
        throw failed("its closed-form head answers alone, and it has no expert that writes")
      }
      let compute = resident.loaded.task.runner.model.compute
      guard compute == base.model.compute else {
        throw failed("it was learned in \(compute.rawValue), and the base computes in \(base.model.compute.rawValue)")
      }
      return resident
    case .failed(let reason): throw failed(reason)
    case .loading: throw failed("it is not loaded")
    }
  }

  /// Puts a continuation into the session, behind what was read before.
  ///
  /// - Parameter known: What it begins with; `nil`: what the prefix cache has.
  /// - Returns: Tokens that need not be read.
  @discardableResult func start(_ choice: TextJob.Choice, sharing known: PrefixCache.Beginning? = nil)
    throws -> Int
  {
    let job = choice.job
    let ids = job.request.prompt + choice.written
    let request = job.decoding(choice)
    guard session.hasBlocks else {
      take(choice, as: try session.add(request))
      return 0
    }
    var beginning = known ?? PrefixCache.Beginning()
    let isLookedUp = known == nil && usesPrefixCache && request.isCachable
    if isLookedUp { beginning = cache.beginning(job.root, ids, prompt: job.request.prompt.count) }
    let (sequence, read) = try session.add(request, sharing: beginning.blocks, copying: beginning.next)
    take(choice, as: sequence)
    if isLookedUp {
      statistics.prefixQueries += ids.count
      statistics.prefixHits += read
    }
    return read
  }

  private func take(_ choice: TextJob.Choice, as sequence: Int) {
    choice.sequence = sequence
    running[sequence] = choice
  }

  /// A device has keys and values in slots, which nobody shares.
  private var usesPrefixCache: Bool { options.usesPrefixCache && session.hasBlocks }

  /// Lets cached beginnings go, and then those continuations that came last, until the next step has its blocks.
  func makeRoom() {
    while true {
      let missing = session.blocksNeeded - (pool.available ?? .max)
      guard missing > 0 else { return }
      if cache.evict(missing) >= missing { continue }
      guard let victim = victim() else { return }
      guard running.count > 1 else {
        let reason = "no block is left for the only sequence: \(statistics.blocks) in all"
        return fail(victim.job, EngineFailure.failed(reason))
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
    guard usesPrefixCache, let sequence = choice.sequence, let blocks = session.blocks(of: sequence),
      choice.job.decoding(choice).isCachable
    else { return }
    let prompt = choice.job.request.prompt
    // As many as were read: the last token written is not, and blocks end where reading does.
    let read = Array((prompt + choice.written).prefix(blocks.read))
    cache.keep(
      choice.job.root, read, prompt: prompt.count, blocks: blocks.full + (blocks.last.map { [$0] } ?? []),
      isShort: !DecodingSession.isSliced(prompt: prompt.count))
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
  fileprivate var isCachable: Bool { prompt.count >= 2 * PrefixCache.leastCopied }
}
