import Decoder
import Files
import Generation
import Registry
import ServingFixtures
import TestSupport
import Testing
import Torch

@testable import Serving

/// Does every request get what its version alone would give it, in whatever order requests, versions, aliases and clients come and go?
@Suite(.serialized) struct EngineModelTests {
  /// What is asked, from each version alike.
  private static let templates: [EngineRequest] = {
    func request(
      _ prompt: [Int], _ tokens: Int, temperature: Double = 0, choices: Int = 1, stops: [String] = []
    ) -> EngineRequest {
      EngineRequest(
        prompt,
        options: GenerationOptions(
          maxTokens: tokens, temperature: temperature, topLogprobs: 1, seed: UInt64(prompt.count), stopsAtEnd: false),
        choices: choices, stops: stops)
    }
    let long = (0..<70).map { 100 + $0 * 37 % 900 }
    return [
      request([100, 200, 300], 4), request([500], 1, temperature: 1, choices: 3), request(long, 3),
      request(Array(long.prefix(66)) + [7, 8, 9], 5, temperature: 0.8), request([11, 12], 6, stops: ["e", "th"]),
      request(Array(long.prefix(60)), 7, temperature: 1, choices: 2),
    ]
  }()

  /// Names that requests use: two versions of a task, of which one is released, and others.
  private static let names = ["base", "first", "first@1", "first@2", "second", "third"]

  private struct Setting {
    let home: ServingHome
    let versions: [VersionRecord]
    let experts: [Digest: LoadedExpert]
    /// By version, then by template.
    let alone: [Digest?: [EngineTests.Answer]]

    init() async throws {
      home = try ServingHome()
      let home = home
      versions = try ["first", "first", "second", "third"].enumerated().map {
        try home.add($1, seed: UInt64(20 + $0), strength: 0.3)
      }
      try home.release([versions[0], versions[2], versions[3]])
      experts = try Dictionary(
        uniqueKeysWithValues: versions.map {
          ($0.digest, try LoadedExpert($0.digest, from: home.registry, on: LoadingBase(base: home.base)))
        })
      let engine = try ServingEngine(
        home.base, registry: home.registry, options: EngineTests.options(usesPrefixCache: false))
      var alone: [Digest?: [EngineTests.Answer]] = [:]
      for version in [nil] + versions.map({ Optional($0.digest) }) {
        for var request in templates {
          request.expert = version
          alone[version, default: []].append(await EngineTests.read(try engine.submit(request)))
        }
      }
      await engine.stop(cancelling: false)
      self.alone = alone
    }
  }

  @Test(.timeLimit(.minutes(1))) func tenThousandInterleavings() async throws {
    let setting = try await Setting()
    // An answer tells who gave it.
    for template in Self.templates.indices {
      let answers = setting.alone.values.map { "\($0[template].tokens[0] ?? [])" }
      #expect(Set(answers).count == 5 && setting.alone.values.allSatisfy { $0[template].failure == nil })
    }
    let catalog = try ModelCatalog(setting.home.registry)
    var (random, counts) = (SplitMix64(11), Counts())
    for episode in 0..<100 {
      var options = try EngineTests.options(
        blocks: episode % 2 == 0 ? 6 : 24, maxSequences: 8, usesPrefixCache: episode % 3 != 0)
      options.reserves = episode % 4 < 2
      let size = setting.experts.values.map(\.bytes).max() ?? 0
      options.expertBytes = episode % 5 == 0 ? 100 * size : 2 * size
      let world = EngineWorld(setting.home, options, experts: setting.experts)
      for _ in 0..<100 { try operate(world, setting, catalog, &random, isFaulty: episode % 10 == 0) }
      world.settle()
      counts.preemptions += world.loop.statistics.preemptions
      counts.hits += world.loop.statistics.prefixHits
      counts.evictions += world.loop.experts.evictions
      world.requireNothingHeld()
      for asked in world.asked { try await check(asked, world.disturbed, setting, &counts) }
    }
    // That it happened at all.
    #expect(counts.completed > 1_000 && counts.cancelled > 50 && counts.late > 5 && counts.failed > 20)
    #expect(counts.preemptions > 20 && counts.hits > 1_000 && counts.evictions > 20)
  }

  private struct Counts {
    var (completed, cancelled, late, failed) = (0, 0, 0, 0)
    var (preemptions, hits, evictions) = (0, 0, 0)
  }

  private func operate(
    _ world: EngineWorld, _ setting: Setting, _ catalog: ModelCatalog, _ random: inout SplitMix64, isFaulty: Bool
  ) throws {
    func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
    let version = setting.versions[below(setting.versions.count)]
    switch below(100) {
    case 0..<30:
      let template = below(Self.templates.count)
      var request = Self.templates[template]
      // Here a name becomes a version, and stays it.
      request.expert = try catalog.resolve(Self.names[below(Self.names.count)]).digest
      request.asker = "asker \(below(3))"
      request.isBackground = below(8) == 0
      if below(12) == 0 { request.deadline = .now + .microseconds(below(4_000)) }
      try world.submit(request, template: template)
    case 30..<38: if !world.asked.isEmpty { world.cancel(below(world.asked.count)) }
    case 38..<43: world.load(version.digest)
    case 43..<47: world.unload(version.digest, force: below(2) == 0)
    case 47..<51: world.pin(version.digest, below(2) == 0)
    case 51:
      try setting.home.release([setting.versions[below(2)], setting.versions[2], setting.versions[3]])
      catalog.refresh()
    case 52..<66: world.endRead(below(100), fails: isFaulty && below(4) == 0)
    default: world.loop.turn()
    }
  }

  private func check(
    _ asked: EngineWorld.Asked, _ disturbed: Set<Digest>, _ setting: Setting, _ counts: inout Counts
  ) async throws {
    let answer = await EngineTests.read(asked.stream)
    switch answer.failure {
    case nil:
      let expected = try #require(setting.alone[asked.expert])[asked.template]
      #expect(answer == expected, "template \(asked.template)")
      counts.completed += 1
    case .cancelled:
      #expect(asked.isCancelled)
      counts.cancelled += 1
    case .deadlineExceeded:
      #expect(asked.hasDeadline)
      counts.late += 1
    case .expertFailed(let version, _), .unloaded(let version):
      #expect(version == asked.expert && disturbed.contains(version))
      counts.failed += 1
    case .some(let failure): Issue.record("\(failure)")
    }
  }
}
