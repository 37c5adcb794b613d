extension TokenizerReader {
  /// The special tokens that the post-processor puts around one sequence.
  func template(vocabularySize: Int) throws -> SpecialTokenTemplate {
    guard let location = try top.optional("post_processor") else { return SpecialTokenTemplate() }
    return try template(location, vocabularySize: vocabularySize)
  }

  private func template(_ location: JSONLocation, vocabularySize: Int) throws -> SpecialTokenTemplate {
    let type = try location.required("type").text()
    switch type {
    case "ByteLevel": return SpecialTokenTemplate()  // It moves offsets, not ids.
    case "Sequence":
      return try location.required("processors").elements().reduce(into: SpecialTokenTemplate()) { template, part in
        let inner = try self.template(part, vocabularySize: vocabularySize)
        template.before = inner.before + template.before
        template.after += inner.after
        try requireSize(of: template, location)
      }
    case "TemplateProcessing": return try single(location, vocabularySize: vocabularySize)
    default: throw location.unsupported("null, ByteLevel, TemplateProcessing or a Sequence of them", got: type)
    }
  }

  /// A few tokens are put around a text. A list of tokens that is named again and again would otherwise make a small file
  /// fill the memory.
  private func requireSize(of template: SpecialTokenTemplate, _ location: JSONLocation) throws {
    let count = template.before.count + template.after.count
    guard count <= 1024 else { throw location.unsupported("at most 1024 tokens around a text", got: "\(count)") }
  }

  private func single(_ location: JSONLocation, vocabularySize: Int) throws -> SpecialTokenTemplate {
    var template = SpecialTokenTemplate()
    var sequences = 0
    let single = try location.required("single")
    for piece in try single.elements() {
      if let name = try piece.optional("SpecialToken")?.required("id") {
        let ids = try self.ids(named: name, of: location, piece, vocabularySize: vocabularySize)
        if sequences == 0 { template.before += ids } else { template.after += ids }
        try requireSize(of: template, location)
      } else if try piece.optional("Sequence") != nil {
        sequences += 1
      } else {
        throw piece.unsupported("a SpecialToken or a Sequence", got: "neither")
      }
    }
    guard sequences == 1 else { throw single.unsupported("the sequence once", got: "it \(sequences) times") }
    return template
  }

  private func ids(
    named name: JSONLocation, of location: JSONLocation, _ piece: JSONLocation, vocabularySize: Int
  ) throws -> [Int] {
    guard let token = try location.optional("special_tokens")?.optional(try name.text()) else {
      throw piece.inconsistent("a token of special_tokens", got: "\"\(try name.text())\"")
    }
    let list = try token.required("ids")
    let ids = try list.elements().map { try $0.integer() }
    if let id = ids.first(where: { !(0..<vocabularySize).contains($0) }) {
      throw list.inconsistent("ids in 0..<\(vocabularySize)", got: "\(id)")
    }
    return ids
  }
}
