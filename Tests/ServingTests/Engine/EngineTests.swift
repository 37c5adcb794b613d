import Decoder
import Files
import Foundation
import Generation
import ModelConfiguration
import Registry
import Serving
import ServingFixtures
import Streams
import Synchronization
import TestSupport
import Testing
import Tokenization
import Torch

/// Does a request get the same answer whatever it is answered with, and is nothing left behind?
@Suite(.serialized) struct EngineTests {
  static func options(blocks: Int = 256, maxSequences: Int = 64, usesPrefixCache: Bool = true, threads: Int = 1) throws
    -> EngineOptions
  {
    let memory = KeyValueMemory(try ServingHome.base.get().model.configuration, bytes: 0)
    return EngineOptions(
      kvBytes: memory.bytesPerBlock * blocks, maxSequences: maxSequences, stepTokens: 128, maxWaiting: 10_000,
      usesPrefixCache: usesPrefixCache, threads: threads)
  }

  /// What a request gave, without when.
  struct Answer: Equatable, CustomStringConvertible {
    var texts: [Int: String] = [:]
    var tokens: [Int: [SampledToken]] = [:]
    var ends: [Int: EngineEnd] = [:]
    var completion = 0
    var cached = 0
    var failure: EngineFailure?

    /// Whether it is the same but for what was kept of others.
    static func == (one: Answer, other: Answer) -> Bool {
      one.texts == other.texts && one.tokens == other.tokens && one.ends == other.ends
        && one.completion == other.completion && one.failure == other.failure
    }

    var description: String { "\(texts) \(ends) \(completion) \(failure.map { "\($0)" } ?? "")" }
  }

  static func read(_ stream: AsyncStream<EngineEvent>) async -> Answer {
    var answer = Answer()
    for await event in stream {
      switch event {
      case .admitted(let cached): answer.cached = cached
      case .piece(let choice, let text, let tokens):
        answer.texts[choice, default: ""] += text
        answer.tokens[choice, default: []] += tokens
      case .finished(let choice, let end): answer.ends[choice] = end
      case .completed(let usage): answer.completion = usage.completionTokens
      case .failed(let failure): answer.failure = failure
      }
    }
    return answer
  }

  /// Requests of all kinds: short and long prompts, shared beginnings, greedy and sampled, several choices, logprobs, stop strings.
  static func requests(_ experts: [Digest?], count: Int, seed: UInt64) -> [EngineRequest] {
    var random = SplitMix64(seed)
    let shared = (0..<150).map { 100 + $0 * 37 % 900 }
    return (0..<count).map { number in
      let own = (0..<Int(random.next() % 90) + 1).map { _ in 100 + Int(random.next() % 900) }
      let prompt = random.next() % 3 == 0 ? shared + own : own
      let options = GenerationOptions(
        maxTokens: 1 + Int(random.next() % 24), temperature: random.next() % 2 == 0 ? 0 : 0.9,
        topP: random.next() % 2 == 0 ? 1 : 0.9, repetitionPenalty: random.next() % 4 == 0 ? 1.2 : 1,
        topLogprobs: random.next() % 3 == 0 ? 3 : nil, seed: UInt64(number), stopsAtEnd: random.next() % 2 == 0)
      return EngineRequest(
        prompt, options: options, choices: random.next() % 5 == 0 ? 3 : 1,
        stops: random.next() % 4 == 0 ? ["e", "th"] : [], expert: experts[Int(random.next() % UInt64(experts.count))],
        asker: "asker \(random.next() % 3)")
    }
  }

