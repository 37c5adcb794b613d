import Files
public import Serving

/// The tokens that an answer took.
public struct AnswerUsage: Sendable, Equatable {
  /// Fed, template included; of several prompts all of them, of several texts of one prompt once.
  public var promptTokens: Int
  /// Of these, tokens that were read for an earlier request.
  public var cachedTokens: Int
  /// Sampled, end tokens and those of a stop text included.
  public var completionTokens: Int

  public init(promptTokens: Int = 0, cachedTokens: Int = 0, completionTokens: Int = 0) {
    self.promptTokens = promptTokens
    self.cachedTokens = cachedTokens
    self.completionTokens = completionTokens
  }

  public init(_ usage: EngineUsage) {
    self.init(
      promptTokens: usage.promptTokens, cachedTokens: usage.cachedTokens, completionTokens: usage.completionTokens)
  }

  /// What two requests to the engine took, which are one to a client.
  public static func + (one: AnswerUsage, other: AnswerUsage) -> AnswerUsage {
    AnswerUsage(
      promptTokens: one.promptTokens + other.promptTokens, cachedTokens: one.cachedTokens + other.cachedTokens,
      completionTokens: one.completionTokens + other.completionTokens)
  }

  var tree: JSONTree {
    .object([
      "prompt_tokens": .integer(promptTokens), "completion_tokens": .integer(completionTokens),
      "total_tokens": .integer(promptTokens + completionTokens),
      "prompt_tokens_details": .object(["cached_tokens": .integer(cachedTokens)]),
    ])
  }
}
