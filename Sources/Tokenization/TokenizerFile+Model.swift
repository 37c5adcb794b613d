import Foundation

extension TokenizerFile {
  struct Model: Decodable {
    /// Absent in files of old versions.
    let type: String?
    let dropout: Double?
    let continuingSubwordPrefix: String?
    let endOfWordSuffix: String?
    let byteFallback: Bool?
    let ignoresMerges: Bool?
    let vocabulary: Spellings
    let merges: Merges

    private enum CodingKeys: String, CodingKey {
      case type, dropout, merges
      case continuingSubwordPrefix = "continuing_subword_prefix"
      case endOfWordSuffix = "end_of_word_suffix"
      case byteFallback = "byte_fallback"
      case ignoresMerges = "ignore_merges"
      case vocabulary = "vocab"
    }
  }

  /// Ids by the UTF-8 of their spelling.
  ///
  /// `String` keys would take canonically equivalent spellings for one. Foundation's JSON objects have such keys: of
  /// two equivalent spellings in one file it keeps one, and the id of the other is then missing, which is refused.
  struct Spellings: Decodable {
    let ids: [[UInt8]: Int]

    init(from decoder: any Decoder) throws {
      let object = try decoder.singleValueContainer().decode([String: Int].self)
      var ids: [[UInt8]: Int] = [:]
      ids.reserveCapacity(object.count)
      for (spelling, id) in object { ids[Array(spelling.utf8)] = id }
      self.ids = ids
    }

    subscript(spelling: String) -> Int? { ids[Array(spelling.utf8)] }
  }

  /// The merges, in order of rank, written as pairs `["a", "b"]` or, before version 0.20, as lines `"a b"`.
  struct Merges: Decodable {
    struct Pair: Equatable {
      let left: [UInt8]
      let right: [UInt8]
    }

    let pairs: [Pair]

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      // The first one tells how they are written: to try both ways on each takes seconds in a large file.
      let asLines = (try? list.decode(String.self)) != nil
      list = try decoder.unkeyedContainer()
      var pairs: [Pair] = []
      while !list.isAtEnd {
        let parts: [[UInt8]]
        if asLines {
          let line = Array(try list.decode(String.self).utf8)
          // The head of a merges.txt, which some files have kept.
          if line.starts(with: "#version".utf8) { continue }
          parts = line.split(separator: 0x20, omittingEmptySubsequences: false).map { Array($0) }
        } else {
          parts = try list.decode([String].self).map { Array($0.utf8) }
        }
        guard parts.count == 2 else {
          throw DecodingError.dataCorrupted(
            .init(
              codingPath: decoder.codingPath,
              debugDescription: "merge \(list.currentIndex - 1) has \(parts.count) tokens, not 2"))
        }
        pairs.append(Pair(left: parts[0], right: parts[1]))
      }
      self.pairs = pairs
    }
  }
}
