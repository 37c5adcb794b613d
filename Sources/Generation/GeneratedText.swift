/// What a model wrote after a prompt.
public struct GeneratedText: Sendable, Equatable, Encodable {
  /// Why it ended.
  public enum Reason: String, Sendable, Encodable {
    /// The model gave an end token.
    case end
    /// One of the stop strings came; it is not part of the text.
    case stop
    /// It has as many tokens as it may, or the model reads no more.
    case limit
    /// Whoever took the text wanted no more.
    case cancelled
  }

  /// Without special tokens.
  public let text: String
  /// Every new token, without the end token; with those of a stop string.
  public let ids: [Int]
  public let reason: Reason
}
