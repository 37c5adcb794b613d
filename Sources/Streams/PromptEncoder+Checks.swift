import Tokenization

extension PromptEncoder {
  /// The ids of a segment, without any token that a template adds around a whole text.
  static func encode(_ segment: String, with tokenizer: any Tokenizer) throws -> [Int] {
    segment.isEmpty ? [] : try tokenizer.encode(segment, addSpecialTokens: false)
  }

  /// The tokens that the tokenizer's own template puts before a text. What it puts after a text is left out, because
  /// the answer follows.
  ///
  /// - Throws: ``StreamError/prompt(_:)`` if the text cannot be found between them.
  static func beginning(of tokenizer: any Tokenizer) throws -> [Int] {
    let plain = try tokenizer.encode("a", addSpecialTokens: false)
    let whole = try tokenizer.encode("a", addSpecialTokens: true)
    if whole == plain { return [] }
    for start in 0...whole.count where !plain.isEmpty && whole[start...].starts(with: plain) {
      return Array(whole[..<start])
    }
    throw StreamError.prompt(
      StreamError.Detail(
        file: "tokenizer", expected: "special tokens before and after the tokens of a text", got: "something else",
        fix: "Use a tokenizer whose template only adds tokens around a text."))
  }

  /// The conversation that an example asks.
  static func conversation(of example: Example) throws -> Conversation {
    guard let conversation = Conversation(text: example.text) else {
      throw StreamError.prompt(
        StreamError.Detail(
          file: "row \(example.id)", expected: "a conversation", got: "another text",
          fix: "Write the row with \"messages\"."))
    }
    return conversation
  }

  /// Requires that the template writes the example's answer as it stands.
  /// - Throws: ``StreamError/prompt(_:)``.
  public func requireWritten(_ example: Example) throws {
    try chat?.requireWritten(
      example.answer, to: Self.conversation(of: example), row: "row \(example.id)")
  }

  /// Refuses two labels with the same tokens: the model could not tell them apart.
  func requireDistinctLabels() throws {
    var first: [[Int]: String] = [:]
    for (ids, label) in zip(labelIds, task.labels) {
      if let other = first[ids] {
        throw StreamError.prompt(
          StreamError.Detail(
            file: "task \(task.name)", expected: "other tokens for every label",
            got: "the same for \(quoted(other)) and \(quoted(label))", fix: "Rename one of the two labels."))
      }
      first[ids] = label
    }
  }

  /// Refuses an answer that, with instruction and cue, is longer than the maximum length.
  func requireRoom(forAnswer answer: Int, of what: String) throws {
    let fixed = before.count + after.count + answer
    guard fixed > maxLength else { return }
    throw StreamError.prompt(
      StreamError.Detail(
        file: what, expected: "at most \(maxLength) tokens", got: "\(fixed) of instruction, cue and answer alone",
        fix: "Raise the maximum length to well over \(fixed), or shorten them."))
  }
}
