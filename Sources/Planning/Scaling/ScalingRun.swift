/// A finished small pretraining run, as far as a scaling law needs it: one point (N, D, C, loss).
public struct ScalingRun: Sendable, Codable, Equatable {
  /// The key `scaling` of a run's `metrics.json`.
  public struct Record: Sendable, Codable, Equatable {
    /// N: parameters that one token passes through.
    public var activatedParameters: Int
    /// All parameters, those of experts that a token does not see included.
    public var parameters: Int
    /// D: tokens that the run has learned from.
    public var tokens: Int
    /// C: what that cost, in FLOP.
    public var flops: Double
    /// Mean loss on held-out text, in nats per token.
    public var heldOutNatsPerToken: Double
    /// The same in bits per byte of the text.
    public var heldOutBitsPerByte: Double
    /// The run's seed.
    public var seed: Int

    /// - Parameters: as the properties. Nothing is checked here; ``ScalingRun/init(name:record:)`` does.
    public init(
      activatedParameters: Int, parameters: Int, tokens: Int, flops: Double, heldOutNatsPerToken: Double,
      heldOutBitsPerByte: Double, seed: Int
    ) {
      (self.activatedParameters, self.parameters, self.tokens) = (activatedParameters, parameters, tokens)
      (self.flops, self.seed) = (flops, seed)
      (self.heldOutNatsPerToken, self.heldOutBitsPerByte) = (heldOutNatsPerToken, heldOutBitsPerByte)
    }
  }

  /// The name of its folder.
  public let name: String
  public let record: Record

  /// N.
  public var activated: Double { Double(record.activatedParameters) }
  /// D.
  public var tokens: Double { Double(record.tokens) }
  /// C.
  public var flops: Double { record.flops }
  /// In nats per token.
  public var loss: Double { record.heldOutNatsPerToken }
  /// Bytes of a token of the held-out text, mean.
  public var bytesPerToken: Double {
    record.heldOutNatsPerToken / (0.693_147_180_559_945_3 * record.heldOutBitsPerByte)
  }

  /// - Parameters:
  ///   - name: Of the run.
  ///   - record: Its numbers.
  /// - Throws: ``ScalingError/invalid(location:name:expected:got:)`` for a number that no run can have.
  public init(name: String, record: Record) throws {
    func positive(_ value: Double, _ key: String) throws {
      _ = try ScalingError.positive(value, "scaling.\(key)", name)
    }
    try positive(Double(record.activatedParameters), "activatedParameters")
    try positive(Double(record.tokens), "tokens")
    _ = try ScalingError.budget(record.flops, "scaling.flops", name)
    try positive(record.heldOutNatsPerToken, "heldOutNatsPerToken")
    try positive(record.heldOutBitsPerByte, "heldOutBitsPerByte")
    guard record.parameters >= record.activatedParameters else {
      throw ScalingError.invalid(
        location: name, name: "scaling.parameters",
        expected: "at least the \(record.activatedParameters) activated ones",
        got: "\(record.parameters)")
    }
    (self.name, self.record) = (name, record)
  }

  /// The same run with another loss, for ``Resampling``.
  func with(loss: Double) -> ScalingRun {
    var copy = record
    copy.heldOutBitsPerByte *= loss / record.heldOutNatsPerToken
    copy.heldOutNatsPerToken = loss
    return ScalingRun(unchecked: name, copy)
  }

  private init(unchecked name: String, _ record: Record) { (self.name, self.record) = (name, record) }
}
