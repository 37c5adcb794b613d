import Randomness

/// When requests arrive, in seconds since the measurement began.
enum Arrivals {
  /// Intervals of a Gamma distribution, as S-LoRA and vLLM draw them: shape 1/cv², scale cv²/rate; cv = 1 is a Poisson process.
  ///
  /// - Parameters:
  ///   - count: How many requests.
  ///   - rate: Requests a second; infinite: all at once.
  ///   - variation: The intervals' coefficient of variation.
  ///   - seed: The measurement's.
  static func gamma(_ count: Int, rate: Double, variation: Double, seed: UInt64) -> [Double] {
    guard rate.isFinite, rate > 0 else { return Array(repeating: 0, count: max(count, 0)) }
    var stream = RandomStream(seed: seed, "bench", "arrivals")
    let square = variation * variation
    var time = 0.0
    return (0..<max(count, 0)).map { _ in
      time += stream.gamma(shape: 1 / square, scale: square / rate)
      return time
    }
  }
}
