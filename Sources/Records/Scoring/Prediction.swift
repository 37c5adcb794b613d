/// What a model answered to one row.
public struct Prediction: Sendable, Codable, Equatable {
  /// Row number in the task's file.
  public let index: Int
  /// Numbers of the right and of the predicted label.
  public let gold: Int
  public let predicted: Int
  /// Log-probability of each label, or its logit (output head `trained`).
  public let scores: [Double]

  package init(index: Int, gold: Int, predicted: Int, scores: [Double]) {
    self.index = index
    self.gold = gold
    self.predicted = predicted
    self.scores = scores
  }

  public var isRight: Bool { gold == predicted }
}

extension Prediction {
  /// What the scores of a row's labels say; of equal ones the first wins.
  public init(index: Int, gold: Int, scores: [Double]) {
    let best = scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    self.init(index: index, gold: gold, predicted: best, scores: scores)
  }
}

extension [Prediction] {
  /// The share of rows whose predicted label is the right one.
  public var accuracy: Double { isEmpty ? 0 : Double(count(where: \.isRight)) / Double(count) }
}
