public import Files
import Foundation
public import Templates
public import Tokenization

/// How a base's template writes conversations as token ids.
///
/// The template surrounds what is asked and what is answered. What it puts between its generation prompt and an answer (a space, an empty
/// thought) is found once, with a test answer. Spaces alone belong to the answer, anything else to the prompt. An answer ends with the
/// token that the template ends it with, if that ends a text of the base, else with the base's end token.
public struct ChatForm: Sendable {
  /// What decides the tokens of a prompt beside the tokenizer: a task is bound to it.
  public struct Record: Sendable, Codable, Equatable {
    /// SHA-256 of the template, as `accrete chat-template --json` prints it.
    public let digest: Digest
    /// SHA-256 of a conversation that it wrote, which the special tokens' texts decide, too.
    public let sample: Digest
    /// Written behind the template's generation prompt.
    public let promptEnd: String
    /// Written before an answer, and learned with it.
    public let answerStart: String
    /// The token that ends an answer.
    public let end: Int
  }

  public let record: Record
  private let template: ChatTemplate
  private let tokenizer: any Tokenizer
  /// What the template writes behind an answer.
  private let answerEnd: String

  /// Templates that write the date get this one (26 July 2024, UTC): the same request has the same prompt tomorrow.
  public static let clock = TemplateClock(
    Date(timeIntervalSince1970: 1_721_952_000), zone: TimeZone(secondsFromGMT: 0) ?? .current)

  private static let question = Conversation(question: "zzquestionzz")
  private static let answer = "zzanswerzz"

  /// - Parameter template: The base's.
  /// - Parameter tokenizer: The base's.
  /// - Parameter endTokens: The ids that end a text of the base, the usual one first.
  /// - Throws: ``StreamError/prompt(_:)`` for a template that writes an answered conversation in another way than its prompt.
  public init(_ template: ChatTemplate, tokenizer: any Tokenizer, endTokens: [Int]) throws {
    self.template = template
    self.tokenizer = tokenizer
    let prompt = try Self.render(Self.question, template, asks: true)
    let whole = try Self.render(Self.answered(Self.question, Self.answer), template, asks: false)
    guard whole.utf8.starts(with: prompt.utf8),
      let rest = String(Array(whole.utf8.dropFirst(prompt.utf8.count))),
      let range = rest.range(of: Self.answer)
    else {
      throw Self.unlike("the base's chat template")
    }
    let (before, after) = (String(rest[..<range.lowerBound]), String(rest[range.upperBound...]))
    let isBlank = before.utf8.allSatisfy { $0 == 0x20 }
    answerEnd = after
    let ends = try tokenizer.encode(after, addSpecialTokens: false)
    let end = ends.first.flatMap { endTokens.contains($0) ? $0 : nil } ?? endTokens.first ?? 0
    record = Record(
      digest: template.digest,
      sample: Digest(of: Data((whole + prompt).utf8)), promptEnd: isBlank ? "" : before,
      answerStart: isBlank ? before : "", end: end)
  }

  private static func answered(_ asked: Conversation, _ answer: String) -> Conversation {
    asked.with(asked.turns + [Conversation.Turn(role: "assistant", content: answer)])
  }

  private static func render(_ conversation: Conversation, _ template: ChatTemplate, asks: Bool) throws -> String {
    let messages = conversation.turns.compactMap { turn -> TemplateObject? in
      guard case .object(let object) = TemplateValue(turn.tree) else { return nil }
      return object
    }
    let tools = conversation.tools.map { TemplateValue($0) }
    return try template.render(
      messages, addGenerationPrompt: asks, tools: tools.isEmpty ? nil : tools, clock: clock)
  }

  private static func unlike(_ location: String) -> StreamError {
    .prompt(
      StreamError.Detail(
        file: location, expected: "an answered conversation that goes on from its prompt, to the letter",
        got: "another text (the template rewrites the answer or what is before it)",
        fix: "Learn from \"prompt\" and \"completion\" rows that hold the text as the model should read it."))
  }

  // MARK: Tokens

