public import Foundation

/// What a conversation's template is asked for, as JSON has it.
public struct ChatRequest: Sendable, Equatable {
  /// The turns.
  public let messages: [TemplateObject]
  /// Whether the beginning of an answer is written behind them; `false` where the request does not say.
  public let addGenerationPrompt: Bool
  /// Functions that the model may call.
  public let tools: [TemplateValue]?
  /// All other keys of the request.
  public let variables: TemplateObject

  /// Reads `{"messages": […], "add_generation_prompt": …, "tools": […], …}`.
  ///
  /// - Parameters:
  ///   - json: The request.
  ///   - name: Where it comes from, for errors.
  /// - Throws: ``TemplateError/malformed(file:key:expected:got:)``.
  public init(json: Data, name: String) throws {
    func wrong(_ key: String, _ expected: String) -> TemplateError {
      .malformed(file: name, key: key, expected: expected, got: "something else")
    }
    guard case .object(var object) = try TemplateValue(json: json, name: name) else {
      throw wrong("", "an object with `messages`")
    }
    guard case .list(let turns)? = object["messages"] else { throw wrong("messages", "a list of messages") }
    messages = try turns.enumerated().map { index, turn in
      guard case .object(let message) = turn else {
        throw wrong("messages[\(index)]", "an object with `role` and `content`")
      }
      return message
    }
    switch object["add_generation_prompt"] {
    case .boolean(let value)?: addGenerationPrompt = value
    case nil, TemplateValue.none?: addGenerationPrompt = false
    default: throw wrong("add_generation_prompt", "true or false")
    }
    switch object["tools"] {
    case .list(let values)?: tools = values
    case nil, TemplateValue.none?: tools = nil
    default: throw wrong("tools", "a list of functions")
    }
    for key in ["messages", "add_generation_prompt", "tools"] { object[key] = nil }
    variables = object
  }
}
