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
  /// Only tokens at least this probable, as a share of the most probable one, are sampled from; 0: all.
  public var minP: Double
  /// Subtracted from the logit of each token that was written already; OpenAI's `presence_penalty`. 0: nothing.
  public var presencePenalty: Double
  /// Subtracted from the logit of each token once for each time that it was written; OpenAI's `frequency_penalty`. 0: nothing.
  public var frequencyPenalty: Double
  /// Added to the logits of some tokens.
  public var logitBias: [Int: Double]
  /// Of how many of the most probable tokens the log-probability is told with each token; `nil`: none is.
  public var topLogprobs: Int?
  /// Seed of the sampling stream; unused at temperature 0.
  public var seed: UInt64
  /// Whether an end token ends a sequence; otherwise it is a token like others.
  public var stopsAtEnd: Bool

  public init(
    maxTokens: Int = 64, temperature: Double = 0, topK: Int = 0, topP: Double = 1, repetitionPenalty: Double = 1,
    minP: Double = 0, presencePenalty: Double = 0, frequencyPenalty: Double = 0, logitBias: [Int: Double] = [:],
    topLogprobs: Int? = nil, seed: UInt64 = 0, stopsAtEnd: Bool = true
  ) {
    self.maxTokens = maxTokens
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.repetitionPenalty = repetitionPenalty
    self.minP = minP
    self.presencePenalty = presencePenalty
    self.frequencyPenalty = frequencyPenalty
    self.logitBias = logitBias
    self.topLogprobs = topLogprobs
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
    try require(minP >= 0 && minP <= 1, "min-p", minP, "0 (all) to 1")
    for (name, value) in [("presence-penalty", presencePenalty), ("frequency-penalty", frequencyPenalty)] {
      try require(value.isFinite, name, value, "a finite number; 0 is none")
    }
    try require(logitBias.values.allSatisfy(\.isFinite), "logit-bias", logitBias, "finite numbers")
    try require((topLogprobs ?? 0) >= 0, "top-logprobs", topLogprobs ?? 0, "0 or more")
  }

  /// Whether the largest logit is the answer, whatever came before.
  var isGreedy: Bool {
    temperature == 0 && repetitionPenalty == 1 && presencePenalty == 0 && frequencyPenalty == 0 && logitBias.isEmpty
  }

  /// The same where nothing else is asked.
  var isPlainGreedy: Bool { isGreedy && topLogprobs == nil }

  /// Whether every token can be drawn.
  var drawsFromAll: Bool { temperature > 0 && topK == 0 && topP == 1 && minP == 0 }
}
