extension BPETokenizer {
  /// The text of `ids`; bytes that are not UTF-8 become U+FFFD, as many as Python makes.
  ///
  /// - Throws: `TokenizationError.unknownID` when an id is outside `0..<vocabularySize`.
  public func decode(_ ids: [Int], skipSpecialTokens: Bool) throws -> String {
    var detokenizer = Detokenizer(stages.decoder)
    for (position, id) in ids.enumerated() {
      if let bytes = try bytes(of: id, at: position, skipSpecialTokens: skipSpecialTokens) { detokenizer.push(bytes) }
    }
    detokenizer.finish()
    return detokenizer.taken()
  }

  public func textStream(skipSpecialTokens: Bool) -> TextStream {
    TextStream(self, skipSpecialTokens: skipSpecialTokens)
  }

  /// What a token gives to the decoder, or `nil` if it is left out.
  func bytes(of id: Int, at position: Int, skipSpecialTokens: Bool) throws -> [UInt8]? {
    guard vocabulary.tokens.indices.contains(id) else {
      throw TokenizationError.unknownID(
        file: vocabulary.file, position: position, expected: "an id in 0..<\(vocabularySize)", got: "\(id)")
    }
    let token = vocabulary.tokens[id]
    return skipSpecialTokens && token.isSpecial ? nil : token.bytes
  }
}
