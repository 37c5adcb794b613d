import Files
import Foundation

/// The tokens of all documents of one side of a source, one after the other, each document followed by the end token.
///
/// They stay on the disk; what is read is mapped into memory. Safe to read from several threads.
public struct TokenStream: Sendable {
  /// All tokens, end tokens included.
  public let count: Int
  /// The documents that they are of.
  public let documents: Int
  private let shards: [TokenShard]
  /// Where each shard begins in the stream.
  private let starts: [Int]
  private let bytesPerToken: Int
  private let vocabularySize: Int

  init(_ shards: [TokenShard], bytesPerToken: Int, vocabularySize: Int) {
    var (starts, count) = ([Int](), 0)
    for shard in shards {
      starts.append(count)
      count += shard.tokens
    }
    self.shards = shards
    self.starts = starts
    self.count = count
    self.bytesPerToken = bytesPerToken
    self.vocabularySize = vocabularySize
    documents = shards.reduce(0) { $0 + $1.documents }
  }

  /// The windows of a length: the last has its last target still in the stream.
  ///
  /// - Parameter length: Tokens of input; less than 1 has none.
  public func windows(length: Int) -> Int { length > 0 && count > 0 ? (count - 1) / length : 0 }

  /// A window: `length` inputs, and behind each its target.
  ///
  /// - Parameters:
  ///   - window: From 0.
  ///   - length: Tokens of input.
  /// - Returns: The `length + 1` tokens from `window · length` on.
  /// - Throws: ``CorpusError/shard(_:)`` if there is no such window, or its tokens are none of the vocabulary.
  public func window(_ window: Int, length: Int) throws -> [Int] {
    guard (0..<windows(length: length)).contains(window) else {
      throw CorpusError.shard(
        .init(
          "window \(window) of \(length) tokens", expected: "a window in 0..<\(windows(length: length))",
          got: "another", fix: "Choose one that the stream has."))
    }
    return try tokens(at: window * length..<window * length + length + 1)
  }

  /// Tokens by their positions in the stream.
  ///
  /// - Throws: ``CorpusError/shard(_:)`` if there are no such positions, or a token is none of the vocabulary.
  public func tokens(at range: Range<Int>) throws -> [Int] {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw CorpusError.shard(
        .init(
          "tokens \(range)", expected: "positions in 0..<\(count)", got: "others",
          fix: "Choose positions that the stream has."))
    }
    var tokens: [Int] = []
    tokens.reserveCapacity(range.count)
    // The last shard that begins at or before the range.
    var number = (starts.partitioningIndex { $0 > range.lowerBound }) - 1
    var position = range.lowerBound
    while position < range.upperBound {
      let start = starts[number]
      let end = min(range.upperBound, start + shards[number].tokens)
      try append(position - start..<end - start, of: shards[number], to: &tokens)
      position = end
      number += 1
    }
    return tokens
  }

  private func append(_ range: Range<Int>, of shard: TokenShard, to tokens: inout [Int]) throws {
    try withExtendedLifetime(shard.file) {
      let bytes = shard.file.bytes
      for position in range {
        let offset = position * bytesPerToken
        let id =
          bytesPerToken == 2
          ? Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
          : Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        guard id < vocabularySize else {
          throw shard.wrong(expected: "ids below \(vocabularySize)", got: "\(id) at token \(position)")
        }
        tokens.append(id)
      }
    }
  }
}

extension [Int] {
  /// The first index whose element is on the right side of a rising list; its count if none is.
  fileprivate func partitioningIndex(_ isRight: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = low + (high - low) / 2
      if isRight(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
