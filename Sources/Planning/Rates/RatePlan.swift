/// The learning rates of shared parameters and routed experts at one batch size, by the ``SurgeRule``.
public struct RatePlan: Sendable, Encodable, Equatable {
  /// Where x = B / B_noise comes from.
  public enum Source: String, Sendable, Codable {
    /// B_noise was given.
    case noiseScale = "noise-scale"
    /// x was given.
    case ratioBatch = "ratio-batch"
    /// Neither: the x that Hunyuan-Large's 0.31 implies.
    case paper
  }

  /// What is known of the noise.
  public enum Noise: Sendable, Equatable {
    /// B_noise, in tokens.
    case scale(Double)
    /// x = B / B_noise.
    case relativeBatch(Double)
    /// Nothing: ``SurgeRule/impliedRelativeBatch``.
    case unknown
  }

  /// ρ for one n.
  public struct Row: Sendable, Encodable, Equatable {
    /// n: the batch over the tokens that an expert sees.
    public let parts: Double
    /// At the plan's x.
    public let ratio: Double
    /// For x → 0: 1/√n.
    public let smallBatchRatio: Double
  }

  /// B, tokens of a step.
  public let batchTokens: Int
  /// E, routed experts of a layer.
  public let experts: Int
  /// K, how many of them a token goes to.
  public let active: Int
  /// n = E / K.
  public let parts: Double
  /// B · K / E: tokens of a step that a routed expert sees, if all are used equally.
  public let expertTokens: Double
  /// x = B / B_noise.
  public let relativeBatch: Double
  /// Where it comes from.
  public let relativeBatchFrom: Source
  /// B_noise, in tokens: given, or B / x.
  public let noiseScale: Double
  /// ρ: the routed experts' rate over that of shared parameters.
  public let ratio: Double
  /// The rate of shared parameters (attention, shared expert, router, embeddings); `nil` if none was given.
  public let sharedRate: Double?
  /// ρ times that.
  public let routedRate: Double?
  /// ε_max: what the rule says of the rate of shared parameters at B = B_noise.
  public let largestRate: Double?
  /// ρ for other numbers of experts.
  public let table: [Row]

  /// - Parameters:
  ///   - batchTokens: B, at least 1.
  ///   - experts: E, at least 1.
  ///   - active: K, 1 to E.
  ///   - noise: What is known of B_noise.
  ///   - sharedRate: The rate with which shared parameters train at this batch size, above 0.
  /// - Throws: ``RateError/invalid(name:expected:got:)``.
  public init(batchTokens: Int, experts: Int, active: Int, noise: Noise, sharedRate: Double? = nil) throws {
    let batch = try RateError.positive(Double(batchTokens), "batch tokens")
    let parts = try SurgeRule.parts(experts: experts, active: active)
    switch noise {
    case .scale(let scale):
      relativeBatch = batch / (try RateError.positive(scale, "noise scale"))
      relativeBatchFrom = .noiseScale
    case .relativeBatch(let given):
      relativeBatch = try RateError.positive(given, "batch over noise scale")
      relativeBatchFrom = .ratioBatch
    case .unknown: (relativeBatch, relativeBatchFrom) = (SurgeRule.impliedRelativeBatch, .paper)
    }
    (self.batchTokens, self.experts, self.active, self.parts) = (batchTokens, experts, active, parts)
    expertTokens = batch / parts
    noiseScale = batch / relativeBatch
    let x = relativeBatch
    ratio = try SurgeRule.ratio(parts: parts, relativeBatch: x)
    self.sharedRate = try sharedRate.map { try RateError.positive($0, "learning rate") }
    routedRate = sharedRate.map { [ratio] in $0 * ratio }
    let share = try SurgeRule(noiseScale: noiseScale).share(batch: batch)
    largestRate = sharedRate.map { $0 / share }
    table = try Set([1, 2, 4, 8, 16, 32, 64, 128, parts]).sorted().map { n in
      Row(
        parts: n, ratio: try SurgeRule.ratio(parts: n, relativeBatch: x),
        smallBatchRatio: try SurgeRule.ratio(parts: n, relativeBatch: 0))
    }
  }
}
