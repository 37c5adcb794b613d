public import Files
public import Planning

/// `metrics.json` of a pretraining run.
public struct PretrainingMetrics: Sendable, Codable, Equatable {
  /// What the losses of ``heldOut`` are.
  public static let heldOutFormula = "mean of −ln p(next token) over the first held-out windows of each source"

  /// What a scaling law is fitted to; `nil` where nothing was held out.
  public var scaling: ScalingRun.Record?
  /// There where the run ended with a higher loss than it began with.
  public var diverged: Divergence?
  /// Tokens that were learned from; `nil`: written by an earlier version, which has them in ``scaling``.
  public var tokens: Int?
  public var heldOut: [HeldOutMeasurement]
  public var heldOutFormula: String
  public var seconds: Double
  public var tokensPerSecond: Double
  public var peakResidentBytes: Int
  /// SHA-256 over the weight files of `model`.
  public var baseDigest: Digest

  package init(
    scaling: ScalingRun.Record? = nil, diverged: Divergence? = nil, tokens: Int? = nil, heldOut: [HeldOutMeasurement],
    heldOutFormula: String = PretrainingMetrics.heldOutFormula,
    seconds: Double, tokensPerSecond: Double, peakResidentBytes: Int, baseDigest: Digest
  ) {
    self.scaling = scaling
    self.diverged = diverged
    self.tokens = tokens
    self.heldOut = heldOut
    self.heldOutFormula = heldOutFormula
    self.seconds = seconds
    self.tokensPerSecond = tokensPerSecond
    self.peakResidentBytes = peakResidentBytes
    self.baseDigest = baseDigest
  }

  /// A loss that ended above where it began.
  public struct Divergence: Sendable, Codable, Equatable {
    /// `held-out` or `training`.
    public var loss: String
    /// In nats per token, before the first step (training loss: at it) and in the end.
    public var first: Double
    public var last: Double

    /// `nil` for a loss that fell, or that rose by less than a tenth of a nat.
    package init?(_ loss: String, first: Double, last: Double) {
      guard !(last <= first + 0.1) else { return nil }
      (self.loss, self.first, self.last) = (loss, first, last)
    }
  }
}
