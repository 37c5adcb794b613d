import Foundation

/// The direction that tells two kinds of rows apart best: logistic regression with a penalty, without an intercept, as the rows are
/// standardised and of both kinds alike many.
///
/// Nesterov's accelerated steps (1983) of the length 1/L, L from the power method; the number of steps is fixed, so that equal rows give
/// equal bits.
struct LogisticDirection {
  private static let steps = 60
  private static let penalty: Float = 0.01

  let weights: [Float]

  /// - Parameters:
  ///   - rows: Standardised rows.
  ///   - isSecond: Whether each is of the second kind.
  init(_ rows: FeatureRows, isSecond: [Bool]) {
    let count = Float(max(rows.count, 1))
    let step = 1 / (0.25 * Self.largestEigenvalue(rows) / count + Self.penalty)
    let signs: [Float] = isSecond.map { $0 ? 1 : -1 }
    var weights = [Float](repeating: 0, count: rows.width)
    var point = weights
    var momentum: Float = 1
    for _ in 0..<Self.steps {
      // d/dz log(1 + exp(−sz)) = −s / (1 + exp(sz))
      let slopes = zip(rows.products(with: point), signs).map { product, sign in
        -sign / (1 + exp(sign * product)) / count
      }
      let gradient = rows.sum(times: slopes)
      let next = point.indices.map { point[$0] - step * (gradient[$0] + Self.penalty * point[$0]) }
      let following = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
      point = next.indices.map { next[$0] + (momentum - 1) / following * (next[$0] - weights[$0]) }
      (weights, momentum) = (next, following)
    }
    self.weights = weights
  }

  /// The largest eigenvalue of XᵀX, a little too large rather than too small.
  private static func largestEigenvalue(_ rows: FeatureRows) -> Float {
    var vector = (0..<rows.width).map { 1 + Float($0 % 7) / 8 }
    var length: Float = 0
    for _ in 0..<20 {
      length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else { return 0 }
      vector = rows.sum(times: rows.products(with: vector.map { $0 / length }))
    }
    return 1.2 * vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
