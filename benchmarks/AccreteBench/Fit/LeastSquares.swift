/// The numbers that come nearest to fulfilling linear equations.
enum LeastSquares {
  /// How much of a column must not be made of those before it.
  private static let independence = 1e-9

  /// Solves `rows · x ≈ targets` by Gram and Schmidt's orthogonal columns (each projection twice, against rounding).
  ///
  /// - Parameters:
  ///   - rows: Of the same length each.
  ///   - targets: One for each row.
  /// - Returns: `nil` where the equations leave a number open: too few, or columns that are made of each other.
  static func solve(_ rows: [[Double]], _ targets: [Double]) -> [Double]? {
    guard let count = rows.first?.count, count > 0, rows.count >= count, rows.count == targets.count,
      rows.allSatisfy({ $0.count == count })
    else { return nil }
    var basis: [[Double]] = []
    var upper = Array(repeating: Array(repeating: 0.0, count: count), count: count)
    for column in 0..<count {
      var vector = rows.map { $0[column] }
      let length = norm(vector)
      for _ in 0..<2 {
        for (place, other) in basis.enumerated() {
          let part = dot(vector, other)
          upper[place][column] += part
          vector = zip(vector, other).map { $0 - part * $1 }
        }
      }
      let rest = norm(vector)
      guard length > 0, rest.isFinite, rest > independence * length else { return nil }
      upper[column][column] = rest
      basis.append(vector.map { $0 / rest })
    }
    var solution = basis.map { dot($0, targets) }
    for column in stride(from: count - 1, through: 0, by: -1) {
      for later in (column + 1)..<max(count, column + 1) { solution[column] -= upper[column][later] * solution[later] }
      solution[column] /= upper[column][column]
    }
    return solution.allSatisfy(\.isFinite) ? solution : nil
  }

  private static func dot(_ one: [Double], _ other: [Double]) -> Double {
    zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
  }
  private static func norm(_ vector: [Double]) -> Double { dot(vector, vector).squareRoot() }
}
