import Decoder
public import Generation
import Learning
import Records
import Streams
import Torch

/// The scores of a task's labels by each part of a task model.
public struct LabelParts {
  let base: Base
  let labelIds: [[Int]]

  /// The parts of a task on a base.
  ///
  /// - Parameter base: The base.
  /// - Parameter labelIds: The answer tokens of each label, the end token last.
  public init(_ base: Base, labelIds: [[Int]]) {
    self.base = base
    self.labelIds = labelIds
  }

  /// What the head sees: the mean input embedding of a text. [rows, hidden]
  static let view = RequestView(layers: 0, seesInstruction: false)

  func features(_ examples: [EncodedExample]) throws -> Tensor {
    try RequestFeatures(base.model, view: Self.view).features(examples)
  }

  /// - Parameters:
  ///   - examples: Rows with any label.
  ///   - expert: What serves the task; `nil` is the base.
  ///   - usesExpert: Whether label scores are computed at all.
  ///   - head: Of the output head `trained`; `nil`: the labels' tokens are scored. [labels, hidden]
  ///   - ridge: `nil`: it is left out.
  func parts(
    of examples: [EncodedExample], expert: (any ExpertSelection)?, usesExpert: Bool, head: Tensor?, ridge: RidgeHead?,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> [LabelCombination.Parts] {
    let closed = try ridge.map { try $0.scores(features(examples)) }
    guard usesExpert else {
      try progress(examples.count)
      return examples.indices.map { LabelCombination.Parts(expert: nil, ridge: closed?[$0]) }
    }
    let predictions = try Evaluator(base.model).predictions(
      examples, labels: labelIds, head: head, experts: expert, progress: progress)
    return predictions.enumerated().map { row, prediction in
      LabelCombination.Parts(expert: prediction.scores, ridge: closed?[row])
    }
  }
}
