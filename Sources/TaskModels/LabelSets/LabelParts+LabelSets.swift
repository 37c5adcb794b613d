import Decoder
import Generation
import Learning
import Streams
import Torch

extension LabelParts {
  /// What the parts of a task with several labels say of rows.
  ///
  /// - Parameters:
  ///   - examples: Rows of any kind.
  ///   - expert: What serves the task; `nil` is the base.
  ///   - head: `nil`: the expert is left out. [labels, hidden]
  ///   - ridge: `nil`: it is left out.
  func setParts(
    of examples: [EncodedExample], expert: (any ExpertSelection)?, head: Tensor?, ridge: RidgeHead?,
    progress: (Int) throws -> Void = { _ in }
  ) throws -> [LabelSetCombination.Parts] {
    let closed = try ridge.map { try $0.logOdds(features(examples)) }
    let logits = try head.map {
      try Evaluator(base.model).logits(examples, head: $0, experts: expert, progress: progress)
    }
    if logits == nil { try progress(examples.count) }
    return examples.indices.map { LabelSetCombination.Parts(expert: logits?[$0], ridge: closed?[$0]) }
  }
}
