import Files
import Foundation
public import Streams
public import TaskModels

/// Requests as `predict` and `route` take them.
public enum ChatRows {
  /// Texts to classify or route, each by itself.
  ///
  /// - Parameter texts: As they come.
  /// - Throws: ``ChatPromptError/unexpected(model:expected:got:)`` for a blank text, which it names.
  public static func rows(ofTexts texts: [String]) throws -> [RequestRow] {
    try texts.enumerated().map { index, text in
      guard !text.stripped.isEmpty else {
        throw ChatPromptError.unexpected(model: "input[\(index)]", expected: "words", got: "a blank text")
      }
      return try RequestRow(text: text)
    }
  }

  /// A conversation to classify.
  ///
  /// - Parameters:
  ///   - messages: The conversation, what is asked last.
  ///   - form: How the task is asked: ``ServedModel/form``.
  ///   - model: Names it in errors: ``ServedModel/id``.
  /// - Throws: ``ChatPromptError`` where the task is asked something else; `StreamError`.
  public static func row(of messages: [ChatMessage], for form: TaskForm, model: String) throws -> RequestRow {
    guard form.template != nil else { return try RequestRow(text: try question(messages, for: form, model: model)) }
    return try row(try conversation(messages, model: model), instruction: nil)
  }

  /// A conversation to route: a single question by its words, with what the system says as its instruction, which may name a task by
  /// itself.
  ///
  /// - Parameter messages: The conversation, what is asked last.
  /// - Throws: ``ChatPromptError`` where nothing is asked; `StreamError`.
  public static func row(toRoute messages: [ChatMessage]) throws -> RequestRow {
    let conversation = try conversation(messages, model: ModelName.autoName)
    let said = messages.filter { $0.role == .system && !$0.content.stripped.isEmpty }
    let instruction = said.count == 1 ? said.first?.content : nil
    let others = messages.filter { $0.role != .system }
    guard others.count == 1, let only = others.first else { return try row(conversation, instruction: instruction) }
    return try row(.object(["text": .text(only.content)]), instruction: instruction)
  }

  /// What the task's examples have as their text.
  static func text(_ messages: [ChatMessage], for form: TaskForm, model: String) throws -> String {
    form.template == nil
      ? form.asking(try question(messages, for: form, model: model)) : try conversation(messages, model: model).text
  }

  /// The only thing that is asked of a task that learned from texts.
  private static func question(_ messages: [ChatMessage], for form: TaskForm, model: String) throws -> String {
    let instruction = form.instruction.stripped
    func refuse(_ got: String) -> ChatPromptError {
      .unexpected(
        model: model,
        expected: "one user message, as the task was learned from single texts"
          + (instruction.isEmpty ? "" : ", and no system message but the task's own instruction"), got: got)
    }
    for message in messages where message.role == .system {
      guard !instruction.isEmpty, message.content.stripped.hasSameCodePoints(as: instruction) else {
        throw refuse("another system message")
      }
    }
    let others = messages.filter { $0.role != .system }
    guard let only = others.first, others.count == 1 else {
      throw refuse(others.isEmpty ? "no user message" : "\(others.count) messages of user and assistant")
    }
    guard only.role == .user else { throw refuse("a message of the assistant") }
    guard !only.content.stripped.isEmpty else { throw refuse("a blank one") }
    return only.content
  }

  /// A conversation that ends with what is asked.
  private static func conversation(_ messages: [ChatMessage], model: String) throws -> Conversation {
    guard let last = messages.last(where: { $0.role != .system }) else {
      throw ChatPromptError.unexpected(
        model: model, expected: "a user message", got: messages.isEmpty ? "no message" : "system messages alone")
    }
    guard last.role == .user, messages.last?.role == .user else {
      throw ChatPromptError.unexpected(
        model: model, expected: "messages that end with the user's",
        got: "one of the \(messages.last?.role.rawValue ?? "") last")
    }
    return Conversation(messages.map { Conversation.Turn(role: $0.role.rawValue, content: $0.content) })
  }

  private static func row(_ conversation: Conversation, instruction: String?) throws -> RequestRow {
    try row(JSONTree(Data(conversation.text.utf8)), instruction: instruction)
  }

  private static func row(_ asked: JSONTree, instruction: String?) throws -> RequestRow {
    var tree = asked
    if let instruction { tree["instruction"] = .text(instruction) }
    return try RequestRow(Data(tree.json), line: 1, file: "messages")
  }
}
