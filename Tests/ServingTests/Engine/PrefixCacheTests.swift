import Testing
import Torch

@testable import Serving

/// Are blocks found by everything that decided them, and by nothing less?
@Suite struct PrefixCacheTests {
  private let size = KeyValueBlocks.tokens
  private let root = PrefixCache.root(["base", "expert", "arithmetic", "scope"])

  private func ids(_ count: Int, from first: Int = 0) -> [Int] { (0..<count).map { first + $0 } }

  /// Keeps blocks that nobody else holds.
  private func keep(_ cache: inout PrefixCache, _ ids: [Int], prompt: Int, in pool: KeyValueBlocks) {
    cache.keep(root, ids, prompt: prompt, blocks: (0..<ids.count / size).compactMap { _ in pool.take() })
  }

  @Test func whatWasKeptIsFound() {
    let pool = KeyValueBlocks(limit: 8)
    var cache = PrefixCache()
    let prompt = ids(3 * size + 5)
    keep(&cache, prompt, prompt: prompt.count, in: pool)
    #expect(cache.count == 3 && pool.used == 3)
    #expect(cache.blocks(root, prompt, prompt: prompt.count).count == 3)
    // At least one token is left to read.
    #expect(cache.blocks(root, ids(3 * size), prompt: 3 * size).count == 2)
    #expect(cache.blocks(root, ids(3 * size + 1), prompt: 3 * size + 1).count == 3)
    #expect(cache.blocks(root, ids(size), prompt: size).isEmpty)
    var other = prompt
    other[size + 3] += 1
    #expect(cache.blocks(root, other, prompt: other.count).count == 1)
    #expect(cache.blocks(root, [], prompt: 0).isEmpty)
  }

  @Test func everyPartOfARootKeepsApart() {
    let pool = KeyValueBlocks(limit: 8)
    var cache = PrefixCache()
    let prompt = ids(2 * size)
    keep(&cache, prompt, prompt: prompt.count, in: pool)
    let parts = ["base", "expert", "arithmetic", "scope"]
    for position in parts.indices {
      var other = parts
      other[position] += "2"
      #expect(cache.blocks(PrefixCache.root(other), prompt, prompt: prompt.count).isEmpty)
    }
    #expect(PrefixCache.root(["a", "bc"]) != PrefixCache.root(["ab", "c"]))
    #expect(PrefixCache.root(["a/1:b"]) != PrefixCache.root(["a", "b"]))
  }

  /// The same tokens, written by the model, went through another kernel than as a prompt.
  @Test func whatWasWrittenIsNoPrompt() {
    let pool = KeyValueBlocks(limit: 8)
    var cache = PrefixCache()
    let text = ids(2 * size + 1)
    keep(&cache, Array(text.prefix(2 * size)), prompt: size + 10, in: pool)
    #expect(cache.blocks(root, text, prompt: size + 10).count == 2)
    #expect(cache.blocks(root, text, prompt: text.count).count == 1)
    #expect(cache.blocks(root, text, prompt: size + 11).count == 1)
  }

  @Test func whatIsUsedStays() {
    let pool = KeyValueBlocks(limit: 4)
    var cache = PrefixCache()
    let prompt = ids(3 * size + 1)
    keep(&cache, prompt, prompt: prompt.count, in: pool)
    do {
      let held = cache.blocks(root, prompt, prompt: prompt.count)
      #expect(cache.evictable == 0 && cache.evict(3) == 0 && held.count == 3)
      withExtendedLifetime(held) {}
    }
    #expect(cache.evictable == 3)
    // The end of a text goes before its beginning: without that, nothing behind it is found.
    #expect(cache.evict(1) == 1 && pool.used == 2)
    #expect(cache.blocks(root, prompt, prompt: prompt.count).count == 2)
    #expect(cache.evict(5) == 2 && pool.used == 0 && cache.count == 0)
    #expect(cache.evict(0) == 0)
  }

  @Test func whatWasUsedLongestAgoGoesFirst() {
    let pool = KeyValueBlocks(limit: 4)
    var cache = PrefixCache()
    let (one, two) = (ids(size + 1), ids(size + 1, from: 5_000))
    keep(&cache, one, prompt: one.count, in: pool)
    keep(&cache, two, prompt: two.count, in: pool)
    #expect(cache.blocks(root, one, prompt: one.count).count == 1)
    #expect(cache.evict(1) == 1)
    #expect(cache.blocks(root, one, prompt: one.count).count == 1)
    #expect(cache.blocks(root, two, prompt: two.count).isEmpty)
    // Kept twice, it is held once.
    keep(&cache, one, prompt: one.count, in: pool)
    #expect(pool.used == 1)
    cache.removeAll()
    #expect(pool.used == 0)
  }
}
