/// Small linear least-squares problems.
enum LeastSquares {
  /// The coefficients c that minimize Σ (row · c − value)².
  ///
  /// - Parameters:
  ///   - rows: [points][coefficients]; columns of about the same size, as their normal equations are solved.
  ///   - values: [points]
  /// - Returns: [coefficients]; nil where they are not determined, or no numbers.
  static func solve(_ rows: [[Double]], _ values: [Double]) -> [Double]? {
    guard let width = rows.first?.count, rows.count >= width, rows.count == values.count else { return nil }
    // Normal equations with the right side as last column. [coefficients][coefficients + 1]
    var system = (0..<width).map { i in
      (0..<width).map { j in rows.reduce(0) { $0 + $1[i] * $1[j] } }
        + [zip(rows, values).reduce(0) { $0 + $1.0[i] * $1.1 }]
    }
    let scales = (0..<width).map { system[$0][$0] }
    for column in 0..<width {
      let pivot = (column..<width).max { abs(system[$0][column]) < abs(system[$1][column]) } ?? column
      system.swapAt(column, pivot)
      // What is left of a column beside what it was: nothing, if it is a combination of those before.
      guard abs(system[column][column]) > 1e-12 * scales[column] else { return nil }
      for row in 0..<width where row != column {
        let factor = system[row][column] / system[column][column]
        for k in column...width { system[row][k] -= factor * system[column][k] }
      }
    }
    let solution = (0..<width).map { system[$0][width] / system[$0][$0] }
    return solution.allSatisfy(\.isFinite) ? solution : nil
  }
}
