import Files
import Foundation
import Torch

/// Keys and values of beginnings that were read, for requests that begin alike: blocks, found by what decided every bit of them.
///
/// A block's key is SHA-256 of the key before it and of its ids; the first key is that of base, expert, arithmetic and scope. The ids are
/// compared, too: a digest never decides alone. Where a request's next ids are only the first ones of a block, these can be copied. One owner.
struct PrefixCache {
  private struct Entry {
    var block: KeyValueBlock
    let ids: [Int]
    /// Of these, so many first ones went through the kernel of prompts that are not short.
    let sliced: Int
    /// Where it is among those that begin alike.
    let opening: Opening
    /// When it was used last; later blocks of a sequence before earlier ones.
    var turn: Int
  }

  /// How blocks begin that a request's next ids are compared with.
  private struct Opening: Hashable {
    let previous: Digest
    let ids: [Int]
  }

  /// What a request begins with.
  struct Beginning {
    /// 64 tokens each.
    var blocks: [KeyValueBlock] = []
    /// A further block, of which so many first tokens are the same.
    var next: (block: KeyValueBlock, tokens: Int)?
  }

  /// Fewer tokens are read as fast as they are copied.
  static let leastCopied = 16
  /// Of blocks that begin alike, so many that came last are compared with: a limit for what a request may cost, however many there are.
  private static let mostCompared = 32

  private var entries: [Digest: Entry] = [:]
  private var openings: [Opening: [Digest]] = [:]
  /// Under which key a block is kept.
  private var keys: [ObjectIdentifier: Digest] = [:]
  private var turn = 0

  /// Blocks that it holds.
  var count: Int { entries.count }

  /// Where a chain begins.
  ///
  /// - Parameter parts: Everything that decides keys and values but the ids: base, expert, arithmetic; and the scope.
  static func root(_ parts: [String]) -> Digest {
    // Lengths keep two lists of parts apart.
    Digest(of: Data(("accrete-kv-1" + parts.map { "/\($0.utf8.count):\($0)" }.joined()).utf8))
  }

