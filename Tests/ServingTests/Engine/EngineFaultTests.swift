import Decoder
import Files
import Generation
import ModelConfiguration
import Registry
import Serving
import ServingFixtures
import Streams
import TaskModels
import Testing

/// Does a request that something is wrong with end alone?
@Suite(.serialized) struct EngineFaultTests {
  /// The first choice is over with its first token, before the others have begun.
  @Test(arguments: [1, 2]) func choicesThatEndAtOnceAreAllWritten(tokens: Int) async throws {
    let home = try ServingHome()
    let engine = try ServingEngine(home.base, registry: home.registry, options: EngineTests.options())
    for prompt in [[100, 200], (0..<130).map { 100 + $0 }] {
      let request = EngineRequest(
        prompt, options: GenerationOptions(maxTokens: tokens, temperature: 1, stopsAtEnd: false), choices: 4,
        deadline: .now + .seconds(600))
      let answer = await EngineTests.read(try engine.submit(request))
      #expect(answer.failure == nil && answer.completion == 4 * tokens)
      #expect(answer.ends == [0: .limit, 1: .limit, 2: .limit, 3: .limit])
    }
    await engine.stop(cancelling: false)
    let statistics = engine.statistics
    #expect(statistics.freeBlocks + statistics.cachedBlocks == statistics.blocks)
  }

  @Test func whatCannotBeIsRefusedAtOnce() async throws {
    let home = try ServingHome()
    let engine = try ServingEngine(home.base, registry: home.registry, options: EngineTests.options())
    let good = EngineRequest([100, 200], options: GenerationOptions(maxTokens: 8, stopsAtEnd: false))
    let expected = await EngineTests.read(try engine.submit(good))
    let neighbour = try engine.submit(good)
    for odd in [-1, home.base.model.configuration.vocabularySize, .max] {
      #expect(throws: EngineFailure.self) { try engine.submit(EngineRequest([100, odd])) }
    }
    for options in [
      GenerationOptions(temperature: .nan), GenerationOptions(topP: 0), GenerationOptions(logitBias: [1: .infinity]),
    ] {
      #expect(throws: EngineFailure.self) { try engine.submit(EngineRequest([100], options: options)) }
    }
    #expect(await EngineTests.read(neighbour) == expected)
    #expect(await EngineTests.read(try engine.submit(good)) == expected)
    await engine.stop(cancelling: false)
  }

  /// Factors so large that nothing finite comes out.
  @Test func aBrokenExpertIsNotUsed() async throws {
    let home = try ServingHome()
    let broken = try home.add("broken", seed: 1, strength: 1.6e38).digest
    let engine = try ServingEngine(home.base, registry: home.registry, options: EngineTests.options())
    let answer = await EngineTests.read(try engine.submit(EngineRequest([100, 200], expert: broken)))
    guard case .expertFailed(broken, _) = answer.failure else {
      Issue.record("\(answer)")
      return
    }
    #expect(await EngineTests.read(try engine.submit(EngineRequest([100, 200]))).failure == nil)
    await engine.stop(cancelling: false)
  }

  @Test func whoWaitsForAnExpertWhenTheEngineStopsIsTold() async throws {
    let home = try ServingHome()
    let versions = try (0..<6).map { try home.add("task-\($0)", seed: UInt64($0)).digest }
    let engine = try ServingEngine(home.base, registry: home.registry, options: EngineTests.options())
    await withTaskGroup(of: Void.self) { group in
      for version in versions {
        // Whether it is there in time is chance; that somebody says so is not.
        group.addTask { try? await engine.load(version) }
      }
      group.addTask { await engine.stop(cancelling: true) }
    }
    await #expect(throws: EngineFailure.draining) { try await engine.load(versions[0]) }
    await #expect(throws: EngineFailure.draining) { try await engine.unload(versions[0]) }
  }

  @Test func whatWasAskedIsAnsweredAfterTheEngineIsDropped() async throws {
    let home = try ServingHome()
    let request = EngineRequest([100, 200], options: GenerationOptions(maxTokens: 30, stopsAtEnd: false))
    let stream = try ServingEngine(home.base, registry: home.registry, options: EngineTests.options()).submit(request)
    let answer = await EngineTests.read(stream)
    #expect(answer.failure == nil && answer.completion == 30)
  }

  @Test func stepsAndLoadsAreTold() async throws {
    let home = try ServingHome()
    let expert = try home.add("task", seed: 3).digest
    let engine = try ServingEngine(home.base, registry: home.registry, options: EngineTests.options())
    let (notes, continuation) = AsyncStream.makeStream(of: EngineNote.self)
    engine.observe { continuation.yield($0) }
    _ = await EngineTests.read(
      try engine.submit(
        EngineRequest([100, 200, 300], options: GenerationOptions(maxTokens: 3, stopsAtEnd: false), expert: expert)))
    await engine.stop(cancelling: false)
    continuation.finish()
    let all = await notes.reduce(into: [EngineNote]()) { $0.append($1) }
    guard case .loaded(let duration)? = all.first else {
      Issue.record("\(all)")
      return
    }
    #expect(duration > .zero)
    // The prompt, and then each token but the last.
    #expect(Array(all.dropFirst()) == [3, 1, 1].map { EngineNote.step(tokens: $0, experts: 1) })
  }

  @Test func whatIsReadToAnswerIsCounted() async throws {
    let home = try ServingHome()
    let version = try home.add("spam", labels: ["no", "yes"], seed: 5)
    let served = try home.registry.load("spam@1", on: home.base)
    let rows = try ["You have won a prize!", "See you at noon."].map { try RequestRow(text: $0) }
    let engine = try ServingEngine(home.base, registry: home.registry, options: EngineTests.options())
    let answers = try await engine.classify(rows, by: version.digest)
    let expected = try rows.map { try served.runner.encoded(served.text(of: $0)).promptIds.count }
    #expect(answers.map(\.promptTokens) == expected && expected.allSatisfy { $0 > 4 })
    await engine.stop(cancelling: false)
  }
}
