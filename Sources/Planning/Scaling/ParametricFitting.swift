import Foundation

/// Finds a ``ParametricLoss`` for runs.
///
/// Unknown are ln A, α, ln B, β, ln E, as in the source, with N and D divided by their geometric means: otherwise ln A and α could hardly
/// be told apart. Damped Gauss–Newton steps (Levenberg–Marquardt) from each start. A residual r beyond δ has the weight δ / |r| (Huber's
/// loss by iterated weights). A step is taken only if it lowers the sum.
struct ParametricFitting {
  /// δ of Huber's loss, of a difference of logarithms.
  static let delta = 1e-3
  /// Exponents outside this range mean that the runs do not determine them.
  static let exponents = 0.01...3.0
  /// Points that a fit of 5 numbers needs at least.
  static let fewestPoints = 6

  private struct Point {
    var size: Double
    var data: Double
    var loss: Double
  }

  private let points: [Point]
  private let center: (size: Double, data: Double)

  /// - Returns: `nil` with fewer than ``fewestPoints`` different pairs of N and D, or fewer than 3 different of either.
  init?(_ runs: [ScalingRun]) {
    let sizes = Set(runs.map(\.record.activatedParameters))
    let data = Set(runs.map(\.record.tokens))
    let pairs = Set(runs.map { [$0.record.activatedParameters, $0.record.tokens] })
    guard pairs.count >= Self.fewestPoints, sizes.count >= 3, data.count >= 3 else { return nil }
    let count = Double(runs.count)
    let center = (
      size: runs.reduce(0) { $0 + log($1.activated) } / count, data: runs.reduce(0) { $0 + log($1.tokens) } / count
    )
    self.center = center
    points = runs.map {
      Point(size: log($0.activated) - center.size, data: log($0.tokens) - center.data, loss: log($0.loss))
    }
  }

  /// The best of what all starts lead to.
  ///
  /// - Parameter near: A fit of similar runs, from which alone it starts; `nil`: the most promising of a grid of exponents.
  /// - Returns: `nil` if no start leads to exponents within ``exponents``.
  func fit(near: ParametricLoss? = nil) -> ParametricLoss? {
    let starts = near.map { [unknowns($0)] } ?? grid()
    guard let x = starts.compactMap(descend).min(by: { $0.cost < $1.cost })?.unknowns else { return nil }
    let result = ParametricLoss(
      irreducible: exp(x[4]), sizeFactor: exp(x[0] + x[1] * center.size), sizeExponent: x[1],
      dataFactor: exp(x[2] + x[3] * center.data), dataExponent: x[3])
    let factors = [result.irreducible, result.sizeFactor, result.dataFactor]
    guard Self.exponents.contains(x[1]), Self.exponents.contains(x[3]),
      factors.allSatisfy({ $0.isFinite && $0 > 0 })
    else { return nil }
    return result
  }

  /// The best 8 of 36 pairs of exponents.
  private func grid() -> [SIMD8<Double>] {
    let exponents = [0.1, 0.2, 0.35, 0.5, 0.8, 1.2]
    let all = exponents.flatMap { alpha in exponents.compactMap { start(alpha, $0) } }
    return all.map { ($0, cost($0)) }.sorted { $0.1 < $1.1 }.prefix(8).map(\.0)
  }

  /// With both exponents given, E, A and B are a linear problem; what comes out below 0 is raised to almost nothing.
  private func start(_ alpha: Double, _ beta: Double) -> SIMD8<Double>? {
    // Divided by the loss: errors of its logarithm, about. [points, 3]
    let rows = points.map { point in
      [exp(-alpha * point.size), exp(-beta * point.data), 1].map { $0 * exp(-point.loss) }
    }
    guard let found = LeastSquares.solve(rows, points.map { _ in 1 }), let lowest = points.map(\.loss).min() else {
      return nil
    }
    let logarithms = found.map { log(max($0, 1e-3 * exp(lowest))) }
    return [logarithms[0], alpha, logarithms[1], beta, logarithms[2], 0, 0, 0]
  }

  /// ln A, α, ln B, β, ln E in the first lanes.
  private func unknowns(_ loss: ParametricLoss) -> SIMD8<Double> {
    [
      log(loss.sizeFactor) - loss.sizeExponent * center.size, loss.sizeExponent,
      log(loss.dataFactor) - loss.dataExponent * center.data, loss.dataExponent, log(loss.irreducible), 0, 0, 0,
    ]
  }

  /// The residual of a point, and its derivatives by the unknowns.
  private func residual(_ x: SIMD8<Double>, _ point: Point) -> (value: Double, slopes: SIMD8<Double>) {
    let (size, data, rest) = (x[0] - x[1] * point.size, x[2] - x[3] * point.data, x[4])
    let largest = max(size, data, rest)
    let parts = (exp(size - largest), exp(data - largest), exp(rest - largest))
    let sum = parts.0 + parts.1 + parts.2
    let (a, b) = (parts.0 / sum, parts.1 / sum)
    return (largest + log(sum) - point.loss, [a, -a * point.size, b, -b * point.data, parts.2 / sum, 0, 0, 0])
  }

  private func cost(_ x: SIMD8<Double>) -> Double {
    var sum = 0.0
    for point in points {
      let r = abs(residual(x, point).value)
      sum += r <= Self.delta ? r * r / 2 : Self.delta * (r - Self.delta / 2)
    }
    return sum
  }

  /// - Returns: `nil` if it has not settled after 500 steps, or left the numbers.
  private func descend(_ start: SIMD8<Double>) -> (unknowns: SIMD8<Double>, cost: Double)? {
    var (x, best, damping) = (start, cost(start), 1e-3)
    for _ in 0..<500 {
      guard best.isFinite else { return nil }
      if best < 1e-24 { return (x, best) }
      var system = LeastSquares.System(width: 5)
      for point in points {
        let (r, slopes) = residual(x, point)
        system.add(slopes, -r, weight: min(1, Self.delta / max(abs(r), 1e-300)))
      }
      system.damp(damping)
      let next = system.solution().map { x + $0 }
      let found = next.map(cost) ?? .infinity
      if let next, found < best {
        let isSettled = best - found <= 1e-8 * best
        (x, best, damping) = (next, found, max(damping / 4, 1e-10))
        if isSettled { return (x, best) }
      } else {
        damping *= 4
        // No direction is left that lowers it.
        if damping > 1e6 { return (x, best) }
      }
    }
    return nil
  }
}
