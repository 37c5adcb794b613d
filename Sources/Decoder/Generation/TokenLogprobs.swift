/// How probable a token was, and which others were: of the raw logits, before temperature, penalties, biases and constraints.
public struct TokenLogprobs: Sendable, Equatable {
  /// A token with its log-probability, natural logarithm.
  public struct Entry: Sendable, Equatable {
    public let id: Int
    public let logprob: Float

    public init(id: Int, logprob: Float) {
      self.id = id
      self.logprob = logprob
    }
  }

  /// Of the chosen one.
  public let chosen: Float
  /// The most probable first; equal ones by their ids.
  public let top: [Entry]

  public init(chosen: Float, top: [Entry]) {
    self.chosen = chosen
    self.top = top
  }
}
