/// How noisy the gradient of one token is beside the gradient itself: the batch size above which more tokens bring little.
///
/// The estimator from gradients of two batch sizes (McCandlish et al., arXiv 1812.06162, appendix A.1): E|g_B|² = |G|² + tr Σ / B,
/// so that two sizes give both. It grows in the course of training; measure it where the rate matters.
public struct NoiseScale: Sendable, Codable, Equatable {
  /// What is computed.
  public static let formula = """
    |G|² = (B_b |g_b|² − B_s |g_s|²) / (B_b − B_s); tr Σ = (|g_s|² − |g_b|²) / (1/B_s − 1/B_b); B_noise = tr Σ / |G|²
    """

  /// The squared norms of the gradients of one step, from a small and a large batch.
  public struct Measurement: Sendable, Codable, Equatable {
    /// |g_s|², of the small batch's mean loss.
    public var small: Double
    /// |g_b|², of the large batch's mean loss.
    public var large: Double

    /// - Parameters:
    ///   - small: |g_s|².
    ///   - large: |g_b|².
    public init(small: Double, large: Double) {
      (self.small, self.large) = (small, large)
    }
  }

  /// |G|², the squared norm of the gradient without noise.
  public let gradientSquare: Double
  /// tr Σ, the summed variance of one token's gradient.
  public let noiseTrace: Double
  /// B_noise, in the unit of the batch sizes (tokens).
  public var batch: Double { noiseTrace / gradientSquare }

  /// From one measurement, or from means of many.
  ///
  /// - Parameters:
  ///   - smallBatch: B_s, in tokens.
  ///   - largeBatch: B_b, in tokens.
  ///   - squares: |g_s|² and |g_b|².
  /// - Throws: ``RateError/invalid(name:expected:got:)``; ``RateError/noEstimate(what:value:)`` where |G|² or tr Σ comes out zero or
  ///   negative, which chance does with few measurements. Nothing is clamped: a made-up noise scale would set real rates.
  public init(smallBatch: Double, largeBatch: Double, squares: Measurement) throws {
    _ = try RateError.positive(smallBatch, "small batch")
    guard largeBatch.isFinite, largeBatch > smallBatch else {
      throw RateError.invalid(name: "large batch", expected: "a number above \(smallBatch)", got: "\(largeBatch)")
    }
    let small = try RateError.positive(squares.small, "squared gradient norm of the small batch")
    let large = try RateError.positive(squares.large, "squared gradient norm of the large batch")
    gradientSquare = (largeBatch * large - smallBatch * small) / (largeBatch - smallBatch)
    noiseTrace = (small - large) / (1 / smallBatch - 1 / largeBatch)
    guard gradientSquare > 0, gradientSquare.isFinite else {
      throw RateError.noEstimate(what: "|G|²", value: gradientSquare)
    }
    guard noiseTrace > 0, noiseTrace.isFinite else { throw RateError.noEstimate(what: "tr Σ", value: noiseTrace) }
  }

  /// From several measurements with the same batch sizes.
  ///
  /// Their squares are averaged first: both estimates are linear in them and stay unbiased, a mean of quotients would not be.
  ///
  /// - Throws: As ``init(smallBatch:largeBatch:squares:)``; also without a measurement.
  public init(smallBatch: Double, largeBatch: Double, measurements: [Measurement]) throws {
    guard !measurements.isEmpty else {
      throw RateError.invalid(name: "gradient norms", expected: "at least one measurement", got: "none")
    }
    for measured in measurements {
      _ = try RateError.positive(measured.small, "squared gradient norm of the small batch")
      _ = try RateError.positive(measured.large, "squared gradient norm of the large batch")
    }
    let count = Double(measurements.count)
    try self.init(
      smallBatch: smallBatch, largeBatch: largeBatch,
      squares: Measurement(
        small: measurements.reduce(0) { $0 + $1.small } / count, large: measurements.reduce(0) { $0 + $1.large } / count
      ))
  }
}
