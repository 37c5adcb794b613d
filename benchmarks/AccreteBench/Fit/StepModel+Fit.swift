extension StepModel {
  /// Why nothing was fitted.
  struct NoFit: Error, Equatable {
    let text: String
  }

  /// A model with how well it says what it was fitted to.
  struct Fit: Sendable, Equatable {
    let model: StepModel
    /// How many points are bound by reading the weights; the others by computing.
    let boundByReading: Int
    /// What was not identified, in words.
    var notes: [String]

    /// The same with a warning where another model with as many numbers is as good, and is another one.
    func noting(_ others: ArraySlice<Fit>) -> Fit {
      func differ(_ one: Double?, _ other: Double?) -> Bool {
        guard let one, let other else { return (one == nil) != (other == nil) }
        return abs(one - other) > 0.01 * max(one, other)
      }
      let numbers = [model.bandwidth, model.operations, model.call]
      let another = others.first { other in
        let theirs = [other.model.bandwidth, other.model.operations, other.model.call]
        return theirs.count { $0 != nil } == numbers.count { $0 != nil }
          && zip(numbers, theirs).contains { differ($0, $1) }
      }
      guard another != nil else { return self }
      var copy = self
      copy.notes.append(
        "other numbers explain the measurements as well. Measure more points of the base: one request at a time with short and with"
          + " long prompts, and many at a time.")
      return copy
    }
  }

  /// Finds BW, F and t_call from points without experts.
  ///
  /// Which term of the maximum holds is not known, but points with few tokens are bound by reading and those with many by computing; so every
  /// cut of the points, sorted by tokens, is tried. Given the cut, the model is linear in 1/BW, 1/F and t_call, and the relative errors are
  /// made least. A solution counts if no number is negative and each point has the larger term it was given; of several, the best does. Those
  /// with fewer than three numbers are tried, too; `notes` says what is missing, and whether others explain the points as well.
  ///
  /// - Throws: ``NoFit``.
  static func fit(_ points: [Point], _ shape: Shape) throws(NoFit) -> Fit {
    let base = points.filter(\.isBaseOnly).sorted { $0.figures.tokens < $1.figures.tokens }
    guard base.count >= 3 else {
      throw NoFit(
        text:
          "three measurements of the base alone expected, with different numbers of requests at a time, got \(base.count)"
      )
    }
    guard base.allSatisfy({ $0.figures.seconds > 0 && $0.figures.seconds.isFinite && $0.figures.tokens > 0 }) else {
      throw NoFit(text: "a measurement has a step of no time or no token")
    }
    // As good as equal is equal. Then more numbers are better, and a cut with points on both sides is more likely.
    var found: [(fit: Fit, error: Double)] = []
    for columns in [[0, 1, 2], [0, 1], [0, 2], [1, 2], [0], [1], [2]] {
      for cut in Array(1..<base.count) + [base.count, 0] {
        if let one = solution(base, shape, cut: cut, columns) { found.append(one) }
      }
    }
    let least = found.map { $0.error }.min() ?? 0
    let equal = found.filter { $0.error <= least + 1e-12 }.map { $0.fit }
    if let best = equal.first { return best.noting(equal.dropFirst()) }
    throw NoFit(
      text: "no bandwidth, speed and time of a call explain the measurements; are their steps of the same model?")
  }

  private static func solution(
    _ points: [Point], _ shape: Shape, cut: Int, _ columns: [Int]
  ) -> (fit: Fit, error: Double)? {
    let rows = points.enumerated().map { place, point in
      row(point.figures, shape, isBoundByReading: place < cut)
    }
    let times = points.map(\.figures.seconds)
    let scaled = zip(rows, times).map { row, time in columns.map { row[$0] / time } }
    guard let solved = LeastSquares.solve(scaled, Array(repeating: 1, count: times.count)) else { return nil }
    var numbers = [0.0, 0.0, 0.0]
    for (column, number) in zip(columns, solved) { numbers[column] = number }
    guard numbers.allSatisfy({ $0 >= 0 }) else { return nil }
    for (place, point) in points.enumerated() {
      let reading = shape.weightBytes * numbers[0]
      let computing = 2 * shape.parameters * point.figures.tokens * numbers[1]
      let (larger, smaller) = place < cut ? (reading, computing) : (computing, reading)
      // Where both are equal either holds.
      guard larger >= smaller * (1 - 1e-9) else { return nil }
    }
    let error = zip(rows, times).reduce(0.0) { sum, pair in
      let said = zip(pair.0, numbers).reduce(0) { $0 + $1.0 * $1.1 }
      return sum + (said / pair.1 - 1) * (said / pair.1 - 1)
    }
    let model = StepModel(
      shape: shape, bandwidth: numbers[0] > 0 ? 1 / numbers[0] : nil, operations: numbers[1] > 0 ? 1 / numbers[1] : nil,
      call: numbers[2])
    return (Fit(model: model, boundByReading: cut, notes: notes(model, cut: cut, of: points.count, columns)), error)
  }

  /// What 1/BW, 1/F and t_call are multiplied with.
  private static func row(_ figures: StepFigures, _ shape: Shape, isBoundByReading: Bool) -> [Double] {
    [
      otherBytes(figures, shape) + (isBoundByReading ? shape.weightBytes : 0),
      headOperations(figures, shape) + (isBoundByReading ? 0 : 2 * shape.parameters * figures.tokens),
      shape.layers * shape.callsPerLayer,
    ]
  }

  private static func notes(_ model: StepModel, cut: Int, of count: Int, _ columns: [Int]) -> [String] {
    var notes: [String] = []
    if cut == count {
      notes.append(
        "no measurement is bound by computing: F rests on the output head alone, if on anything. Measure more requests at a time."
      )
    }
    if cut == 0 {
      notes.append(
        "no measurement is bound by reading weights: BW rests on keys and values alone, if on anything. Measure one request at a time."
      )
    }
    if model.bandwidth == nil { notes.append("BW was not identified, and counts as infinite") }
    if model.operations == nil { notes.append("F was not identified, and counts as infinite") }
    if !columns.contains(2) { notes.append("t_call was not identified, and counts as 0") }
    return notes
  }
}
