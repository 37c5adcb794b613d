import Torch

/// How the next token is chosen, and when a text ends.
public struct GenerationOptions: Sendable {
  /// At most this many new tokens.
  public var maxTokens: Int
  /// 0: always the most probable token. Otherwise logits are divided by it before sampling.
  public var temperature: Double
  /// Only this many of the most probable tokens are sampled from; 0: all.
  public var topK: Int
  /// Only the most probable tokens that together have this probability are sampled from (Holtzman et al., arXiv 1904.09751); 1: all.
  public var topP: Double
  /// What positive logits of tokens that are in the text already are divided by, and negative ones multiplied by (Keskar et al., arXiv
  /// 1909.05858); 1: nothing.
  public var repetitionPenalty: Double
  /// Seed of the sampling stream; unused at temperature 0.
  public var seed: UInt64
  /// Whether an end token ends a sequence; otherwise it is a token like others.
  public var stopsAtEnd: Bool

  public init(
    maxTokens: Int = 64, temperature: Double = 0, topK: Int = 0, topP: Double = 1, repetitionPenalty: Double = 1,
    seed: UInt64 = 0, stopsAtEnd: Bool = true
  ) {
    self.maxTokens = maxTokens
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.repetitionPenalty = repetitionPenalty
    self.seed = seed
    self.stopsAtEnd = stopsAtEnd
  }

  /// - Throws: `TorchError.invalidHyperparameter(name:value:allowed:)`.
  public func validate() throws {
    func require(_ holds: Bool, _ name: String, _ value: Any, _ allowed: String) throws {
      guard holds else { throw TorchError.invalidHyperparameter(name: name, value: "\(value)", allowed: allowed) }
    }
    try require(maxTokens >= 0, "max-tokens", maxTokens, "0 or more")
    try require(temperature >= 0 && temperature.isFinite, "temperature", temperature, "0 (greedy) or more")
    try require(topK >= 0, "top-k", topK, "0 (all) or more")
    try require(topP > 0 && topP <= 1, "top-p", topP, "above 0, up to 1 (all)")
    try require(
      repetitionPenalty > 0 && repetitionPenalty.isFinite, "repetition-penalty", repetitionPenalty,
      "above 0; 1 is none")
  }

  /// Whether the largest logit is the answer, whatever came before.
  var isPlainGreedy: Bool { temperature == 0 && repetitionPenalty == 1 }
}
