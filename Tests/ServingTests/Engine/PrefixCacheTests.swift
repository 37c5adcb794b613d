import Files
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

  private func found(_ cache: inout PrefixCache, _ root: Digest, _ ids: [Int], prompt: Int) -> [KeyValueBlock] {
    cache.beginning(root, ids, prompt: prompt).blocks
  }

  @Test func whatWasKeptIsFound() {
    let pool = KeyValueBlocks(limit: 8)
    var cache = PrefixCache()
    let prompt = ids(3 * size + 5)
    keep(&cache, prompt, prompt: prompt.count, in: pool)
    #expect(cache.count == 3 && pool.used == 3)
    #expect(found(&cache, root, prompt, prompt: prompt.count).count == 3)
    // At least one token is left to read.
    #expect(found(&cache, root, ids(3 * size), prompt: 3 * size).count == 2)
    #expect(found(&cache, root, ids(3 * size + 1), prompt: 3 * size + 1).count == 3)
    #expect(found(&cache, root, ids(size), prompt: size).isEmpty)
    var other = prompt
    other[size + 3] += 1
    #expect(found(&cache, root, other, prompt: other.count).count == 1)
    #expect(found(&cache, root, [], prompt: 0).isEmpty)
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
      #expect(found(&cache, PrefixCache.root(other), prompt, prompt: prompt.count).isEmpty)
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
    #expect(found(&cache, root, text, prompt: size + 10).count == 2)
    #expect(found(&cache, root, text, prompt: text.count).count == 1)
    #expect(found(&cache, root, text, prompt: size + 11).count == 1)
  }

  /// Of a block that begins alike, the tokens that are the same can be copied, as far as they went through the kernel of prompts.
  @Test func theFirstTokensOfABlockAreFound() throws {
    let pool = KeyValueBlocks(limit: 8)
    var cache = PrefixCache()
    let text = ids(size + 40)
    let blocks = (0..<2).compactMap { _ in pool.take() }
    cache.keep(root, text, prompt: text.count, blocks: blocks)
    #expect(cache.count == 2)
    func next(_ ids: [Int], prompt: Int? = nil) -> Int? {
      cache.beginning(root, ids, prompt: prompt ?? ids.count).next?.tokens
    }
    // The last token is left to read.
    #expect(next(text) == 39 && next(text + [9_999]) == 40 && next(Array(text.prefix(size + 20))) == 19)
    var other = text + ids(100, from: 3_000)
    other[size + 30] = 7
    #expect(next(other) == 30)
    #expect(next(other, prompt: size + 20) == 20)
    // Fewer are not worth a copy; and what follows another beginning is something else.
    #expect(next(other, prompt: size + 15) == nil && next(Array(text.suffix(40))) == nil)
    // A full block, too, where the sequence ends in it or goes another way.
    #expect(next(Array(text.prefix(size))) == size - 1)
    other[50] = 7
    #expect(next(other) == 50)
    let found = cache.beginning(root, other, prompt: other.count)
    #expect(found.blocks.isEmpty && found.next?.block === blocks[0])
  }

  @Test func theTokensOfShortPromptsAndOfAnswersAreNotCopied() {
    let pool = KeyValueBlocks(limit: 8)
    var cache = PrefixCache()
    let text = ids(size)
    // 20 of the prompt, 44 written.
    cache.keep(root, text, prompt: 20, blocks: [pool.take()].compactMap(\.self))
    #expect(cache.beginning(root, ids(size + 1), prompt: size + 1).next?.tokens == 20)
    cache.removeAll()
    cache.keep(root, text, prompt: 16, blocks: [pool.take()].compactMap(\.self), isShort: true)
    #expect(cache.count == 1 && cache.beginning(root, ids(size + 1), prompt: size + 1).next == nil)
  }

  /// A block is held once, with as much as it has: at first the end of a prompt, later what was written behind it, too.
  @Test func aBlockIsKeptOnce() {
    let pool = KeyValueBlocks(limit: 8)
    var cache = PrefixCache()
    do {
      let blocks = [pool.take()].compactMap(\.self)
      cache.keep(root, ids(40), prompt: 40, blocks: blocks)
      cache.keep(root, ids(size + 3), prompt: 40, blocks: blocks)
    }
    #expect(cache.count == 1 && pool.used == 1 && cache.evictable == 1)
    #expect(cache.beginning(root, ids(size + 3), prompt: 40).blocks.count == 1)
    #expect(cache.beginning(root, ids(50), prompt: 50).next?.tokens == 40)
    #expect(cache.evict(1) == 1 && pool.used == 0)
  }

  /// However many blocks begin alike, few are looked at; all of them can go.
  @Test func thereIsALimitToWhatIsCompared() {
    let pool = KeyValueBlocks(limit: 100)
    var cache = PrefixCache()
    for number in 0..<100 {
      let text = ids(30) + ids(10, from: 1_000 + 100 * number)
      cache.keep(root, text, prompt: text.count, blocks: [pool.take()].compactMap(\.self))
    }
    func tokens(_ number: Int) -> Int? {
      cache.beginning(root, ids(30) + ids(11, from: 1_000 + 100 * number), prompt: 41).next?.tokens
    }
    #expect(cache.count == 100 && tokens(99) == 40 && tokens(0) == 30)
    #expect(cache.evict(100) == 100 && pool.used == 0 && tokens(99) == nil)
  }

  @Test func whatIsUsedStays() {
    let pool = KeyValueBlocks(limit: 4)
    var cache = PrefixCache()
    let prompt = ids(3 * size + 1)
    keep(&cache, prompt, prompt: prompt.count, in: pool)
    do {
      let held = found(&cache, root, prompt, prompt: prompt.count)
      #expect(cache.evictable == 0 && cache.evict(3) == 0 && held.count == 3)
      withExtendedLifetime(held) {}
    }
    #expect(cache.evictable == 3)
    // The end of a text goes before its beginning: without that, nothing behind it is found.
    #expect(cache.evict(1) == 1 && pool.used == 2)
    #expect(found(&cache, root, prompt, prompt: prompt.count).count == 2)
    #expect(cache.evict(5) == 2 && pool.used == 0 && cache.count == 0)
    #expect(cache.evict(0) == 0)
  }

  @Test func whatWasUsedLongestAgoGoesFirst() {
    let pool = KeyValueBlocks(limit: 4)
    var cache = PrefixCache()
    let (one, two) = (ids(size + 1), ids(size + 1, from: 5_000))
    keep(&cache, one, prompt: one.count, in: pool)
    keep(&cache, two, prompt: two.count, in: pool)
    #expect(found(&cache, root, one, prompt: one.count).count == 1)
    #expect(cache.evict(1) == 1)
    #expect(found(&cache, root, one, prompt: one.count).count == 1)
    #expect(found(&cache, root, two, prompt: two.count).isEmpty)
    // Kept twice, it is held once.
    keep(&cache, one, prompt: one.count, in: pool)
    #expect(pool.used == 1)
    cache.removeAll()
    #expect(pool.used == 0)
  }
}
