/// A token beside the model's own ones, as it is written in the file.
struct AddedTokenFile: Equatable {
  let id: Int
  let content: [UInt8]
  let isSingleWord: Bool
  let stripsLeft: Bool
  let stripsRight: Bool
  let isNormalized: Bool
  let isSpecial: Bool

  /// One line that says all of it.
  var line: String {
    let flags = [isSingleWord, stripsLeft, stripsRight, isNormalized, isSpecial].map { $0 ? "1" : "0" }.joined()
    return "\(id) \(flags) \(String(decoding: content, as: UTF8.self).debugDescription)"
  }

  /// How it is looked for; in normalized text its own normalized form is.
  func searched(_ normalizer: Normalizer) -> AddedTokens.Token {
    AddedTokens.Token(
      id: id, bytes: normalizer.normalized(content), stripsLeft: stripsLeft, stripsRight: stripsRight,
      isSingleWord: isSingleWord, isSpecial: isSpecial)
  }
}

extension TokenizerReader {
  /// The added tokens, when none contradicts another or the vocabulary.
  func addedTokens(_ model: ModelFile) throws -> [AddedTokenFile] {
    guard let list = try top.optional("added_tokens") else { return [] }
    var seen: Set<[UInt8]> = []
    return try list.elements().map { location in
      let content = try location.required("content")
      let token = AddedTokenFile(
        id: try location.required("id").integer(), content: try content.bytes(),
        isSingleWord: try location.required("single_word").flag(), stripsLeft: try location.required("lstrip").flag(),
        stripsRight: try location.required("rstrip").flag(), isNormalized: try location.required("normalized").flag(),
        isSpecial: try location.required("special").flag())
      if token.content.isEmpty { throw content.inconsistent("some text", got: "\"\"") }
      if !seen.insert(token.content).inserted {
        throw content.inconsistent("each token once", got: "\"\(try content.text())\" again")
      }
      if let id = model.ids[token.content], id != token.id {
        throw try location.required("id").inconsistent("\(id), as in model.vocab", got: "\(token.id)")
      }
      return token
    }
  }
}
