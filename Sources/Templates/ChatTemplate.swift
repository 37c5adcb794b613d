public import Files
import Foundation

/// How a checkpoint wants a conversation written.
///
/// A model answers well only what is written as it was trained to read: an expert that was learned with one template is
/// bound to it (``digest``).
public struct ChatTemplate: Sendable {
  /// The text of the template.
  public let source: String
  /// SHA-256 of ``source`` in UTF-8.
  public let digest: Digest
  /// The checkpoint's special tokens by their names (`bos_token`, `eos_token`, …), which the template sees as variables.
  public let specialTokens: TemplateObject
  private let template: Template

  /// A template that is in memory.
  ///
  /// - Parameters:
  ///   - source: The text of the template.
  ///   - specialTokens: Texts by name.
  ///   - name: What it is called in errors.
  ///   - limits: What it may use.
  /// - Throws: ``TemplateError``.
  public init(
    _ source: String, specialTokens: TemplateObject = TemplateObject(), name: String = "chat template",
    limits: TemplateLimits = TemplateLimits()
  ) throws {
    self.source = source
    self.specialTokens = specialTokens
    digest = Digest(of: Data(source.utf8))
    template = try Template(source, name: name, limits: limits)
  }

  /// The text of a conversation; tokenize it without adding special tokens, which it holds already.
  ///
  /// - Parameters:
  ///   - messages: The turns, each with `role`, `content` and whatever else the template looks at.
  ///   - addGenerationPrompt: Whether the beginning of an answer is written behind them.
  ///   - tools: Functions that the model may call, as JSON schemas.
  ///   - variables: What the template is given besides, such as `enable_thinking`; they count before special tokens.
  ///   - clock: What time it is, for templates that write the date.
  /// - Throws: ``TemplateError``.
  public func render(
    _ messages: [TemplateObject], addGenerationPrompt: Bool, tools: [TemplateValue]? = nil,
    variables: TemplateObject = TemplateObject(), clock: TemplateClock = .system
  ) throws -> String {
    var given = specialTokens
    given["documents"] = TemplateValue.none
    given = given.merging(variables)
    given["messages"] = .list(messages.map { .object(Self.withReasoning($0)) })
    given["tools"] = tools.map { .list($0) } ?? TemplateValue.none
    given["add_generation_prompt"] = .boolean(addGenerationPrompt)
    return try template.render(given, clock: clock)
  }

  /// A message's reasoning under all names that templates look for, as `transformers` gives it.
  private static func withReasoning(_ message: TemplateObject) -> TemplateObject {
    let names = ["reasoning_content", "thinking", "reasoning"]
    guard let reasoning = names.lazy.compactMap({ message[$0] }).first(where: { $0 != .none }) else { return message }
    var result = TemplateObject(dictionaryLiteral: ("thinking", reasoning)).merging(message)
    result["reasoning_content"] = reasoning
    return result
  }
}
