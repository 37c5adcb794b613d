import Foundation

/// The convex problem of which a temperature and a bias are the solution: the point is (1/T, b₁, …, b_K).
struct TemperatureProblem {
  let scores: [[Double]]
  let gold: [Int]
  let labels: Int

  private static let inverse =
    1 / TemperatureScaling.temperatures.upperBound...1 / TemperatureScaling.temperatures.lowerBound
  /// How many rows the pull toward T = 1 and b = 0 weighs.
  private static let pull = 0.01

  /// The point with the least loss.
  func minimum() -> [Double] {
    var point = [1.0] + [Double](repeating: 0, count: labels)
    // Newton's method needs about ten steps; the loss falls in each.
    for _ in 0..<200 {
      let here = slopes(at: point)
      let isHeld =
        (point[0] <= Self.inverse.lowerBound && here.gradient[0] > 0)
        || (point[0] >= Self.inverse.upperBound && here.gradient[0] < 0)
      var direction = step(here, holdingTemperature: isHeld)
      if room(from: point[0], along: direction[0]) == 0 { direction = step(here, holdingTemperature: true) }
      let slope = zip(here.gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
      guard slope < 0, let next = lower(point, direction, loss: here.loss, slope: slope) else { break }
      point = next
    }
    return point
  }

  /// Newton's direction, of all numbers or of the biases alone.
  private func step(_ here: Slopes, holdingTemperature: Bool) -> [Double] {
    let negative = here.gradient.map { -$0 }
    guard holdingTemperature else { return Cholesky.solve(here.curvature, negative) }
    let inner = here.curvature.dropFirst().map { Array($0.dropFirst()) }
    return [0] + Cholesky.solve(inner, Array(negative.dropFirst()))
  }

  /// A point further along with a lower loss, within the bounds; `nil` where rounding hides any.
  private func lower(_ point: [Double], _ direction: [Double], loss: Double, slope: Double) -> [Double]? {
    var length = min(1, room(from: point[0], along: direction[0]))
    for _ in 0..<60 where length > 0 {
      var next = zip(point, direction).map { $0 + length * $1 }
      next[0] = min(max(next[0], Self.inverse.lowerBound), Self.inverse.upperBound)
      let there = self.loss(at: next)
      // Near the minimum the demanded fall is below the rounding of the loss: an equal loss ends it.
      if there <= loss + 1e-4 * length * slope, there < loss { return next }
      length /= 2
    }
    return nil
  }

  /// How far one may go until 1/T meets a bound.
  private func room(from value: Double, along direction: Double) -> Double {
    guard direction != 0 else { return 1 }
    let bound = direction > 0 ? Self.inverse.upperBound : Self.inverse.lowerBound
    return max(0, (bound - value) / direction)
  }

  private func logits(_ row: [Double], at point: [Double]) -> [Double] {
    row.indices.map { row[$0] * point[0] + point[$0 + 1] }
  }

  private func penalty(at point: [Double]) -> Double {
    let squares = point.dropFirst().reduce((point[0] - 1) * (point[0] - 1)) { $0 + $1 * $1 }
    return Self.pull / Double(gold.count) * squares / 2
  }

  /// The mean log-loss, with what pulls.
  func loss(at point: [Double]) -> Double {
    var sum = 0.0
    for (row, right) in zip(scores, gold) {
      let values = logits(row, at: point)
      let highest = values.max() ?? 0
      sum += highest - values[right] + log(values.reduce(0) { $0 + exp($1 - highest) })
    }
    return sum / Double(gold.count) + penalty(at: point)
  }

  /// Loss, first and second derivatives.
  struct Slopes {
    var loss: Double
    var gradient: [Double]
    var curvature: [[Double]]
  }

  private func slopes(at point: [Double]) -> Slopes {
    var gradient = [Double](repeating: 0, count: labels + 1)
    var curvature = [[Double]](repeating: gradient, count: labels + 1)
    for (row, right) in zip(scores, gold) {
      let shares = TemperatureScaling.softmax(logits(row, at: point))
      // Scores of a row count from the right one's: only differences matter, and so they are small.
      let mean = zip(row, shares).reduce(0) { $0 + ($1.0 - row[right]) * $1.1 }
      gradient[0] += mean
      for (label, share) in shares.enumerated() {
        let distance = row[label] - row[right] - mean
        gradient[label + 1] += share - (label == right ? 1 : 0)
        curvature[0][0] += share * distance * distance
        curvature[0][label + 1] += share * distance
        for other in 0...label { curvature[other + 1][label + 1] -= share * shares[other] }
        curvature[label + 1][label + 1] += share
      }
    }
    let n = Double(gold.count)
    for first in 0...labels {
      gradient[first] = gradient[first] / n + Self.pull / n * (point[first] - (first == 0 ? 1 : 0))
      for second in first...labels {
        curvature[first][second] = curvature[first][second] / n + (first == second ? Self.pull / n : 0)
        curvature[second][first] = curvature[first][second]
      }
    }
    return Slopes(loss: loss(at: point), gradient: gradient, curvature: curvature)
  }
}
