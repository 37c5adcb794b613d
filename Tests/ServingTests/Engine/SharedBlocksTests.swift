import Decoder
import Generation
import ServingFixtures
import Testing
import Torch

/// Do sequences share what those before them have read?
@Suite(.serialized) struct SharedBlocksTests {
  /// Others may begin with the blocks of one that ended with the last step, and of no older one.
  @Test func blocksOfOneThatHasEnded() throws {
    let model = try ServingHome.base.get().model
    let pool = KeyValueBlocks(limit: 4)
    let session = DecodingSession(model, blocks: pool)
    let prompt = (0..<70).map { 100 + $0 }
    let options = GenerationOptions(maxTokens: 1, stopsAtEnd: false)
    let first = try session.add(DecodingSession.Request(prompt, options: options))
    #expect(session.heldBlocks == [first: 0] && session.blocksNeeded == 2)
    #expect(try session.step().map(\.isLast) == [true])
    #expect(session.isEmpty && session.lastStep.tokens == 70 && session.lastStep.experts == 0)
    let shared = try #require(session.blocks(of: first)?.full)
    #expect(shared.count == 1)
    let (second, known) = try session.add(
      DecodingSession.Request(prompt, options: options, choice: 1), sharing: shared)
    #expect(known == 64)
    #expect(try session.step().map(\.sequence) == [second])
    #expect(session.lastStep.tokens == 6 && session.blocks(of: first) == nil)
    session.remove(second)
    #expect(session.blocks(of: second) == nil && pool.used == shared.count)
  }
}
