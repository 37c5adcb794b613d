import Foundation
import Learning
import Records

/// Fits a ``LabelCombination`` by Newton's method: −Σ log p(y|x) + κ/2 ‖(a − 1, b − 1, c)‖², which is convex.
struct CombinationFit {
  /// κ: a prior of a standard deviation of one around 1, 1 and 0.
  static let penalty = 1.0
  /// Above so many labels only the weights are fitted: the biases' second derivatives would fill memory.
  static let mostBiases = 400
  private static let mostSteps = 50

  /// Which parts there are.
  struct Use: Sendable, Equatable {
    let expert: Bool
    let ridge: Bool
  }

  private let parts: [LabelCombination.Parts]
  private let gold: [Int]
  private let labels: Int
  private let use: Use
  private let hasBias: Bool

  /// - Parameters:
  ///   - parts: The scores of each row.
  ///   - gold: The right label of each.
  ///   - labels: How many there are.
  ///   - use: The parts that count.
  init(_ parts: [LabelCombination.Parts], gold: [Int], labels: Int, use: Use) {
    self.parts = parts
    self.gold = gold
    self.labels = labels
    self.use = use
    hasBias = labels <= Self.mostBiases
  }

  /// The combination with the least loss; without rows the prior's.
  func fitted() -> LabelCombination {
    var point = [use.expert ? 1.0 : 0, use.ridge ? 1.0 : 0] + [Double](repeating: 0, count: hasBias ? labels : 0)
    let used = [use.expert, use.ridge]
    for _ in 0..<Self.mostSteps {
      let (value, gradient, curvature) = derivatives(at: point)
      // Bertsekas' projected Newton: a weight stays at 0 as long as the loss would fall below it. One that a long first step has put
      // there (confident scores have a slope and nearly no curvature) comes back.
      let free = point.indices.filter { $0 > 1 || (used[$0] && (point[$0] > 0 || gradient[$0] < 0)) }
      guard let step = Self.solved(curvature, gradient, free) else { break }
      var length = 1.0
      var next = point
      repeat {
        for index in free { next[index] = point[index] - length * step[index] }
        for index in 0..<2 where next[index] < 0 { next[index] = 0 }
        length /= 2
      } while loss(at: next) > value && length > 1e-9
      let moved = zip(next, point).map { abs($0 - $1) }.max() ?? 0
      point = next
      if moved < 1e-10 { break }
    }
    let bias = hasBias ? Array(point[2...]) : [Double](repeating: 0, count: labels)
    let mean = bias.reduce(0, +) / Double(max(labels, 1))
    return LabelCombination(expert: point[0], ridge: point[1], bias: bias.map { $0 - mean })
  }

  private func combination(_ point: [Double]) -> LabelCombination {
    LabelCombination(
      expert: point[0], ridge: point[1], bias: hasBias ? Array(point[2...]) : [Double](repeating: 0, count: labels))
  }

  private func prior(_ index: Int) -> Double {
    index == 0 ? (use.expert ? 1 : 0) : index == 1 ? (use.ridge ? 1 : 0) : 0
  }

  /// What is minimized.
  func loss(at point: [Double]) -> Double {
    let combination = combination(point)
    let data = zip(parts, gold).reduce(0) { $0 - combination.logProbabilities($1.0)[$1.1] }
    return data
      + point.indices.reduce(0) { $0 + Self.penalty / 2 * (point[$1] - prior($1)) * (point[$1] - prior($1)) }
  }

  private func derivatives(
    at point: [Double]
  ) -> (value: Double, gradient: [Double], curvature: [[Double]]) {
    let size = point.count
    var gradient = point.indices.map { Self.penalty * (point[$0] - prior($0)) }
    var curvature = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
    for index in 0..<size { curvature[index][index] = Self.penalty }
    let combination = combination(point)
    for (row, right) in zip(parts, gold) {
      let p = combination.logProbabilities(row).map { exp($0) }
      let slopes = [use.expert ? row.expert : nil, use.ridge ? row.ridge : nil]
      var means = [0.0, 0.0]
      for (part, scores) in slopes.enumerated() {
        guard let scores else { continue }
        means[part] = zip(p, scores).reduce(0) { $1.0 > 0 ? $0 + $1.0 * $1.1 : $0 }
        gradient[part] += means[part] - scores[right]
      }
      for one in 0..<2 {
        guard let scores = slopes[one] else { continue }
        for other in one..<2 {
          guard let others = slopes[other] else { continue }
          let both = p.indices.reduce(0) { p[$1] > 0 ? $0 + p[$1] * scores[$1] * others[$1] : $0 }
          curvature[one][other] += both - means[one] * means[other]
        }
        guard hasBias else { continue }
        for label in p.indices where p[label] > 0 {
          curvature[one][2 + label] += p[label] * (scores[label] - means[one])
        }
      }
      guard hasBias else { continue }
      for label in p.indices {
        gradient[2 + label] += p[label] - (label == right ? 1 : 0)
        curvature[2 + label][2 + label] += p[label]
        for other in label..<p.count { curvature[2 + label][2 + other] -= p[label] * p[other] }
      }
    }
    for one in 0..<size { for other in 0..<one { curvature[one][other] = curvature[other][one] } }
    return (loss(at: point), gradient, curvature)
  }

  /// The Newton step over some of the coordinates, by Cholesky; `nil` where the matrix is not positive.
  private static func solved(_ matrix: [[Double]], _ right: [Double], _ free: [Int]) -> [Double]? {
    let size = free.count
    var lower = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
    for row in 0..<size {
      for column in 0...row {
        var sum = matrix[free[row]][free[column]]
        for k in 0..<column { sum -= lower[row][k] * lower[column][k] }
        if row == column {
          guard sum > 0, sum.isFinite else { return nil }
          lower[row][row] = sum.squareRoot()
        } else {
          lower[row][column] = sum / lower[column][column]
        }
      }
    }
    var solution = free.map { right[$0] }
    for row in 0..<size {
      for k in 0..<row { solution[row] -= lower[row][k] * solution[k] }
      solution[row] /= lower[row][row]
    }
    for row in (0..<size).reversed() {
      for k in row + 1..<max(size, row + 1) { solution[row] -= lower[k][row] * solution[k] }
      solution[row] /= lower[row][row]
    }
    var step = [Double](repeating: 0, count: right.count)
    for (position, index) in free.enumerated() { step[index] = solution[position] }
    return step
  }
}

extension OutputHead {
  /// The parts that a combination of this head weighs.
  var use: CombinationFit.Use { CombinationFit.Use(expert: hasExpert, ridge: hasRidge) }
}
