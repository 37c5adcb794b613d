public import Decoder

/// What becomes of a request, in this order: admitted, pieces of each choice, an end of each choice, completed; or failed at any time.
public enum EngineEvent: Sendable {
  /// A place was found; `cachedTokens` of its prompt need not be read.
  case admitted(cachedTokens: Int)
  /// A choice goes on: whole characters that nothing later changes, maybe none, and the tokens that were sampled since the last piece.
  case piece(choice: Int, text: String, tokens: [SampledToken])
  /// A choice is over.
  case finished(choice: Int, end: EngineEnd)
  /// All choices are over; nothing follows.
  case completed(EngineUsage)
  /// It was given up; nothing follows.
  case failed(EngineFailure)
}

/// Why a choice is over.
public enum EngineEnd: Sendable, Equatable {
  /// The model gave an end token.
  case endToken
  /// This stop string came.
  case stop(String)
  /// It has as many tokens as it may, or the model reads no more.
  case limit
}

/// A token as it was chosen.
public struct SampledToken: Sendable, Equatable {
  public let id: Int
  /// Of the raw logits; `nil`: not asked for.
  public let logprobs: TokenLogprobs?

  public init(id: Int, logprobs: TokenLogprobs? = nil) {
    self.id = id
    self.logprobs = logprobs
  }
}

/// What a request took.
public struct EngineUsage: Sendable, Equatable {
  /// Of the prompt, once.
  public var promptTokens: Int
  /// Of these, tokens whose keys and values were there already.
  public var cachedTokens: Int
  /// Sampled for all choices, end tokens and those of a stop string included.
  public var completionTokens: Int

  public init(promptTokens: Int, cachedTokens: Int, completionTokens: Int) {
    self.promptTokens = promptTokens
    self.cachedTokens = cachedTokens
    self.completionTokens = completionTokens
  }
}
