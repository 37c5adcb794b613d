import Foundation

/// Finds a ``ParametricLoss`` for runs.
///
/// Unknown are ln A, α, ln B, β, ln E, as in the source, with N and D divided by their geometric means: otherwise ln A and α could
/// hardly be told apart. From each start damped Gauss–Newton steps (Levenberg–Marquardt), in which a residual r beyond δ has the
/// weight δ / |r| (Huber's loss by iterated weights); a step is taken only if it lowers the sum.
struct ParametricFitting {
  /// δ of Huber's loss, of a difference of logarithms.
  static let delta = 1e-3
  /// Exponents outside of it mean that the runs do not determine them.
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

  /// - Returns: nil with fewer than ``fewestPoints`` different pairs of N and D, or fewer than 3 different of either.
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
  /// - Parameters:
  ///   - starts: how many of a grid of exponents are followed, the most promising ones.
  ///   - near: a fit of similar runs, followed too.
  /// - Returns: nil if none leads to exponents within ``exponents``.
  func fit(starts: Int = 8, near: ParametricLoss? = nil) -> ParametricLoss? {
    let grid = Self.grid.compactMap { start($0, $1) }.map { ($0, cost($0)) }.sorted { $0.1 < $1.1 }
    let ends = (grid.prefix(starts).map(\.0) + (near.map { [unknowns($0)] } ?? [])).compactMap(descend)
    guard let best = ends.min(by: { $0.cost < $1.cost })?.unknowns else { return nil }
    let result = ParametricLoss(
      irreducible: exp(best[4]), sizeFactor: exp(best[0] + best[1] * center.size), sizeExponent: best[1],
      dataFactor: exp(best[2] + best[3] * center.data), dataExponent: best[3])
    let numbers = [result.irreducible, result.sizeFactor, result.dataFactor]
    guard Self.exponents.contains(best[1]), Self.exponents.contains(best[3]),
      numbers.allSatisfy({ $0.isFinite && $0 > 0 })
    else { return nil }
    return result
  }

  private static let grid: [(Double, Double)] = {
    let exponents = [0.1, 0.2, 0.35, 0.5, 0.8, 1.2]
    return exponents.flatMap { alpha in exponents.map { (alpha, $0) } }
  }()

  /// With both exponents given, E, A and B are a linear problem; what comes out below 0 is raised to almost nothing.
  private func start(_ alpha: Double, _ beta: Double) -> [Double]? {
    // Divided by the loss: errors of its logarithm, about. [points, 3]
    let rows = points.map { point in
      [exp(-alpha * point.size), exp(-beta * point.data), 1].map { $0 * exp(-point.loss) }
    }
    guard let found = LeastSquares.solve(rows, points.map { _ in 1 }), let lowest = points.map(\.loss).min() else {
      return nil
    }
    let logarithms = found.map { log(max($0, 1e-3 * exp(lowest))) }
    return [logarithms[0], alpha, logarithms[1], beta, logarithms[2]]
  }

  private func unknowns(_ loss: ParametricLoss) -> [Double] {
    [
      log(loss.sizeFactor) - loss.sizeExponent * center.size, loss.sizeExponent,
      log(loss.dataFactor) - loss.dataExponent * center.data, loss.dataExponent, log(loss.irreducible),
    ]
  }

  /// The residual of a point, and its derivatives by the unknowns.
  private func residual(_ x: [Double], _ point: Point) -> (value: Double, slopes: [Double]) {
    let terms = [x[0] - x[1] * point.size, x[2] - x[3] * point.data, x[4]]
    let largest = max(terms[0], terms[1], terms[2])
    let parts = terms.map { exp($0 - largest) }
    let sum = parts[0] + parts[1] + parts[2]
    let (size, data) = (parts[0] / sum, parts[1] / sum)
    return (
      largest + log(sum) - point.loss, [size, -size * point.size, data, -data * point.data, parts[2] / sum]
    )
  }

  private func cost(_ x: [Double]) -> Double {
    points.reduce(0) { sum, point in
      let r = abs(residual(x, point).value)
      return sum + (r <= Self.delta ? r * r / 2 : Self.delta * (r - Self.delta / 2))
    }
  }

  /// - Returns: nil if it has not settled after 1000 steps, or left the numbers.
  private func descend(_ start: [Double]) -> (unknowns: [Double], cost: Double)? {
    var (x, best, damping) = (start, cost(start), 1e-3)
    for _ in 0..<1000 {
      guard best.isFinite else { return nil }
      // Rows √w · derivatives and right sides −√w · r; below them the damping. [points + 5, 5]
      var (rows, values): ([[Double]], [Double]) = ([], [])
      for point in points {
        let (r, slopes) = residual(x, point)
        let weight = min(1, Self.delta / max(abs(r), 1e-300)).squareRoot()
        rows.append(slopes.map { $0 * weight })
        values.append(-r * weight)
      }
      for i in x.indices {
        rows.append(x.indices.map { $0 == i ? damping.squareRoot() : 0 })
        values.append(0)
      }
      let next = LeastSquares.solve(rows, values).map { step in zip(x, step).map(+) }
      let found = next.map(cost) ?? .infinity
      if let next, found < best {
        let gain = best - found
        (x, best, damping) = (next, found, max(damping / 4, 1e-10))
        if gain <= 1e-10 * best || best < 1e-24 { return (x, best) }
      } else {
        damping *= 4
        // No direction is left that lowers it.
        if damping > 1e6 { return (x, best) }
      }
    }
    return nil
  }
}
