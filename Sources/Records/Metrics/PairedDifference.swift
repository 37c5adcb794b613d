/// How much better one list of predictions is than another on the same examples.
///
/// Because the examples are the same, their difficulty cancels out, and the interval is narrower than that of two
/// separate accuracies.
public struct PairedDifference: Sendable, Codable, Equatable {
  /// The formula of ``mean`` and the interval.
  public static let formula = "d_i = candidate_i − baseline_i ∈ {−1, 0, 1}; mean ± 1.96 · s / √n, s with n − 1"

  /// How many examples were compared.
  public let count: Int

  /// The candidate's accuracy minus the baseline's, from −1 to 1.
  public let mean: Double

  /// The lower end of the 95 % interval (normal approximation); `nil` with fewer than 2 examples.
  public let lower: Double?

  /// The upper end of the 95 % interval (normal approximation); `nil` with fewer than 2 examples.
  public let upper: Double?

  /// The examples that only the candidate has right.
  public let onlyCandidate: Int

  /// The examples that only the baseline has right.
  public let onlyBaseline: Int

  /// Compares two lists of predictions, of which it is known which are right.
  ///
  /// With few examples on which the two differ (``onlyCandidate`` + ``onlyBaseline`` below about 10) the normal
  /// approximation is too narrow; with none its width is 0.
  ///
  /// - Parameters:
  ///   - baseline: Whether the baseline is right, example by example.
  ///   - candidate: Whether the candidate is right, for the same examples in the same order.
  /// - Throws: ``MetricError`` if the lists are empty or of different lengths.
  public init(baseline: [Bool], candidate: [Bool]) throws {
    guard baseline.count == candidate.count else {
      throw MetricError.shape(what: "predictions to compare", expected: baseline.count, got: candidate.count)
    }
    guard !baseline.isEmpty else {
      throw MetricError.value(what: "predictions to compare", expected: "at least one", got: "none")
    }
    let differing = zip(baseline, candidate).filter { $0 != $1 }
    count = baseline.count
    onlyCandidate = differing.filter(\.1).count
    onlyBaseline = differing.count - onlyCandidate
    let n = Double(count)
    let mean = Double(onlyCandidate - onlyBaseline) / n
    self.mean = mean
    guard count >= 2 else {
      lower = nil
      upper = nil
      return
    }
    // Σ d² is the number of examples that differ.
    let variance = max(0, (Double(differing.count) - n * mean * mean) / (n - 1))
    let half = 1.959_963_984_540_054 * (variance / n).squareRoot()
    lower = mean - half
    upper = mean + half
  }
}
