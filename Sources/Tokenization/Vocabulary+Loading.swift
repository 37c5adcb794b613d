extension Vocabulary {
  /// Checks and builds the vocabulary that `model` and the added tokens describe.
  init(
    _ model: TokenizerFile.Model, added: [TokenizerFile.AddedToken], normalizer: Normalizer, file: String
  ) throws {
    // Words and merges know the model's own tokens, not the added ones.
    let known = model.vocabulary.ids
    let spellings = try Self.spellings(model.vocabulary, added, file: file)
    self.file = file
    var tokens = spellings.map { Token(bytes: ByteAlphabet.decodedBytes(of: $0), isSpecial: false) }
    for token in added {
      // A token that is found in normalized text is decoded as such.
      let spelling = Array(token.content.utf8)
      let shown = token.normalized ? normalizer.normalized(spelling[...]) : spelling
      tokens[token.id] = Token(bytes: ByteAlphabet.decodedBytes(of: shown), isSpecial: token.special)
    }
    self.tokens = tokens
    idsBySpelling = added.reduce(into: known) { $0[Array($1.content.utf8)] = $1.id }
    byteIDs = try Self.byteIDs(known, file: file)
    merges = try Self.merges(model.merges.pairs, known, file: file)
    wholeWords = model.ignoresMerges == true ? Self.wholeWords(known) : [:]
  }

  /// The spelling of every id, in order of the ids: each id from 0 has exactly one.
  private static func spellings(
    _ vocabulary: TokenizerFile.Spellings, _ added: [TokenizerFile.AddedToken], file: String
  ) throws -> [[UInt8]] {
    let extra = added.filter { vocabulary[$0.content] == nil }
    let count = vocabulary.ids.count + extra.count
    guard count <= Int32.max else {
      throw TokenizationError.inconsistent(
        file: file, key: "model.vocab", expected: "at most \(Int32.max) tokens", got: "\(count)")
    }
    var spellings = [[UInt8]?](repeating: nil, count: count)
    func place(_ spelling: [UInt8], at id: Int, key: String) throws {
      guard spellings.indices.contains(id) else {
        throw TokenizationError.inconsistent(
          file: file, key: key,
          expected: "ids 0..<\(count), one for each of the \(count) tokens, no two spelled canonically equivalent",
          got: "id \(id) for \(quoted(spelling))")
      }
      if let other = spellings[id] {
        throw TokenizationError.inconsistent(
          file: file, key: key, expected: "one token for each id",
          // In order, so that the message does not depend on the order of a dictionary.
          got: "id \(id) for both \([other, spelling].map(quoted).sorted().joined(separator: " and "))")
      }
      spellings[id] = spelling
    }
    for (spelling, id) in vocabulary.ids { try place(spelling, at: id, key: "model.vocab") }
    for token in extra { try place(Array(token.content.utf8), at: token.id, key: "added_tokens") }
    // As many tokens as ids, all ids in range and none twice: no id is left without one.
    return spellings.compactMap { $0 }
  }

  private static func byteIDs(_ ids: [[UInt8]: Int], file: String) throws -> [Int32] {
    try ByteAlphabet.scalars.enumerated().map { byte, scalar in
      let spelling = Array(String(scalar).utf8)
      guard let id = ids[spelling] else {
        throw TokenizationError.inconsistent(
          file: file, key: "model.vocab", expected: "a token for each of the 256 bytes, as byte-level BPE has",
          got: "none for byte \(byte), which is spelled \(quoted(spelling))")
      }
      return Int32(id)
    }
  }

  private static func merges(
    _ pairs: [TokenizerFile.Merges.Pair], _ ids: [[UInt8]: Int], file: String
  ) throws -> MergeTable {
    var table = MergeTable(capacity: pairs.count)
    for (rank, pair) in pairs.enumerated() {
      func id(_ spelling: [UInt8]) throws -> Int32 {
        guard let id = ids[spelling] else {
          throw TokenizationError.inconsistent(
            file: file, key: "model.merges[\(rank)]", expected: "tokens of model.vocab",
            got: "\(quoted(spelling)), which is not in it")
        }
        return Int32(id)
      }
      let merge = MergeTable.Merge(rank: Int32(clamping: rank), id: try id(pair.left + pair.right))
      table[try id(pair.left), try id(pair.right)] = merge
    }
    return table
  }

  private static func wholeWords(_ ids: [[UInt8]: Int]) -> [ArraySlice<UInt8>: Int32] {
    var words: [ArraySlice<UInt8>: Int32] = [:]
    for (spelling, id) in ids {
      // A token with a scalar outside the alphabet spells no word.
      guard let bytes = ByteAlphabet.spelledBytes(of: String(decoding: spelling, as: UTF8.self)) else { continue }
      words[bytes[...]] = Int32(id)
    }
    return words
  }

  private static func quoted(_ spelling: [UInt8]) -> String { "\"\(String(decoding: spelling, as: UTF8.self))\"" }
}
