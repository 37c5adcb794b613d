public import Serving

/// Why a text is over, as OpenAI's clients know it.
public enum FinishReason: String, Sendable, CaseIterable {
  /// The model gave an end token, or a stop text came.
  case stop
  /// As many tokens as asked for, or as the model reads.
  case length
  /// A policy held it back.
  case contentFilter = "content_filter"

  public init(_ end: EngineEnd) {
    switch end {
    case .endToken, .stop: self = .stop
    case .limit: self = .length
    }
  }
}

/// The same more closely: `accrete.stop_reason`.
public enum StopReason: String, Sendable, CaseIterable {
  case endToken = "end_token"
  case stopText = "stop_text"
  case limit
  /// The answer is a label, which is given whole.
  case label

  public init(_ end: EngineEnd) {
    switch end {
    case .endToken: self = .endToken
    case .stop: self = .stopText
    case .limit: self = .limit
    }
  }
}
