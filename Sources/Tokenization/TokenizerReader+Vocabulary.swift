extension Vocabulary {
  /// How the tokens of a vocabulary are spelled, and what becomes of them in decoding.
  struct Form {
    /// Words are spelled in the byte-level alphabet; else in their own characters.
    let isByteLevel: Bool
    let decoder: [DecoderStep]

    /// What a token gives to the decoder.
    func given(_ spelling: [UInt8]) -> [UInt8] {
      decoder.first == .byteLevel ? ByteAlphabet.decodedBytes(of: spelling) : spelling
    }
  }

  /// Checks and builds the vocabulary that `model` and the added tokens describe.
  init(_ model: ModelFile, added: [AddedTokenFile], form: Form, normalizer: Normalizer) throws {
    file = model.location.file
    // Words and merges know the model's own tokens, not the added ones.
    let known = model.ids
    var tokens = try Self.spellings(model, added).map { Token(bytes: form.given($0), isSpecial: false) }
    let special = Set(added.filter(\.isSpecial).map(\.content))
    for token in added {
      // A token that is found in normalized text is decoded as such: with Llama 2's first files `<s>` is then "▁<s>", which
      // Python does not know as special and does not leave out.
      let shown = token.isNormalized ? normalizer.normalized(token.content) : token.content
      tokens[token.id] = Token(bytes: form.given(shown), isSpecial: special.contains(shown))
    }
    self.tokens = tokens
    idsBySpelling = added.reduce(into: known) { $0[$1.content] = $1.id }
    let merges = try Self.merges(model)
    self.merges = merges.table
    if form.isByteLevel {
      symbols = .bytes(try Self.byteIDs(model))
      wholeWords = model.ignoresMerges ? Self.wholeWords(known) : [:]
      boundary = nil
    } else {
      symbols = .characters(try Self.characters(model))
      wholeWords = model.ignoresMerges ? known.reduce(into: [:]) { $0[$1.key[...]] = Int32($1.value) } : [:]
      boundary = known[Self.underline] != nil && !merges.joinsBoundary ? Self.underline : nil
    }
  }

  /// "▁", which stands for a space.
  private static let underline = Array("\u{2581}".utf8)

  /// The spelling of every id, in order of the ids: each id from 0 has exactly one.
  private static func spellings(_ model: ModelFile, _ added: [AddedTokenFile]) throws -> [[UInt8]] {
    let extra = added.filter { model.ids[$0.content] == nil }
    let count = model.ids.count + extra.count
    let file = model.location.file
    guard count <= Int32.max else {
      throw TokenizationError.inconsistent(
        file: file, key: "model.vocab", expected: "at most \(Int32.max) tokens", got: "\(count)")
    }
    var spellings = [[UInt8]?](repeating: nil, count: count)
    func place(_ spelling: [UInt8], at id: Int, key: String) throws {
      guard spellings.indices.contains(id) else {
        throw TokenizationError.inconsistent(
          file: file, key: key, expected: "ids 0..<\(count), one for each of the \(count) tokens",
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
    for (spelling, id) in model.ids { try place(spelling, at: id, key: "model.vocab") }
    for token in extra { try place(token.content, at: token.id, key: "added_tokens") }
    // As many tokens as ids, all ids in range and none twice: no id is left without one.
    return spellings.compactMap { $0 }
  }

  private static func byteIDs(_ model: ModelFile) throws -> [Int32] {
    try ByteAlphabet.scalars.enumerated().map { byte, scalar in
      let spelling = Array(String(scalar).utf8)
      guard let id = model.ids[spelling] else {
        throw TokenizationError.inconsistent(
          file: model.location.file, key: "model.vocab",
          expected: "a token for each of the 256 bytes, as byte-level BPE has",
          got: "none for byte \(byte), which is spelled \(quoted(spelling))")
      }
      return Int32(id)
    }
  }

  /// The tokens of single characters and, with byte fallback, of bytes.
  private static func characters(_ model: ModelFile) throws -> CharacterSymbols {
    var bytes: [Int32]?
    if model.fallsBackToBytes {
      bytes = (0..<256).map { byte in
        let digits = String(byte, radix: 16, uppercase: true)
        return model.ids[Array("<0x\(digits.count == 1 ? "0" : "")\(digits)>".utf8)].map { Int32($0) } ?? -1
      }
    }
    var unknown: Int32?
    if let token = model.unknownToken {
      guard let id = model.ids[token] else {
        throw TokenizationError.inconsistent(
          file: model.location.file, key: "model.unk_token", expected: "a token of model.vocab", got: quoted(token))
      }
      unknown = Int32(id)
    } else if bytes?.contains(-1) ?? true {
      throw TokenizationError.unsupported(
        file: model.location.file, key: "model.unk_token",
        expected: "an unknown token, or byte_fallback with a token for each byte: text would be lost without a word",
        got: "null")
    }
    var symbols = CharacterSymbols(bytes: bytes, unknown: unknown, fusesUnknown: model.fusesUnknown)
    for (spelling, id) in model.ids {
      let length = spelling.first.map { UTF8Bytes.scalarLength(lead: $0) }
      if spelling.count == length, let scalar = UTF8Bytes.scalar(spelling[...]) { symbols[scalar] = Int32(id) }
    }
    return symbols
  }

  /// The merges by pair, and whether one of them has the boundary of words within it, behind another character.
  private static func merges(_ model: ModelFile) throws -> (table: MergeTable, joinsBoundary: Bool) {
    var table = MergeTable(capacity: model.merges.count)
    var joinsBoundary = false
    for (rank, pair) in model.merges.enumerated() {
      func id(_ spelling: [UInt8]) throws -> Int32 {
        guard let id = model.ids[spelling] else {
          throw TokenizationError.inconsistent(
            file: model.location.file, key: "model.merges[\(rank)]", expected: "tokens of model.vocab",
            got: "\(quoted(spelling)), which is not in it")
        }
        return Int32(id)
      }
      let merge = MergeTable.Merge(rank: Int32(clamping: rank), id: try id(pair.left + pair.right))
      table[try id(pair.left), try id(pair.right)] = merge
      // Every token that merging makes is made of two: it is enough to look where those meet.
      joinsBoundary =
        joinsBoundary || pair.right.starts(with: underline) && !pair.left.suffix(3).elementsEqual(underline)
    }
    return (table, joinsBoundary)
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
