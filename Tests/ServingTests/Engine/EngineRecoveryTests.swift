import Decoder
import Generation
import ServingFixtures
import TestSupport
import Testing
import Torch

@testable import Serving

/// Does the engine go on after a step that failed, and after memory that was not there?
@Suite(.serialized) struct EngineRecoveryTests {
  private static let request = EngineRequest(
    [100, 200, 300], options: GenerationOptions(maxTokens: 4, stopsAtEnd: false))

  /// With other heads in the first layer's memory no step can be made: each request is tried alone, and fails alone.
  @Test func afterAFailedStepEachIsTriedAlone() async throws {
    let home = try ServingHome()
    let world = EngineWorld(home, try EngineTests.options(), experts: [:])
    do {
      var odd = [CachedKeys(pool: world.loop.pool, layer: 0, kvHeads: 7, headDim: 4, blocks: [], length: 0)]
      let x = try Tensor.zeros([1, 7, 4])
      _ = try CachedAttention.attend(
        queries: x, new: CachedAttention.New(keys: x, values: x), layout: PackedAttention.Layout(lengths: [1]),
        caches: &odd)
    }
    for _ in 0..<3 { try world.submit(Self.request, template: 0) }
    world.settle()
    // All together, and then one after the other.
    #expect(world.loop.statistics.failedSteps == 4 && world.loop.statistics.steps == 0)
    world.requireNothingHeld()
    for asked in world.asked {
      guard case .failed? = await EngineTests.read(asked.stream).failure else {
        Issue.record("a request ended without an error")
        return
      }
    }
  }

  @Test func withoutABlockARequestFailsAndTheNextOneDoesNot() async throws {
    let home = try ServingHome()
    let world = EngineWorld(home, try EngineTests.options(blocks: 2), experts: [:])
    do {
      let taken = (0..<2).compactMap { _ in world.loop.pool.take() }
      try world.submit(Self.request, template: 0)
      world.settle()
      #expect(taken.count == 2 && world.loop.pool.available == 0)
      withExtendedLifetime(taken) {}
    }
    try world.submit(Self.request, template: 0)
    world.settle()
    world.requireNothingHeld()
    guard case .failed? = await EngineTests.read(world.asked[0].stream).failure else {
      Issue.record("a request without memory ended without an error")
      return
    }
    let answer = await EngineTests.read(world.asked[1].stream)
    #expect(answer.failure == nil && answer.completion == 4)
  }

  @Test func roomIsWhatIsLeftOfPromises() {
    var room = EngineRoom(places: 3, free: 5, isEmpty: false)
    var counted = 0
    func evictable() -> Int {
      counted += 1
      return 2
    }
    #expect(room.has(4, blocks: 1, evictable: evictable) == false && counted == 0)
    #expect(room.has(2, blocks: 5, evictable: evictable) == true && counted == 0)
    room.take(2, blocks: 4)
    #expect(room.places == 1)
    #expect(room.has(1, blocks: 3, evictable: evictable) == true)
    #expect(room.has(1, blocks: 4, evictable: evictable) == false && counted == 1)
    // Where nobody runs, the first one goes, whatever it takes.
    var empty = EngineRoom(places: 3, free: 1, isEmpty: true)
    #expect(empty.has(1, blocks: 9, evictable: evictable) == true)
    empty.take(1, blocks: 9)
    #expect(empty.has(1, blocks: 1, evictable: evictable) == false)
  }
}
