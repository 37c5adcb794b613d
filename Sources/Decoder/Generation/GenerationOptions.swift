/// How the next token is chosen.
public struct GenerationOptions: Sendable {
  /// At most this many new tokens.
  public var maxTokens: Int
  /// 0: always the most probable token. Otherwise logits are divided by it before sampling.
  public var temperature: Double
  /// Seed of the sampling stream; unused at temperature 0.
  public var seed: UInt64

  public init(maxTokens: Int = 64, temperature: Double = 0, seed: UInt64 = 0) {
    self.maxTokens = maxTokens
    self.temperature = temperature
    self.seed = seed
  }
}
