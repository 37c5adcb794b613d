import Torch

/// How the next token is chosen.
public struct GenerationOptions: Sendable {
  /// At most this many new tokens.
  public var maxTokens: Int
  /// 0: always the most probable token. Otherwise logits are divided by it before sampling.
  public var temperature: Double
  /// Seed of the sampling stream; unused at temperature 0.
  public var seed: UInt64
  /// Whether an end token ends a row; otherwise it is a token like others.
  public var stopsAtEnd: Bool

  public init(maxTokens: Int = 64, temperature: Double = 0, seed: UInt64 = 0, stopsAtEnd: Bool = true) {
    self.maxTokens = maxTokens
    self.temperature = temperature
    self.seed = seed
    self.stopsAtEnd = stopsAtEnd
  }

  func validate() throws {
    guard maxTokens >= 0 else {
      throw TorchError.invalidHyperparameter(
        name: "the most new tokens", value: "\(maxTokens)", allowed: "0 or more")
    }
    guard temperature >= 0, temperature.isFinite else {
      throw TorchError.invalidHyperparameter(
        name: "temperature", value: "\(temperature)", allowed: "0 (greedy) or more")
    }
  }
}
