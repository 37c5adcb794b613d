public import Files
public import Templates
import Tokenization

/// A base's own chat template, read once: conversations as the tokens that the base was trained to read.
///
/// ``LanguageModel/ids(ofChat:tools:variables:)`` reads the folder again for each conversation. A server answers thousands, and goes on where
/// somebody moves the folder.
public struct BaseChat: Sendable {
  /// SHA-256 of the template's text.
  public var digest: Digest { template.digest }
  private let template: ChatTemplate
  private let base: Base

  /// - Parameter base: The base; `nil` where its folder has no template.
  /// - Throws: `TemplateError`, `FileError` for one that cannot be read.
  public init?(_ base: Base) throws {
    guard let template = try ChatTemplate.stored(in: base.folder) else { return nil }
    self.template = template
    self.base = base
  }

  /// The tokens of a conversation up to where the answer begins.
  ///
  /// - Parameters:
  ///   - turns: Who says what: `system`, `user`, `assistant`, or another role that the template knows.
  ///   - variables: What else the template reads, by name.
  ///   - clock: What time it is, for templates that write the date.
  /// - Throws: `TemplateError` also where the template refuses the turns; `TokenizationError`.
  public func ids(
    of turns: [(role: String, content: String)], variables: [JSONTree.Member] = [], clock: TemplateClock
  ) throws -> [Int] {
    var given = TemplateObject()
    for member in variables { given[member.key] = TemplateValue(member.value) }
    // The template's text has its special tokens already.
    let text = try template.render(
      turns.map { ["role": .text($0.role), "content": .text($0.content)] }, addGenerationPrompt: true,
      variables: given, clock: clock)
    return try base.tokenizer.encode(text, addSpecialTokens: false)
  }
}
