import Files
public import TaskModels

/// Which labels are told of an answer, and when none is given.
public struct LabelSelection: Sendable {
  /// At most so many probabilities; `nil`: all.
  public var top: Int?
  /// Below which confidence no label is given; `nil`: one always is.
  public var abstainBelow: Double?
  /// Of which labels the probability is told; `nil`: of all. They stay as they are, and add up to less than 1 where some are left out.
  public var only: [String]?

  public init(top: Int? = nil, abstainBelow: Double? = nil, only: [String]? = nil) {
    self.top = top
    self.abstainBelow = abstainBelow
    self.only = only
  }

  /// Whether no label is given.
  public func abstains(_ answer: TaskAnswer?) -> Bool {
    guard let abstainBelow, let confidence = answer?.confidence else { return false }
    return confidence < abstainBelow
  }

  /// The most probable first; of equals the first label.
  ///
  /// - Parameters:
  ///   - answer: What the task says.
  ///   - labels: Those of the task.
  public func ranked(_ answer: TaskAnswer, labels: [String]) -> [AnswerLine.LabelProbability] {
    let told = only.map { Set($0.map(ExactText.init)) }
    let order = answer.probabilities.indices.filter { position in
      labels.indices.contains(position) && told.map { $0.contains(ExactText(labels[position])) } ?? true
    }.sorted { (answer.probabilities[$1], $0) < (answer.probabilities[$0], $1) }
    return order.prefix(max(top ?? order.count, 0)).map {
      AnswerLine.LabelProbability(label: labels[$0], p: answer.probabilities[$0])
    }
  }
}
