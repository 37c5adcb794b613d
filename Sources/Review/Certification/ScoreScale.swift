import Assurance
import Foundation

/// How the scores of labels become probabilities: softmax(z / T + b) (Guo et al., arXiv 1706.04599, eq. 9, with a bias).
///
/// With two labels the temperature changes no ranking, and so no decision: what a certificate says rests on the ranking alone.
public struct ScoreScale: Sendable, Codable, Equatable {
  /// T, above 0.
  public let temperature: Double
  /// B, one number for each label.
  public let bias: [Double]

  /// Makes a scale.
  ///
  /// - Parameters:
  ///   - temperature: T, above 0.
  ///   - bias: B, one number for each label.
  public init(temperature: Double, bias: [Double]) {
    self.temperature = temperature
    self.bias = bias
  }

  /// The scale that leaves scores as they are.
  ///
  /// - Parameter labels: How many labels there are.
  public static func identity(labels: Int) -> ScoreScale {
    ScoreScale(temperature: 1, bias: Array(repeating: 0, count: max(0, labels)))
  }

  /// The probability of each label.
  ///
  /// - Parameter scores: Total log-probabilities, one for each label.
  /// - Returns: Probabilities that sum to 1; `nil` where the numbers are not as many as the labels, or not finite.
  public func probabilities(_ scores: [Double]) -> [Double]? {
    guard scores.count == bias.count, !scores.isEmpty, temperature > 0 else { return nil }
    let values = zip(scores, bias).map { $0 / temperature + $1 }
    guard let highest = values.max(), values.allSatisfy(\.isFinite) else { return nil }
    let parts = values.map { exp($0 - highest) }
    let sum = parts.reduce(0, +)
    return parts.map { $0 / sum }
  }
}
