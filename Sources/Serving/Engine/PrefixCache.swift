import Files
import Foundation
import Torch

/// Keys and values of beginnings that were read, for requests that begin alike: full blocks, found by what decided every bit of them.
///
/// A block's key is SHA-256 of the key before it and of its ids; the first key is that of base, expert, arithmetic and scope. The ids are
/// compared, too: a digest never decides alone. One owner.
struct PrefixCache {
  private struct Entry {
    var block: KeyValueBlock
    let ids: [Int]
    /// When it was used last; later blocks of a sequence before earlier ones.
    var turn: Int
  }

  private var entries: [Digest: Entry] = [:]
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

  private static func keys(_ root: Digest, _ ids: [Int], prompt: Int, blocks: Int) -> [Digest] {
    let size = KeyValueBlocks.tokens
    var previous = root
    return (0..<blocks).map { number in
      let range = number * size..<(number + 1) * size
      previous = key(previous, ids[range], sliced: min(max(prompt - range.lowerBound, 0), size))
      return previous
    }
  }

  /// The blocks that a sequence begins with, as far as they are there.
  ///
  /// - Parameters:
  ///   - root: Where its chain begins.
  ///   - ids: What it is to read; at least the last one is not among the blocks, as its state is needed.
  ///   - prompt: So many of these go through the kernel of prompts.
  mutating func blocks(_ root: Digest, _ ids: [Int], prompt: Int) -> [KeyValueBlock] {
    let size = KeyValueBlocks.tokens
    let most = max(ids.count - 1, 0) / size
    var (found, keys): ([KeyValueBlock], [Digest]) = ([], [])
    for (number, key) in Self.keys(root, ids, prompt: prompt, blocks: most).enumerated() {
      guard let entry = entries[key], entry.ids.elementsEqual(ids[number * size..<(number + 1) * size]) else { break }
      found.append(entry.block)
      keys.append(key)
    }
    touch(keys)
    return found
  }

  /// Keeps the blocks of a sequence.
  ///
  /// - Parameters:
  ///   - root: Where its chain begins.
  ///   - ids: What it has read, as many as the blocks hold.
  ///   - prompt: So many of these went through the kernel of prompts.
  ///   - blocks: Full ones, from the beginning.
  mutating func keep(_ root: Digest, _ ids: [Int], prompt: Int, blocks: [KeyValueBlock]) {
    let size = KeyValueBlocks.tokens
    guard ids.count >= blocks.count * size else { return }
    let keys = Self.keys(root, ids, prompt: prompt, blocks: blocks.count)
    for (number, key) in keys.enumerated() where entries[key] == nil {
      entries[key] = Entry(block: blocks[number], ids: Array(ids[number * size..<(number + 1) * size]), turn: 0)
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
      entries.removeValue(forKey: key)
      gone += 1
    }
    return gone
  }

  /// Lets all go.
  mutating func removeAll() { entries = [:] }
}
