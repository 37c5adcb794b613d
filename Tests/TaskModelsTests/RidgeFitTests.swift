import Randomness
import Records
import Testing
import Torch

@testable import TaskModels

@Suite struct RidgeFitTests {
  /// Features and labels of a few rows, by a small generator.
  private static func rows(_ count: Int, width: Int, labels: Int, seed: UInt64) -> (x: [[Double]], y: [Int]) {
    var stream = RandomStream(seed: seed, "rows")
    func number() -> Double { Double(stream.below(2_000_001)) / 1e6 - 1 }
    var x: [[Double]] = []
    var y: [Int] = []
    for row in 0..<count {
      let label = row % labels
      x.append((0..<width).map { number() + ($0 % labels == label ? 0.8 : 0) })
      y.append(label)
    }
    return (x, y)
  }

  private static func tensor(_ x: [[Double]]) throws -> Tensor {
    try Tensor(doubles: x.flatMap(\.self), shape: [x.count, x[0].count]).converted(to: .float32)
  }

  /// Ridge with a free intercept on standardised columns, by elimination: another way than the one that is tested.
  private static func scores(
    _ z: [[Double]], _ y: [[Double]], at row: [Double], penalty: Double
  ) -> [Double] {
    let (n, p, k) = (z.count, z[0].count, y[0].count)
    func mean(_ rows: [[Double]], _ column: Int) -> Double { rows.map { $0[column] }.reduce(0, +) / Double(n) }
    let means = (0..<p).map { mean(z, $0) }
    let share = (0..<k).map { mean(y, $0) }
    var a = [[Double]](repeating: [Double](repeating: 0, count: p), count: p)
    var b = [[Double]](repeating: [Double](repeating: 0, count: k), count: p)
    for (x, wanted) in zip(z, y) {
      for i in 0..<p {
        let left: Double = x[i] - means[i]
        for j in 0..<p { a[i][j] += left * (x[j] - means[j]) }
        for j in 0..<k { b[i][j] += left * (wanted[j] - share[j]) }
      }
    }
    for i in 0..<p { a[i][i] += penalty }
    for pivot in 0..<p {
      for other in 0..<p where other != pivot {
        let factor: Double = a[other][pivot] / a[pivot][pivot]
        for j in 0..<p { a[other][j] -= factor * a[pivot][j] }
        for j in 0..<k { b[other][j] -= factor * b[pivot][j] }
      }
    }
    var scores = share
    for j in 0..<k {
      for i in 0..<p {
        let weight: Double = b[i][j] / a[i][i]
        scores[j] += (row[i] - means[i]) * weight
      }
    }
    return scores
  }

  /// The error of rows left out by the formula is that of fits without each row, more rows than features or fewer.
  @Test(arguments: [(14, 4), (7, 12)]) func leavingRowsOutIsExact(rows count: Int, width: Int) throws {
    let seed = UInt64(count)
    let (x, y) = Self.rows(count, width: width, labels: 2, seed: seed)
    let fit = try RidgeFit(Self.tensor(x), labels: y, count: 2)
    // The program's own standardisation, of all rows.
    let rounded = x.map { $0.map { Double(Float($0)) } }
    let mean = (0..<width).map { j in rounded.map { $0[j] }.reduce(0, +) / Double(count) }
    let deviation = (0..<width).map { j -> Double in
      let squares = rounded.map { ($0[j] - mean[j]) * ($0[j] - mean[j]) }
      return (squares.reduce(0, +) / Double(count) + 1e-12).squareRoot()
    }
    let z = rounded.map { row in row.indices.map { (row[$0] - mean[$0]) / deviation[$0] } }
    let oneHot = y.map { [$0 == 0 ? 1.0 : 0, $0 == 1 ? 1 : 0] }
    var errors: [Double] = []
    for penalty in RidgeFit.penalties {
      var sum = 0.0
      for left in 0..<count {
        let rest = (0..<count).filter { $0 != left }
        let scores = Self.scores(
          rest.map { z[$0] }, rest.map { oneHot[$0] }, at: z[left], penalty: penalty * Double(width))
        for (score, wanted) in zip(scores, oneHot[left]) { sum += (score - wanted) * (score - wanted) }
      }
      errors.append(sum / Double(count * 2))
    }
    let best = errors.indices.reduce(0) { errors[$1] < errors[$0] ? $1 : $0 }
    #expect(fit.penalty == RidgeFit.penalties[best], "seed \(seed)")
    #expect(abs(fit.error - errors[best]) < 1e-9, "seed \(seed)")
  }

  /// Part by part is the same head as all rows at once.
  @Test(arguments: [1, 3, 7, 40, 1 << 20]) func partsOfRows(rows each: Int) throws {
    let (x, y) = Self.rows(40, width: 5, labels: 3, seed: 11)
    let whole = try RidgeFit(Self.tensor(x), labels: y, count: 3)
    let fit = try RidgeFit(Self.tensor(x), labels: y, count: 3, part: each * 5)
    #expect(fit.penalty == whole.penalty && abs(fit.error - whole.error) < 1e-12)
    #expect(abs(fit.head.sharpness - whole.head.sharpness) < 1e-6)
    let (one, other) = (try fit.head.scores(Self.tensor(x)), try whole.head.scores(Self.tensor(x)))
    for (a, b) in zip(one.joined(), other.joined()) { #expect(abs(a - b) < 1e-4) }
  }

  /// The head that is stored says what the fit says, but for bfloat16.
  @Test func storedWeightsAreTheSolution() throws {
    let (x, y) = Self.rows(30, width: 3, labels: 3, seed: 5)
    let fit = try RidgeFit(Self.tensor(x), labels: y, count: 3)
    #expect(fit.head.weights.dtype == .bfloat16 && fit.head.weights.shape == [3, 3])
    let probabilities = try fit.head.scores(Self.tensor(x))
    for row in probabilities { #expect(abs(row.reduce(0) { $0 + exponential($1) } - 1) < 1e-12) }
    let right = zip(probabilities, y).count { row, label in row.indices.allSatisfy { row[$0] <= row[label] } }
    #expect(right > 20)
  }

  @Test func refusesRowsThatSayNothing() throws {
    #expect(throws: TaskModelError.self) { try RidgeFit(Tensor.zeros([1, 4]), labels: [0], count: 2) }
    #expect(throws: TaskModelError.self) { try RidgeFit(Tensor.zeros([2, 4]), labels: [0, 2], count: 2) }
    // Columns that never move are no division by zero.
    let fit = try RidgeFit(Tensor.zeros([4, 3]), labels: [0, 1, 0, 1], count: 2)
    #expect(try fit.head.scores(Tensor.zeros([1, 3]))[0].allSatisfy(\.isFinite))
  }

  private func exponential(_ x: Double) -> Double { (try? Tensor(doubles: [x]).exp().item()) ?? .nan }
}
