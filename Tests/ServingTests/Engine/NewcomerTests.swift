import Decoder
import Generation
import ServingFixtures
import Testing
import Torch

@testable import Serving

/// Does somebody new get a place at once, however much another asks for?
@Suite(.serialized) struct NewcomerTests {
  private func request(_ asker: String, tokens: Int) -> EngineRequest {
    var request = EngineRequest([100, 200], options: GenerationOptions(maxTokens: tokens, stopsAtEnd: false))
    request.asker = asker
    return request
  }

  @Test func theLastPlacesAreForThoseWhoHaveNone() throws {
    let home = try ServingHome()
    let options = try EngineTests.options(maxSequences: 64)
    #expect(options.placesForNewcomers == 2)
    let world = EngineWorld(home, options, experts: [:])
    for _ in 0..<70 { try world.submit(request("busy", tokens: 300), template: 0) }
    world.loop.turn()
    #expect(world.loop.running.count == 62)
    // Each of two others gets a place in the next step; a second request of one of them has to wait as the busy one's do.
    try world.submit(request("new", tokens: 1), template: 0)
    try world.submit(request("newer", tokens: 300), template: 0)
    try world.submit(request("newer", tokens: 300), template: 0)
    world.loop.turn()
    #expect(world.loop.running.count == 63 && world.loop.queue.count == 9)
    for index in world.asked.indices { world.cancel(index) }
    world.loop.turn()
    world.requireNothingHeld()
  }

  /// Where few sequences may run at all, none is kept back.
  @Test func fewPlacesAreForAll() throws {
    let world = EngineWorld(try ServingHome(), try EngineTests.options(maxSequences: 6), experts: [:])
    for _ in 0..<8 { try world.submit(request("busy", tokens: 300), template: 0) }
    world.loop.turn()
    #expect(world.loop.running.count == 6)
    for index in world.asked.indices { world.cancel(index) }
    world.loop.turn()
    world.requireNothingHeld()
  }
}
