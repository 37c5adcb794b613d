import Foundation

/// Logistic regression of one label on one or two scores, by projected Newton: −Σ log p + κ/2 ‖(w − w⁰, c)‖², which is convex. Weights
/// stay at 0 or above.
struct LogisticFit {
  private static let mostSteps = 50

  /// One list of the rows' scores for each weight.
  let scores: [[Double]]
  /// How often each row has the label: 0 or 1, or between where they are smoothed.
  let targets: [Double]
  /// w⁰ of each weight; the bias's is 0.
  let prior: [Double]
  /// κ
  let penalty: Double

  /// The weights, then the bias.
  func fitted() -> [Double] {
    var point = prior + [0]
    let size = point.count
    for _ in 0..<Self.mostSteps {
      let (value, gradient, curvature) = derivatives(at: point)
      let free = (0..<size).filter { $0 == size - 1 || point[$0] > 0 || gradient[$0] < 0 }
      guard let step = Self.solved(curvature, gradient, free) else { break }
      var (length, next) = (1.0, point)
      repeat {
        for (position, index) in free.enumerated() { next[index] = point[index] - length * step[position] }
        for index in 0..<size - 1 where next[index] < 0 { next[index] = 0 }
        length /= 2
      } while loss(at: next) > value && length > 1e-9
      let moved = zip(next, point).map { abs($0 - $1) }.max() ?? 0
      point = next
      if moved < 1e-10 { break }
    }
    return point
  }

  /// At most two lists: no array is made for a row.
  private func odds(_ row: Int, _ point: [Double]) -> Double {
    var sum = point[scores.count]
    for index in scores.indices { sum += point[index] * scores[index][row] }
    return sum
  }

  private func distance(_ point: [Double], _ index: Int) -> Double {
    point[index] - (index < prior.count ? prior[index] : 0)
  }

  private func loss(at point: [Double]) -> Double {
    var sum = point.indices.reduce(0) { $0 + penalty / 2 * distance(point, $1) * distance(point, $1) }
    for (row, target) in targets.enumerated() {
      let z = odds(row, point)
      sum += target * Logistic.loss(z, true) + (1 - target) * Logistic.loss(z, false)
    }
    return sum
  }

  private func derivatives(at point: [Double]) -> (value: Double, gradient: [Double], curvature: [[Double]]) {
    let size = point.count
    var gradient = point.indices.map { penalty * distance(point, $0) }
    var curvature = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
    for index in 0..<size { curvature[index][index] = penalty }
    for (row, target) in targets.enumerated() {
      let p = Logistic.probability(odds(row, point))
      let (slope, bend) = (p - target, p * (1 - p))
      for one in 0..<size {
        let x = one < scores.count ? scores[one][row] : 1
        gradient[one] += slope * x
        for other in 0...one { curvature[one][other] += bend * x * (other < scores.count ? scores[other][row] : 1) }
      }
    }
    for one in 0..<size { for other in 0..<one { curvature[other][one] = curvature[one][other] } }
    return (loss(at: point), gradient, curvature)
  }

  /// The Newton step over some of the coordinates, by elimination; `nil` where the matrix is not positive.
  private static func solved(_ matrix: [[Double]], _ right: [Double], _ free: [Int]) -> [Double]? {
    var rows = free.map { row in free.map { matrix[row][$0] } + [right[row]] }
    let size = free.count
    for column in 0..<size {
      guard rows[column][column] > 0, rows[column][column].isFinite else { return nil }
      for row in column + 1..<max(size, column + 1) {
        let factor = rows[row][column] / rows[column][column]
        for position in column...size { rows[row][position] -= factor * rows[column][position] }
      }
    }
    var step = [Double](repeating: 0, count: size)
    for row in (0..<size).reversed() {
      let rest = (row + 1..<max(size, row + 1)).reduce(rows[row][size]) { $0 - rows[row][$1] * step[$1] }
      step[row] = rest / rows[row][row]
    }
    return step
  }
}

extension LogisticFit {
  /// Platt's calibration (1999) of one list of scores: log-odds = weight · score + bias. Targets are smoothed, so that scores which
  /// separate all rows get no infinite weight.
  static func platt(_ scores: [Double], _ has: [Bool]) -> (weight: Double, bias: Double) {
    let positive = Double(has.count { $0 })
    let (high, low) = ((positive + 1) / (positive + 2), 1 / (Double(has.count) - positive + 2))
    let point = LogisticFit(
      scores: [scores], targets: has.map { $0 ? high : low }, prior: [1], penalty: 1e-3
    ).fitted()
    return (point[0], point[1])
  }
}
