import TestSupport
import Testing
import Torch

/// Are blocks given out once, taken back when nobody holds them, and copied whole?
@Suite struct KeyValueBlocksTests {
  @Test func noMoreThanThereAre() {
    let pool = KeyValueBlocks(limit: 3)
    #expect(pool.used == 0 && pool.available == 3)
    var held = (0..<4).map { _ in pool.take() }
    #expect(held.map { $0 == nil } == [false, false, false, true] && pool.available == 0)
    let shared = held[1]
    held = []
    #expect(pool.used == 1 && pool.available == 2)
    // The same ones come again.
    let again = (0..<3).compactMap { _ in pool.take() }
    #expect(again.count == 2 && pool.used == 3)
    withExtendedLifetime((shared, again)) {}
  }

  @Test func withoutALimit() {
    let pool = KeyValueBlocks()
    let held = (0..<40).compactMap { _ in pool.take() }
    #expect(held.count == 40 && pool.used == 40 && pool.available == nil)
  }

  /// A copy reads as the original, and what is written there later stays there.
  @Test func aCopyIsOnesOwn() throws {
    let pool = KeyValueBlocks(limit: 2)
    let block = try #require(pool.take())
    func keys(_ block: KeyValueBlock, length: Int) -> CachedKeys {
      CachedKeys(pool: pool, layer: 2, kvHeads: 1, headDim: 8, blocks: [block], length: length)
    }
    func attend(_ x: Tensor, _ caches: inout [CachedKeys], _ lengths: [Int]) throws -> [Float] {
      try CachedAttention.attend(
        queries: x, new: CachedAttention.New(keys: x, values: x), layout: PackedAttention.Layout(lengths: lengths),
        caches: &caches
      ).floats()
    }
    var first = [keys(block, length: 0)]
    _ = try attend(normal([5, 1, 8], 1), &first, [5])
    let copy = try #require(try pool.copy(of: block))
    #expect(pool.available == 0)
    #expect(try pool.copy(of: block) == nil)
    let next = try normal([1, 1, 8], 2)
    var (original, other) = ([keys(block, length: 5)], [keys(copy, length: 5)])
    let expected = try attend(next, &original, [1])
    // Another sixth token in the copy: the original's is still there.
    _ = try attend(normal([1, 1, 8], 3), &other, [1])
    var (again, own) = ([keys(block, length: 5)], [keys(copy, length: 5)])
    #expect(try attend(next, &again, [1]) == expected)
    #expect(try attend(next, &own, [1]) == expected)
  }

  @Test func whatDoesNotFit() throws {
    let pool = KeyValueBlocks(limit: 1)
    func attend(_ heads: Int, _ tokens: Int) throws {
      var caches = [CachedKeys(pool: pool, layer: 0, kvHeads: heads, headDim: 4, blocks: [], length: 0)]
      let x = try normal([tokens, heads, 4], 1)
      _ = try CachedAttention.attend(
        queries: x, new: CachedAttention.New(keys: x, values: x), layout: PackedAttention.Layout(lengths: [tokens]),
        caches: &caches)
    }
    try attend(1, 64)
    #expect(pool.used == 0)
    // A layer has the same heads in all blocks, and one block has room for 64 tokens.
    #expect(throws: TorchError.self) { try attend(2, 3) }
    #expect(throws: TorchError.self) { try attend(1, 65) }
    #expect(pool.used == 0)
  }
}
