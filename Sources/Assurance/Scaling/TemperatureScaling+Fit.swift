extension TemperatureScaling {
  /// The number of labels up to which a scaling is fitted: its equations have the square of them.
  public static let mostLabels = 256

  /// Fits temperature and bias: the least mean log-loss, −ln p of the right label.
  ///
  /// In 1/T and b the loss is convex. Rows that scores separate without a mistake, or a label that no row has, would drive b beyond all
  /// bounds; so (0.01/n) · ½ ((1/T − 1)² + Σ b²) is added, which weighs a hundredth of a row and makes the answer unique. It is found by
  /// Newton's method, which stays within ``temperatures``; the same rows in the same order give the same bits.
  ///
  /// - Parameters:
  ///   - scores: For each row the total log-probability of each label.
  ///   - gold: The right label of each row, from 0.
  /// - Throws: ``AssuranceError`` if there is no row, lists differ in length, a score is not finite, or a label or the number of labels is
  ///   out of range.
  public init(fitting scores: [[Double]], gold: [Int]) throws {
    guard scores.count == gold.count else {
      throw AssuranceError.lengths(what: "rows of scores", expected: gold.count, got: scores.count)
    }
    guard let labels = scores.first?.count else { throw AssuranceError.empty(what: "rows to fit a temperature to") }
    guard (1...Self.mostLabels).contains(labels) else {
      throw AssuranceError.value(
        what: "number of labels", row: nil, expected: "1 … \(Self.mostLabels)", got: "\(labels)",
        fix: "Give one score for each label of the task.")
    }
    for (row, (values, right)) in zip(scores, gold).enumerated() {
      guard values.count == labels else {
        throw AssuranceError.value(
          what: "number of scores", row: row, expected: "\(labels), as in the first row", got: "\(values.count)",
          fix: "Give one for each label.")
      }
      try Self.require(values, row: row)
      try LabelCheck.require(right, below: labels, what: "gold label", row: row)
    }
    let point = TemperatureProblem(scores: scores, gold: gold, labels: labels).minimum()
    let temperature = 1 / point[0]
    self.init(
      checkedTemperature: min(max(temperature, Self.temperatures.lowerBound), Self.temperatures.upperBound),
      bias: Array(point.dropFirst()))
  }
}
