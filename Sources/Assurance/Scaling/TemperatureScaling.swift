import Foundation

/// How scores of labels become probabilities: softmax(z / T + b) (Guo and others, arXiv 1706.04599, temperature scaling, with a bias).
///
/// With two labels neither changes a ranking, and so no decision that a threshold makes; they make the numbers that people see honest.
public struct TemperatureScaling: Sendable, Equatable {
  /// What a temperature can be.
  public static let temperatures = 0.05...20.0

  /// T, in ``temperatures``.
  public let temperature: Double
  /// One number b for each label; they sum to 0 where they were fitted, as a common part changes nothing.
  public let bias: [Double]

  /// Makes a scaling.
  ///
  /// - Parameters:
  ///   - temperature: T, in ``temperatures``.
  ///   - bias: One finite number b for each label, at least one label.
  /// - Throws: ``AssuranceError`` if a number is out of its range.
  public init(temperature: Double, bias: [Double]) throws {
    guard Self.temperatures.contains(temperature) else {
      throw AssuranceError.value(
        what: "temperature", row: nil,
        expected: "\(Self.temperatures.lowerBound) … \(Self.temperatures.upperBound)", got: "\(temperature)",
        fix: "1 leaves scores as they are.")
    }
    guard !bias.isEmpty else { throw AssuranceError.empty(what: "biases of labels") }
    for value in bias where !value.isFinite {
      throw AssuranceError.value(
        what: "bias of a label", row: nil, expected: "a finite number", got: "\(value)",
        fix: "0 leaves scores as they are.")
    }
    self.init(checkedTemperature: temperature, bias: bias)
  }

  /// Makes a scaling of numbers that are known to fit.
  init(checkedTemperature temperature: Double, bias: [Double]) {
    (self.temperature, self.bias) = (temperature, bias)
  }

  /// The probability of each label.
  ///
  /// - Parameter scores: Total log-probabilities, one for each label.
  /// - Returns: Numbers from 0 to 1 that sum to 1.
  /// - Throws: ``AssuranceError`` if they are not as many as the labels, or one is not finite.
  public func probabilities(_ scores: [Double]) throws -> [Double] {
    guard scores.count == bias.count else {
      throw AssuranceError.lengths(what: "scores of labels", expected: bias.count, got: scores.count)
    }
    try Self.require(scores, row: nil)
    return Self.softmax(zip(scores, bias).map { $0 / temperature + $1 })
  }

  /// Exponentials that sum to 1.
  static func softmax(_ values: [Double]) -> [Double] {
    let highest = values.max() ?? 0
    let parts = values.map { exp($0 - highest) }
    let sum = parts.reduce(0, +)
    return parts.map { $0 / sum }
  }

  /// The largest score that is taken: beyond it a score by the lowest temperature, or the square of one, would overflow.
  static let largestScore = 1e100

  static func require(_ scores: [Double], row: Int?) throws {
    for score in scores where !(abs(score) <= largestScore) {
      throw AssuranceError.value(
        what: "score of a label", row: row, expected: "a finite number of at most \(largestScore)", got: "\(score)",
        fix: "Leave out the items that the model gave no score.")
    }
  }
}

extension TemperatureScaling: Codable {
  private enum CodingKeys: CodingKey {
    case temperature
    case bias
  }

  /// Reads a scaling, and checks it as `init` does.
  ///
  /// - Throws: `DecodingError`, or ``AssuranceError``.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      temperature: container.decode(Double.self, forKey: .temperature),
      bias: container.decode([Double].self, forKey: .bias))
  }
}