  /// The key of a block.
  ///
  /// - Parameter previous: The key of the block before.
  /// - Parameter ids: The block's.
  /// - Parameter sliced: So many first ones of these went through the kernel of prompts.
  private static func key(_ previous: Digest, _ ids: ArraySlice<Int>, sliced: Int) -> Digest {
    var data = previous.bytes
    for id in ids { withUnsafeBytes(of: UInt32(truncatingIfNeeded: id).littleEndian) { data.append(contentsOf: $0) } }
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: sliced).littleEndian) { data.append(contentsOf: $0) }
    return Digest(of: data)
  }

  /// The ids of a block of a sequence, and how many first ones of them are the prompt's.
  private static func content(_ ids: [Int], _ number: Int, prompt: Int) -> (ids: ArraySlice<Int>, sliced: Int) {
    let range = number * KeyValueBlocks.tokens..<min((number + 1) * KeyValueBlocks.tokens, ids.count)
    return (ids[range], min(max(prompt - range.lowerBound, 0), range.count))
  }

  /// What a sequence begins with, as far as it is there.
  ///
  /// - Parameters:
  ///   - root: Where its chain begins.
  ///   - ids: What it is to read; at least the last one is not among the blocks, as its state is needed.
  ///   - prompt: So many of these go through the kernel of prompts.
  mutating func beginning(_ root: Digest, _ ids: [Int], prompt: Int) -> Beginning {
    let most = max(ids.count - 1, 0) / KeyValueBlocks.tokens
    var (found, previous, keys) = (Beginning(), root, [Digest]())
    while found.blocks.count < most {
      let (own, sliced) = Self.content(ids, found.blocks.count, prompt: prompt)
      let key = Self.key(previous, own, sliced: sliced)
      guard let entry = entries[key], entry.ids.elementsEqual(own) else { break }
      found.blocks.append(entry.block)
      keys.append(key)
      previous = key
    }
    let rest = ids.dropLast().dropFirst(found.blocks.count * KeyValueBlocks.tokens)
    if let (key, tokens) = closest(to: rest.prefix(max(prompt - rest.startIndex, 0)), after: previous),
      let entry = entries[key]
    {
      found.next = (entry.block, tokens)
      keys.append(key)
    }
    touch(keys)
    return found
  }

  /// The block that has most first tokens with a prompt's next ones in common.
  private func closest(to ids: ArraySlice<Int>, after previous: Digest) -> (key: Digest, tokens: Int)? {
    guard ids.count >= Self.leastCopied else { return nil }
    var best: (key: Digest, tokens: Int)?
    for key in openings[Opening(previous: previous, ids: Array(ids.prefix(Self.leastCopied)))] ?? [] {
      guard let entry = entries[key] else { continue }
      var tokens = 0
      for (one, other) in zip(entry.ids.prefix(entry.sliced), ids) {
        guard one == other else { break }
        tokens += 1
      }
      // All of a full block is taken by its key, where the tokens behind it allow that.
      tokens = min(tokens, KeyValueBlocks.tokens - 1)
      if tokens >= Self.leastCopied, tokens > best?.tokens ?? 0 { best = (key, tokens) }
    }
    return best
  }

  /// Keeps the blocks of a sequence.
  ///
  /// - Parameters:
  ///   - root: Where its chain begins.
  ///   - ids: What it has read, as many as the blocks hold.
  ///   - prompt: So many of these went through the kernel of prompts.
  ///   - blocks: From the beginning. Of the last one the rest of the prompt is kept, where it is not full.
  ///   - isShort: Whether the prompt was so short that it went through the other kernel: then none of it is copied for longer ones.
  mutating func keep(
    _ root: Digest, _ ids: [Int], prompt: Int, blocks: [KeyValueBlock], isShort: Bool = false
  ) {
    var (previous, keys) = (root, [Digest]())
    for (number, block) in blocks.enumerated() {
      guard ids.count > number * KeyValueBlocks.tokens else { break }
      var (own, sliced) = Self.content(ids, number, prompt: prompt)
      if own.count < KeyValueBlocks.tokens { own = own.prefix(sliced) }
      guard !own.isEmpty else { break }
      let key = Self.key(previous, own, sliced: sliced)
      if entries[key] == nil {
        // It was kept with fewer tokens, and its sequence has gone on writing: held twice, it would never be let go.
        if let before = self.keys[ObjectIdentifier(block)] { remove(before) }
        self.keys[ObjectIdentifier(block)] = key
        let opening = Opening(previous: previous, ids: Array(own.prefix(Self.leastCopied)))
        entries[key] = Entry(block: block, ids: Array(own), sliced: isShort ? 0 : sliced, opening: opening, turn: 0)
        openings[opening, default: []].append(key)
        if openings[opening, default: []].count > Self.mostCompared { openings[opening]?.removeFirst() }
      }
      keys.append(key)
      previous = key
    }
    touch(keys)
  }

  private mutating func touch(_ keys: [Digest]) {
    turn += keys.count
    for (number, key) in keys.enumerated() { entries[key]?.turn = turn - number }
  }

  /// Blocks that nobody else holds.
  var evictable: Int {
    mutating get {
      var (count, index) = (0, entries.startIndex)
      while index < entries.endIndex {
        if isKnownUniquelyReferenced(&entries.values[index].block) { count += 1 }
        entries.formIndex(after: &index)
      }
      return count
    }
  }

  private mutating func isOnlyHere(_ key: Digest) -> Bool {
    guard let index = entries.index(forKey: key) else { return false }
    return isKnownUniquelyReferenced(&entries.values[index].block)
  }

  /// Lets so many blocks go that nobody else holds, those that were used longest ago first.
  ///
  /// - Returns: How many went.
  mutating func evict(_ count: Int) -> Int {
    guard count > 0 else { return 0 }
    let oldest = entries.sorted { $0.value.turn < $1.value.turn }.map(\.key)
    var gone = 0
    for key in oldest where gone < count {
      guard isOnlyHere(key) else { continue }
      remove(key)
      gone += 1
    }
    return gone
  }

  private mutating func remove(_ key: Digest) {
    guard let entry = entries.removeValue(forKey: key) else { return }
    keys.removeValue(forKey: ObjectIdentifier(entry.block))
    openings[entry.opening]?.removeAll { $0 == key }
    if openings[entry.opening]?.isEmpty == true { openings.removeValue(forKey: entry.opening) }
  }

  /// Lets all go.
  mutating func removeAll() { (entries, openings, keys) = ([:], [:], [:]) }
}