  @Test(arguments: [1, 2]) func aRequestGetsTheSameInAnyCompany(threads: Int) async throws {
    let home = try ServingHome()
    var experts: [Digest?] = [nil]
    for seed in 0..<4 { experts.append(try home.add("task-\(seed)", seed: UInt64(seed), rank: 1 << seed).digest) }
    // More by hand: ACCRETE_REQUESTS=64 ACCRETE_ORDERS=50 gives 64 requests in 200 orders for each number of threads.
    let environment = ProcessInfo.processInfo.environment
    var requests = Self.requests(experts, count: environment["ACCRETE_REQUESTS"].flatMap { Int($0) } ?? 24, seed: 7)
    // Whoever tries many, or on a busy machine, waits as long as it takes.
    for index in requests.indices { requests[index].queueTime = .seconds(3_600) }
    let orders = environment["ACCRETE_ORDERS"].flatMap { Int($0) } ?? 3
    var alone: [Answer] = []
    do {
      let engine = try ServingEngine(
        home.base, registry: home.registry, options: Self.options(usesPrefixCache: false))
      for request in requests { alone.append(await Self.read(try engine.submit(request))) }
      #expect(alone.allSatisfy { $0.failure == nil })
      #expect(Set(alone.map(\.description)).count > 15)
      await engine.stop(cancelling: false)
    }
    // Few blocks: places are taken and given back all the time.
    for (blocks, usesCache) in [(256, true), (256, false), (24, true), (24, false)] {
      var options = try Self.options(blocks: blocks, usesPrefixCache: usesCache, threads: threads)
      options.reserves = blocks != 24
      let engine = try ServingEngine(home.base, registry: home.registry, options: options)
      var (hits, preemptions) = (0, 0)
      for round in 0..<orders {
        var random = SplitMix64(UInt64(round))
        let order = requests.indices.map { ($0, random.next()) }.sorted { $0.1 < $1.1 }.map(\.0)
        let answers = await withTaskGroup(of: (Int, Answer).self) { group in
          for index in order {
            guard let stream = try? engine.submit(requests[index]) else {
              Issue.record("request \(index) was refused")
              continue
            }
            group.addTask { (index, await Self.read(stream)) }
          }
          return await group.reduce(into: [Int: Answer]()) { $0[$1.0] = $1.1 }
        }
        for index in requests.indices {
          #expect(
            answers[index] == alone[index], "request \(index), blocks \(blocks), cache \(usesCache), round \(round)")
        }
        hits = engine.statistics.prefixHits
        preemptions = engine.statistics.preemptions
      }
      #expect(usesCache == (hits > 0))
      #expect((blocks == 24) == (preemptions > 0))
      await engine.stop(cancelling: false)
      #expect(engine.statistics.running == 0)
      let statistics = engine.statistics
      #expect(statistics.freeBlocks + statistics.cachedBlocks == statistics.blocks)
    }
  }

  /// The other continuations begin behind the first one, which may have left with its first token.
  @Test(arguments: [true, false]) func aFirstTokenMayBeTheLast(usesCache: Bool) async throws {
    let home = try ServingHome()
    let engine = try ServingEngine(
      home.base, registry: home.registry, options: Self.options(usesPrefixCache: usesCache))
    let prompt = (0..<150).map { 100 + $0 * 37 % 900 }
    func answer(_ options: GenerationOptions) async throws -> Answer {
      await Self.read(
        try engine.submit(EngineRequest(prompt, options: options, choices: 4, deadline: .now + .seconds(600))))
    }
    let one = try await answer(GenerationOptions(maxTokens: 1, temperature: 0.9, seed: 4, stopsAtEnd: false))
    #expect(one.failure == nil && one.completion == 4)
    #expect(one.ends == [0: .limit, 1: .limit, 2: .limit, 3: .limit])
    let two = try await answer(GenerationOptions(maxTokens: 2, temperature: 0.9, seed: 4, stopsAtEnd: false))
    for choice in 0..<4 { #expect(one.tokens[choice] == two.tokens[choice].map { Array($0.prefix(1)) }) }
    let end = try #require(home.base.model.configuration.endTokens.first)
    let none = try await answer(GenerationOptions(maxTokens: 8, logitBias: [end: 100], seed: 4))
    #expect(none.failure == nil && none.ends == [0: .endToken, 1: .endToken, 2: .endToken, 3: .endToken])
    await engine.stop(cancelling: false)
    let statistics = engine.statistics
    #expect(statistics.freeBlocks + statistics.cachedBlocks == statistics.blocks)
  }

  /// Continuations that begin later have their place from the beginning.
  @Test func noMoreIsWrittenAtOnceThanMayBe() async throws {
    let home = try ServingHome()
    let engine = try ServingEngine(home.base, registry: home.registry, options: Self.options(maxSequences: 6))
    // Step by step, on the engine's thread: others may look too late.
    let most = Most()
    engine.observe { [weak engine] _ in engine.map { most.take($0.statistics.running) } }
    let options = GenerationOptions(maxTokens: 60, stopsAtEnd: false)
    let streams = try (0..<8).map { try engine.submit(EngineRequest([100 + $0], options: options, choices: 4)) }
    for stream in streams { #expect(await Self.read(stream).completion == 240) }
    #expect((1...6).contains(most.value), "\(most.value)")
    await engine.stop(cancelling: false)
  }

  /// The largest of some numbers.
  private final class Most: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }
    func take(_ next: Int) { number.withLock { $0 = max($0, next) } }
  }

  @Test func whoLeavesIsForgotten() async throws {
    let home = try ServingHome()
    let expert = try home.add("task", seed: 3).digest
    let engine = try ServingEngine(home.base, registry: home.registry, options: Self.options())
    for round in 0..<20 {
      let stream = try engine.submit(
        EngineRequest(
          [100, 200, 300], options: GenerationOptions(maxTokens: 400, stopsAtEnd: false), choices: 2,
          expert: round % 2 == 0 ? expert : nil))
      let reader = Task { () -> Int in
        var pieces = 0
        for await event in stream {
          if case .piece = event { pieces += 1 }
          if pieces == 3 { break }
        }
        return pieces
      }
      #expect(await reader.value == 3)
    }
    let end = ContinuousClock.now + .seconds(240)
    while engine.statistics.running > 0, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(10)) }
    #expect(engine.statistics.running == 0)
    #expect(engine.statistics.experts.allSatisfy { $0.references == 0 })
    await engine.stop(cancelling: true)
    #expect(engine.statistics.freeBlocks + engine.statistics.cachedBlocks == engine.statistics.blocks)
    #expect(throws: EngineFailure.draining) { try engine.submit(EngineRequest([1])) }
  }

  /// The space between prompt and answer belongs to the prompt's form: `predict` leaves it out, and so does a chat.
  @Test func theFirstSpaceIsLeftOutWhereAsked() async throws {
    let home = try ServingHome()
    let engine = try ServingEngine(home.base, registry: home.registry, options: Self.options())
    let prompt = try home.base.tokenizer.encode("The weather is", addSpecialTokens: true)
    var request = EngineRequest(prompt, options: GenerationOptions(maxTokens: 12, stopsAtEnd: false))
    let plain = await Self.read(try engine.submit(request))
    request.leavesOutFirstSpace = true
    let answer = await Self.read(try engine.submit(request))
    let text = try #require(plain.texts[0])
    try #require(text.hasPrefix(" "))
    #expect(answer.texts[0] == String(text.dropFirst()) && answer.tokens == plain.tokens)
    await engine.stop(cancelling: false)
  }

  @Test func answersAreThoseOfPredict() async throws {
    let home = try ServingHome()
    let version = try home.add("spam", labels: ["no", "yes", "maybe"], seed: 5)
    let rows = try ["You have won a prize!", "See you at noon.", "Call now"].map { try RequestRow(text: $0) }
    let expected = try home.registry.load("spam@1", on: home.base).predict(rows)
    let engine = try ServingEngine(home.base, registry: home.registry, options: Self.options())
    let answers = try await engine.classify(rows, by: version.digest)
    #expect(answers == expected)
    await engine.stop(cancelling: false)
  }

  @Test func unknownAndEmptyVersionsAreRefused() async throws {
    let home = try ServingHome()
    let idle = try home.add("idle", seed: 1, strength: 0)
    let engine = try ServingEngine(home.base, registry: home.registry, options: Self.options())
    let unknown = Digest(of: [])
    let answer = await Self.read(try engine.submit(EngineRequest([100], expert: unknown)))
    guard case .expertFailed(unknown, _) = answer.failure else {
      Issue.record("\(answer)")
      return
    }
    #expect(answer.texts.isEmpty)
    // An expert that was never trained says what the base says, and that is what it is.
    let base = await Self.read(try engine.submit(EngineRequest([100, 200])))
    let own = await Self.read(try engine.submit(EngineRequest([100, 200], expert: idle.digest)))
    #expect(own == base)
    await engine.stop(cancelling: false)
  }

  @Test func deadlinesAndLimitsHold() async throws {
    let home = try ServingHome()
    let engine = try ServingEngine(home.base, registry: home.registry, options: Self.options())
    let limit = home.base.model.configuration.maxPositions
    #expect(throws: EngineFailure.tooLong(prompt: 3, requested: limit, limit: limit)) {
      try engine.submit(EngineRequest([1, 2, 3], options: GenerationOptions(maxTokens: limit)))
    }
    #expect(throws: EngineFailure.self) { try engine.submit(EngineRequest([])) }
    for choices in [0, 65] {
      #expect(throws: EngineFailure.tooManyChoices(choices, limit: 64)) {
        try engine.submit(EngineRequest([1], choices: choices))
      }
    }
    #expect(throws: EngineFailure.deadlineExceeded) { try engine.submit(EngineRequest([1], deadline: .now)) }
    let late = await Self.read(
      try engine.submit(
        EngineRequest(
          [100], options: GenerationOptions(maxTokens: 500, stopsAtEnd: false), deadline: .now + .milliseconds(20))))
    #expect(late.failure == .deadlineExceeded)
    let none = await Self.read(try engine.submit(EngineRequest([100], options: GenerationOptions(maxTokens: 0))))
    #expect(none.ends == [0: .limit] && none.completion == 0)
    await engine.stop(cancelling: false)
  }

  /// Versions in turn, with room for few of them.
  @Test func expertsComeAndGo() async throws {
    let home = try ServingHome()
    let versions = try (0..<6).map { try home.add("task-\($0)", seed: UInt64($0)) }
    var options = try Self.options()
    let size = try home.registry.manifest(of: versions[0]).parts.values.reduce(0) { $0 + $1.bytes }
    options.expertBytes = 2 * size + size / 2
    let engine = try ServingEngine(home.base, registry: home.registry, options: options)
    var first: [Digest: Answer] = [:]
    for round in 0..<3 {
      for version in versions {
        let answer = await Self.read(
          try engine.submit(
            EngineRequest([100, 200, 300], options: GenerationOptions(maxTokens: 6), expert: version.digest)))
        if round == 0 { first[version.digest] = answer } else { #expect(answer == first[version.digest]) }
        let resident = engine.statistics.experts.filter { $0.state == .ready }
        #expect(resident.reduce(0) { $0 + $1.bytes } <= options.expertBytes + size)
      }
    }
    #expect(engine.statistics.evictions >= 12)
    try await engine.pin(versions[0].digest, true)
    for version in versions.dropFirst() { try await engine.load(version.digest) }
    #expect(engine.statistics.experts.contains { $0.version == versions[0].digest && $0.isPinned })
    // Whoever is told that it went sees that it went.
    try await engine.unload(versions[0].digest)
    #expect(!engine.statistics.experts.contains { $0.version == versions[0].digest })
    await engine.stop(cancelling: false)
  }
}
