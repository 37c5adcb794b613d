extension Reading {
  /// The steps that cut text into words.
  func preTokenizer(_ preTokenizer: TokenizerFile.PreTokenizer?) throws -> PreTokenizer {
    let key = "pre_tokenizer"
    guard let preTokenizer else { throw unsupported(key, expected: Self.preTokenizers, got: "null") }
    let parts = flattened(preTokenizer, key: key)
    var steps: [PreTokenizer.Step] = []
    for (index, (part, key)) in parts.enumerated() {
      switch part.type {
      case "Split": steps.append(try split(part, key: key))
      case "ByteLevel":
        // After it text is spelled in the byte alphabet, where patterns see other characters.
        guard index == parts.count - 1 else {
          throw unsupported(key, expected: "ByteLevel as the last pre-tokenizer", got: "ByteLevel before others")
        }
        if part.addsPrefixSpace ?? true { steps.append(.prefixSpace) }
        if part.usesRegex ?? true { steps.append(.scanner(.gpt2)) }
      default: throw unsupported(key, expected: Self.preTokenizers, got: part.type)
      }
    }
    guard parts.last?.0.type == "ByteLevel" else {
      throw unsupported(key, expected: "ByteLevel as the last pre-tokenizer", got: "none")
    }
    return PreTokenizer(steps: steps)
  }

  private static let preTokenizers = "ByteLevel, or a Sequence of Split and ByteLevel"

  /// The parts of a sequence, and of sequences in it, each with its key.
  private func flattened(
    _ part: TokenizerFile.PreTokenizer, key: String
  ) -> [(TokenizerFile.PreTokenizer, String)] {
    guard part.type == "Sequence" else { return [(part, key)] }
    return (part.parts ?? []).enumerated().flatMap { index, inner in
      flattened(inner, key: "\(key).pretokenizers[\(index)]")
    }
  }

  private func split(_ part: TokenizerFile.PreTokenizer, key: String) throws -> PreTokenizer.Step {
    guard let pattern = part.pattern?.regex else {
      throw unsupported("\(key).pattern", expected: "a Regex", got: "none")
    }
    guard part.behavior == "Isolated" else {
      throw unsupported("\(key).behavior", expected: "\"Isolated\"", got: part.behavior ?? "none")
    }
    // Inverted, what is between matches would be isolated: with both sides kept that is the same cut.
    if let scanner = PatternScanner.forPattern(pattern) { return .scanner(scanner) }
    return .regex(try RegexCutter(pattern: pattern, file: file, key: "\(key).pattern.Regex"))
  }

  /// The special tokens that the post-processor puts around one sequence.
  func template(
    _ processor: TokenizerFile.PostProcessor?, vocabularySize: Int, key: String = "post_processor"
  ) throws -> Template {
    guard let processor else { return Template() }
    switch processor.type {
    case "ByteLevel": return Template()  // It moves offsets, not ids.
    case "Sequence":
      return try (processor.processors ?? []).enumerated().reduce(into: Template()) { template, entry in
        let inner = try self.template(
          entry.element, vocabularySize: vocabularySize, key: "\(key).processors[\(entry.offset)]")
        template.before = inner.before + template.before
        template.after += inner.after
        try requireSize(of: template, key: key)
      }
    case "TemplateProcessing": return try single(processor, vocabularySize: vocabularySize, key: key)
    default:
      throw unsupported(key, expected: "null, ByteLevel, TemplateProcessing or a Sequence of them", got: processor.type)
    }
  }

  /// A few tokens are put around a text. A list of tokens that is named again and again would otherwise make a small file
  /// fill the memory.
  private func requireSize(of template: Template, key: String) throws {
    let count = template.before.count + template.after.count
    guard count <= 1024 else {
      throw unsupported(key, expected: "at most 1024 tokens around a text", got: "\(count)")
    }
  }

  private func single(
    _ processor: TokenizerFile.PostProcessor, vocabularySize: Int, key: String
  ) throws -> Template {
    var template = Template()
    var sequences = 0
    for (index, piece) in (processor.single ?? []).enumerated() {
      let place = "\(key).single[\(index)]"
      if let name = piece.specialToken?.id {
        guard let ids = processor.specialTokens?[name]?.ids else {
          throw inconsistent(place, expected: "a token of special_tokens", got: "\"\(name)\"")
        }
        if let id = ids.first(where: { !(0..<vocabularySize).contains($0) }) {
          throw inconsistent(
            "\(key).special_tokens.\(name).ids", expected: "ids in 0..<\(vocabularySize)", got: "\(id)")
        }
        if sequences == 0 { template.before += ids } else { template.after += ids }
        try requireSize(of: template, key: key)
      } else if piece.sequence != nil {
        sequences += 1
      } else {
        throw unsupported(place, expected: "a SpecialToken or a Sequence", got: "neither")
      }
    }
    guard sequences == 1 else {
      throw unsupported("\(key).single", expected: "the sequence once", got: "it \(sequences) times")
    }
    return template
  }
}
