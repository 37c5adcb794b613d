/// Which share of the samples can be decided without a person, if a precision is demanded of what is decided.
///
/// Thresholds chosen on the labels on which the rate is quoted are **oracle thresholds**: nobody has them in
/// production. It is computed here because MoE-CL (arXiv 2509.18133, table 4) and its
/// code do so. An honest figure takes thresholds from other rows: ``HeldOutStripping``.
public struct StrippingRate: Sendable, Codable, Equatable {
  /// What can be decided for one class.
  public struct ClassRate: Sendable, Codable, Equatable {
    /// The share of **all** samples that is decided for the class, from 0 to 1; 0 if no threshold is precise enough.
    public let rate: Double
    /// The lowest score that is decided; `nil` if no threshold is precise enough.
    public let threshold: Double?
    /// The share of what is decided that is right; `nil` if no threshold is precise enough.
    public let precision: Double?
  }

  /// The rate of every class, in the order of the score columns.
  public let classes: [ClassRate]

  /// The sum over classes. A sample that is decided for two classes counts twice, as in the source; with two classes of
  /// softmax scores that needs thresholds of at most 0.5.
  public let sum: Double
}

/// Computes the stripping rate by the definition of MoE-CL's code.
///
/// For class c, every distinct score of column c is a threshold τ; the samples with score ≥ τ are decided for c; their
/// precision is the fraction with true label c. The largest decided share whose precision reaches the target is the
/// rate. The thresholds are oracle thresholds, see ``StrippingRate``.
///
/// - Parameters:
///   - scores: For every sample, one score per class, e.g. softmax probabilities.
///   - labels: The true class of every sample, from 0.
///   - target: The precision to be reached, from 0 to 1. The source uses 0.8.
/// - Throws: ``MetricError`` if there is no sample, the lists do not fit together, a score is not a number, or a label or
///   the target is outside of its range.
public func strippingRate(scores: [[Double]], labels: [Int], target: Double) throws -> StrippingRate {
  guard let width = scores.first?.count, width > 0 else {
    throw MetricError.value(what: "scores", expected: "at least one sample and one class", got: "none")
  }
  guard scores.count == labels.count else {
    throw MetricError.shape(what: "labels", expected: scores.count, got: labels.count)
  }
  guard (0...1).contains(target) else {
    throw MetricError.value(what: "target precision", expected: "a number from 0 to 1", got: "\(target)")
  }
  for (sample, label) in zip(scores, labels) {
    guard sample.count == width else {
      throw MetricError.shape(what: "scores of a sample", expected: width, got: sample.count)
    }
    guard sample.allSatisfy({ !$0.isNaN }) else {
      throw MetricError.value(what: "score", expected: "a number", got: "nan")
    }
    guard (0..<width).contains(label) else {
      throw MetricError.value(what: "label", expected: "0 ..< \(width)", got: "\(label)")
    }
  }
  let classes = (0..<width).map { number in
    classRate(zip(scores, labels).map { ($0[number], $1 == number) }, target: target)
  }
  return StrippingRate(classes: classes, sum: classes.reduce(0) { $0 + $1.rate })
}

/// The rate of one class: the last end of a group of equal scores, from the highest down, with enough precision.
private func classRate(_ samples: [(score: Double, isRight: Bool)], target: Double) -> StrippingRate.ClassRate {
  let sorted = samples.sorted { $0.score > $1.score }
  var best = StrippingRate.ClassRate(rate: 0, threshold: nil, precision: nil)
  var right = 0
  for (i, sample) in sorted.enumerated() {
    right += sample.isRight ? 1 : 0
    let isLastOfEqual = i + 1 == sorted.count || sorted[i + 1].score < sample.score
    let precision = Double(right) / Double(i + 1)
    guard isLastOfEqual, precision >= target else { continue }
    best = StrippingRate.ClassRate(
      rate: Double(i + 1) / Double(sorted.count), threshold: sample.score, precision: precision)
  }
  return best
}
