import Decoder
public import Files
import Foundation
public import Generation
import ModelConfiguration
import Streams
import Synchronization
import TaskModels
import Tokenization

/// Makes prompts of conversations, each as its model was trained to read it; never a shortened one.
///
/// The base reads what its own chat template writes. A task that was learned from conversations reads them as its rows had them. One that
/// was learned from texts is asked one text, between its instruction and its cue, and no template.
public final class ChatPrompts: Sendable {
  let base: Base
  private let basicName: String
  /// The base's template; `nil`: it has none.
  private let chat: BaseChat?
  /// How tasks have conversations written; a template may do for one and not for the other.
  private let form: Result<ChatForm?, any Error>
  /// The words that all prompts of a version share are tokenized once.
  private let encoders = Mutex<[Digest: PromptEncoder]>([:])

  /// Versions whose encoders are kept.
  private static let mostEncoders = 1_000
  /// No prompt is shortened: what is too long is told.
  private static let endless = 1 << 40

  /// - Parameters:
  ///   - base: The base that is served.
  ///   - basicName: What it is called, for messages: ``ModelCatalog/basicName``.
  /// - Throws: `TemplateError`, `FileError` for a chat template that cannot be read.
  public init(_ base: Base, basicName: String) throws {
    self.base = base
    self.basicName = basicName
    chat = try BaseChat(base)
    form = Result { try base.chatForm() }
  }

  /// The digest of the base's chat template; `nil`: it has none.
  public var template: Digest? { chat?.digest }

  /// The prompt of a conversation.
  ///
  /// - Parameters:
  ///   - messages: The conversation, what is asked last.
  ///   - model: What answers: the base or a version.
  ///   - variables: What the base's template reads besides, by name; tasks have none, as their rows had none.
  ///   - answer: Tokens that the answer is to have at most; `nil`: whatever is left, one at least. Labels have the room that they need.
  /// - Throws: ``ChatPromptError``; `RegistryError`, `FileError` or ``ServingError`` for a version whose manifest cannot be read.
  public func prompt(
    _ messages: [ChatMessage], for model: ServedModel, variables: [JSONTree.Member] = [], answer: Int? = nil
  ) throws -> ChatPrompt {
    try model.requireReadable()
    guard !messages.isEmpty else {
      throw ChatPromptError.unexpected(model: model.id, expected: "one message at least", got: "none")
    }
    if let form = model.form, let digest = model.digest {
      return try prompt(messages, of: model, form, digest, variables, answer)
    }
    guard model.kind == .base else {
      throw ChatPromptError.unexpected(
        model: model.id, expected: "the base or a version of a task, which the router finds", got: model.id)
    }
    return try prompt(ofBase: messages, variables, answer)
  }

  // MARK: The base

  private func prompt(
    ofBase messages: [ChatMessage], _ variables: [JSONTree.Member], _ answer: Int?
  ) throws -> ChatPrompt {
    guard let chat else { throw ChatPromptError.noTemplate(base: basicName) }
    for (index, message) in messages.enumerated() {
      try requirePlain(message.content, basicName, "message \(index + 1)")
    }
    for member in variables {
      for text in [member.key] + Self.texts(in: member.value) {
        try requirePlain(text, basicName, "the template's variable \(member.key.prefix(60))")
      }
    }
    let ids = try written(basicName) {
      // The date of the day would make another prompt of the same request tomorrow.
      try chat.ids(
        of: messages.map { ($0.role.rawValue, $0.content) }, variables: variables, clock: ChatForm.clock)
    }
    return try checked(
      ids, basicName, template: chat.digest, limit: positions, longestAnswer: max(answer ?? 1, 1),
      isAsked: answer != nil)
  }

  private var positions: Int { base.model.configuration.maxPositions }

  private static func texts(in tree: JSONTree) -> [String] {
    switch tree {
    case .text(let bytes): [String(decoding: bytes, as: UTF8.self)]
    case .list(let values): values.flatMap(texts)
    case .object(let members): members.flatMap { [$0.key] + texts(in: $0.value) }
    case .null, .boolean, .integer, .number: []
    }
  }