  /// What the model reads before it answers, shortened to have room: the oldest turns are left out, and then the beginning of what was said
  /// last.
  ///
  /// - Parameter conversation: What is asked.
  /// - Parameter room: The most tokens.
  /// - Parameter row: Names it in errors.
  /// - Returns: The ids, and how many tokens were left out.
  /// - Throws: ``StreamError/prompt(_:)``: no room for the template alone, or a text that spells a special token.
  public func prompt(_ conversation: Conversation, room: Int, row: String) throws -> (ids: [Int], dropped: Int) {
    for text in conversation.turns.map(\.content) + conversation.otherTexts { try requirePlain(text, row) }
    let whole = try ids(conversation, row)
    if whole.count <= room { return (whole, 0) }
    // From which question on: the first one that fits, and what the system says in any case.
    let system = conversation.turns.prefix { $0.isSystem }
    let rest = conversation.turns.dropFirst(system.count)
    let starts = rest.indices.filter { $0 > rest.startIndex && rest[$0].isQuestion }
    func from(_ start: Int) -> Conversation { conversation.with(Array(system) + rest[start...]) }
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if try ids(from(starts[middle]), row).count <= room { high = middle } else { low = middle + 1 }
    }
    if low < starts.count {
      let kept = try ids(from(starts[low]), row)
      return (kept, whole.count - kept.count)
    }
    return try cut(from(starts.last ?? rest.startIndex), whole: whole.count, room: room, row: row)
  }

  /// Takes as little as possible from the beginning of what is said last.
  private func cut(
    _ conversation: Conversation, whole: Int, room: Int, row: String
  ) throws -> (ids: [Int], dropped: Int) {
    guard let last = conversation.turns.last else { throw Self.unlike(row) }
    let scalars = Array(last.content.unicodeScalars)
    func from(_ start: Int) throws -> [Int] {
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars[start...])
      return try ids(conversation.with(conversation.turns.dropLast() + [last.saying(String(text))]), row)
    }
    var (low, high) = (0, scalars.count)
    while low < high {
      let middle = (low + high) / 2
      if try from(middle).count <= room { high = middle } else { low = middle + 1 }
    }
    let kept = try from(low)
    guard low < scalars.count, kept.count <= room else {
      throw StreamError.prompt(
        StreamError.Detail(
          file: row, expected: "room for what is asked within \(room) tokens",
          got: "\(kept.count) of the template and the turns that stay", fix: "Raise --max-length."))
    }
    return (kept, whole - kept.count)
  }

  private func ids(_ conversation: Conversation, _ row: String) throws -> [Int] {
    do {
      let text = try Self.render(conversation, template, asks: true) + record.promptEnd
      return try tokenizer.encode(text, addSpecialTokens: false)
    } catch let error as TemplateError {
      throw StreamError.prompt(
        StreamError.Detail(
          file: row, expected: "a conversation that the base's template writes", got: "\(error)",
          fix: "Change its turns: many templates want user and assistant by turns, and some know no system."))
    }
  }

  /// The tokens of an answer, with the token that ends it.
  func answer(_ text: String) throws -> [Int] {
    try tokenizer.encodePlain(record.answerStart + text) + [record.end]
  }

  /// Requires that the template writes an answer as it stands, or without blanks at its ends: what is learned is what the base was trained
  /// to write.
  func requireWritten(_ answer: String, to conversation: Conversation, row: String) throws {
    try requirePlain(answer, row)
    let asked = try Self.render(conversation, template, asks: true)
    let start = asked + record.promptEnd + record.answerStart
    let written = try Self.render(Self.answered(conversation, answer), template, asks: false)
    let isWritten = [answer, answer.stripped].contains { (start + $0 + answerEnd).utf8.elementsEqual(written.utf8) }
    guard isWritten else { throw Self.unlike(row) }
  }

  /// A text from outside that spells a special token would end a turn, or begin one.
  private func requirePlain(_ text: String, _ row: String) throws {
    guard try tokenizer.encode(text, addSpecialTokens: false) != tokenizer.encodePlain(text) else { return }
    throw StreamError.prompt(
      StreamError.Detail(
        file: row, expected: "turns that are plain text", got: "one that spells a special token of the base",
        fix: "Take it out of the text: it would end the turn, or begin another."))
  }
}

extension String {
  /// Bytes that are UTF-8, else `nil`.
  fileprivate init?(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    self = text
  }
}
