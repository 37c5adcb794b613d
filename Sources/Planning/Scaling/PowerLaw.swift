import Foundation

/// y = factor · x^exponent, by least squares of ln y over ln x.
public struct PowerLaw: Sendable, Codable, Equatable {
  public let factor: Double
  public let exponent: Double

  /// - Returns: y; may be infinite far outside of what was fitted.
  public func callAsFunction(_ x: Double) -> Double { exp(log(factor) + exponent * log(x)) }

  /// - Parameter points: x and y, above 0.
  /// - Returns: `nil` with fewer than 2 different x.
  static func fit(_ points: [(x: Double, y: Double)]) -> PowerLaw? {
    guard let first = points.first else { return nil }
    // Around the first point: ln C is about 40 and its column would look like that of the constant. [points, 2]
    let rows = points.map { [1, log($0.x / first.x)] }
    guard let line = LeastSquares.solve(rows, points.map { log($0.y) }) else { return nil }
    let factor = exp(line[0] - line[1] * log(first.x))
    return factor.isFinite && factor > 0 ? PowerLaw(factor: factor, exponent: line[1]) : nil
  }
}

/// What a token costs: p · N + q FLOP, the form of the published C ≈ (9.59 N + 2.3e8) D.
public struct TokenCost: Sendable, Codable, Equatable {
  /// What is fitted.
  public static let formula = "C / D = p N + q, least squares of the relative error"

  /// p, FLOP per token and activated parameter.
  public let perParameter: Double
  /// q, FLOP per token whatever the size.
  public let constant: Double
  /// The largest |fit / (C / D) − 1| among the runs.
  public let largestError: Double

  /// - Throws: ``ScalingError/noCost(reason:)``.
  init(_ runs: [ScalingRun]) throws {
    let costs = runs.map { $0.flops / $0.tokens }
    let sizes = runs.map(\.activated)
    guard let largest = sizes.max(), Set(sizes).count >= 2 else {
      throw ScalingError.noCost(reason: "all runs have the same N; train at least 3 sizes at each budget")
    }
    // Divided by the cost, so that each run's relative error counts alike. [runs, 2]
    let rows = zip(sizes, costs).map { [$0 / largest * costs[0] / $1, costs[0] / $1] }
    guard let line = LeastSquares.solve(rows, costs.map { _ in 1 }) else {
      throw ScalingError.noCost(reason: "the runs do not determine p and q")
    }
    (perParameter, constant) = (line[0] * costs[0] / largest, line[1] * costs[0])
    let fitted = sizes.map { [perParameter, constant] in perParameter * $0 + constant }
    guard fitted.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw ScalingError.noCost(
        reason: "the fit is not above 0 at every run's N; check `flops` and `tokens` of the runs")
    }
    largestError = zip(fitted, costs).map { abs($0 / $1 - 1) }.max() ?? 0
  }

  /// FLOP per token.
  public func callAsFunction(_ activated: Double) -> Double { perParameter * activated + constant }
}
