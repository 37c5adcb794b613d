/// Small linear least-squares problems, by their normal equations.
enum LeastSquares {
  /// The normal equations of up to 7 coefficients c: row i has Σ aᵢ aⱼ in lane j and Σ aᵢ b in the last lane.
  struct System {
    let width: Int
    private(set) var rows: [SIMD8<Double>]

    /// - Parameter width: How many coefficients, 1 to 7.
    init(width: Int) {
      self.width = min(width, 7)
      rows = [SIMD8<Double>](repeating: .zero, count: self.width)
    }

    /// Adds w (a · c − b)² to what is minimized.
    mutating func add(_ a: SIMD8<Double>, _ b: Double, weight: Double = 1) {
      var row = a
      row[7] = b
      for i in 0..<width { rows[i] += row * (weight * a[i]) }
    }

    /// Adds w c² for each coefficient.
    mutating func damp(_ weight: Double) {
      for i in 0..<width { rows[i][i] += weight }
    }

    /// - Returns: The coefficients in the first lanes; `nil` where they are not determined, or no numbers.
    func solution() -> SIMD8<Double>? {
      var system = rows
      for column in 0..<width {
        var pivot = column
        for row in column..<width where abs(system[row][column]) > abs(system[pivot][column]) { pivot = row }
        system.swapAt(column, pivot)
        // What is left of a column beside what it was: nothing, if it is a combination of those before.
        let left = system[column][column]
        guard abs(left) > 1e-12 * rows[column][column] else { return nil }
        for row in 0..<width where row != column { system[row] -= system[column] * (system[row][column] / left) }
      }
      var result = SIMD8<Double>.zero
      for i in 0..<width {
        result[i] = system[i][7] / system[i][i]
        guard result[i].isFinite else { return nil }
      }
      return result
    }
  }

  /// The coefficients c that minimize Σ (row · c − value)².
  ///
  /// - Parameters:
  ///   - rows: [points][coefficients]; columns of about the same size, up to 7.
  ///   - values: [points]
  /// - Returns: [coefficients]; `nil` where they are not determined, or no numbers.
  static func solve(_ rows: [[Double]], _ values: [Double]) -> [Double]? {
    guard let width = rows.first?.count, (1...7).contains(width), rows.count >= width, rows.count == values.count else {
      return nil
    }
    var system = System(width: width)
    for (row, value) in zip(rows, values) {
      var lanes = SIMD8<Double>.zero
      for i in 0..<min(width, row.count) { lanes[i] = row[i] }
      system.add(lanes, value)
    }
    return system.solution().map { found in (0..<width).map { found[$0] } }
  }
}