  // MARK: Tasks

  private func prompt(
    _ messages: [ChatMessage], of model: ServedModel, _ form: TaskForm, _ digest: Digest,
    _ variables: [JSONTree.Member], _ answer: Int?
  ) throws -> ChatPrompt {
    if let first = variables.first {
      throw ChatPromptError.unexpected(
        model: model.id, expected: "no variables of the chat template, as the task was learned without any",
        got: first.key.printable.prefix(60).debugDescription)
    }
    let text = try ChatRows.text(messages, for: form, model: model.id)
    let encoder = try encoder(of: model, form, digest)
    let ids = try written(model.id) {
      let example = Example(id: "messages", index: 0, text: text, answer: form.anyAnswer)
      return try encoder.encode(example, leaving: form.kind == .answer ? 1 : nil).promptIds
    }
    // A label is chosen by `classify`, which reads as much as the task's rows had; a free answer goes on as far as the base reads.
    let isLabel = form.kind != .answer
    return try checked(
      ids, model.id, template: model.template, limit: isLabel ? min(form.maxLength, positions) : positions,
      longestAnswer: isLabel ? encoder.labelIds.map(\.count).max() ?? 1 : max(answer ?? 1, 1),
      isAsked: !isLabel && answer != nil)
  }

  private func encoder(of model: ServedModel, _ form: TaskForm, _ digest: Digest) throws -> PromptEncoder {
    if let known = encoders.withLock({ $0[digest] }) { return known }
    let encoder = try PromptEncoder(
      task: form.task(named: "task"), tokenizer: base.tokenizer, endToken: base.endToken, maxLength: Self.endless,
      answerLimit: max(form.answerTokens, 1), chat: form.template.map { try chatForm($0, of: model) })
    encoders.withLock {
      if $0.count >= Self.mostEncoders { $0.removeAll() }
      $0[digest] = encoder
    }
    return encoder
  }

  private func chatForm(_ record: ChatForm.Record, of model: ServedModel) throws -> ChatForm {
    // One that cannot be learned with has become another, too.
    guard let form = try? form.get(), form.record == record else {
      throw ChatPromptError.otherTemplate(model: model.id)
    }
    return form
  }

  // MARK: Both

  private func checked(
    _ ids: [Int], _ model: String, template: Digest?, limit: Int, longestAnswer: Int, isAsked: Bool
  ) throws -> ChatPrompt {
    guard !ids.isEmpty else {
      throw ChatPromptError.unexpected(model: model, expected: "a prompt of one token at least", got: "none")
    }
    let room = limit.subtractingReportingOverflow(longestAnswer)
    guard !room.overflow, ids.count <= room.partialValue else {
      let left = max(room.overflow ? 0 : room.partialValue, 0)
      throw isAsked
        ? ChatPromptError.tooLong(prompt: ids.count, room: left, limit: limit)
        : ChatPromptError.leavesNoRoom(model: model, prompt: ids.count, room: left, limit: limit)
    }
    return ChatPrompt(ids, template: template, limit: limit)
  }

  /// What a template or the tokenizer refuses is the request's fault; where the base lies is nobody's business.
  private func written(_ model: String, _ body: () throws -> [Int]) throws -> [Int] {
    do {
      return try body()
    } catch let error as ChatPromptError {
      throw error
    } catch let error as any AccreteError where error.category == .data {
      throw ChatPromptError.unwritable(
        model: model, reason: error.description.replacing(base.folder.path + "/", with: ""))
    }
  }

  private func requirePlain(_ text: String, _ model: String, _ place: String) throws {
    let isPlain =
      try written(model) { try base.tokenizer.encode(text, addSpecialTokens: false) }
      == written(model) { try base.tokenizer.encodePlain(text) }
    guard isPlain else { throw ChatPromptError.specialToken(model: model, place: place) }
  }
}
