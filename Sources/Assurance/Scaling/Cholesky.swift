/// Linear equations with a symmetric positive definite matrix, by the factors L Lᵀ.
enum Cholesky {
  /// The x with A x = b.
  ///
  /// - Parameters:
  ///   - matrix: A, of which the lower triangle is read. Where rounding has left no positive pivot, its row changes nothing.
  ///   - right: B, as many numbers as A has rows.
  static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
    var factor = matrix
    var x = right
    for row in x.indices {
      for column in 0...row {
        var sum = matrix[row][column]
        for inner in 0..<column { sum -= factor[row][inner] * factor[column][inner] }
        if column < row {
          factor[row][column] = factor[column][column] > 0 ? sum / factor[column][column] : 0
        } else {
          factor[row][row] = sum > 0 ? sum.squareRoot() : 0
        }
      }
      for inner in 0..<row { x[row] -= factor[row][inner] * x[inner] }
      x[row] = factor[row][row] > 0 ? x[row] / factor[row][row] : 0
    }
    for row in x.indices.reversed() {
      for inner in row + 1..<x.count { x[row] -= factor[inner][row] * x[inner] }
      x[row] = factor[row][row] > 0 ? x[row] / factor[row][row] : 0
    }
    return x
  }
}
