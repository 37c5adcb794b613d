public import Decoder
public import Experts
import Torch

/// Measures what a static merge of a dual expert costs.
public struct MergeMeter {
  private let model: DecoderModel
  /// Few sequences in a batch: each has logits over the whole vocabulary.
  private let budget = TokenBudget(TokenBudget.standard.tokens, mostSequences: 64)

  public init(_ model: DecoderModel) { self.model = model }

  /// The mean weight of the shared expert in each layer, over every token of the prompts.
  /// - Throws: ``LearningError/unsupported(what:fix:)`` without a prompt.
  public func sharedShares(_ dual: DualExpertSelection, over prompts: [[Int]]) throws -> [Double] {
    let meter = GateMeter(dual)
    try eachBatch(prompts) { batch in
      meter.begin(batch)
      _ = try model.packedStates(batch, experts: meter)
    }
    return meter.sharedShares
  }

  /// Compares the logits after each prompt.
  /// - Throws: ``LearningError/unsupported(what:fix:)`` without a prompt.
  public func deviation(
    of merged: LowRankExpert, from dual: DualExpertSelection, over prompts: [[Int]]
  ) throws -> MergeDeviation {
    var (count, sum, largest, changed) = (0, 0.0, 0.0, 0)
    let plain = LowRankSelection(merged)
    try eachBatch(prompts) { batch in
      let ends = batch.lengths.reduce(into: []) { $0.append(($0.last ?? -1) + $1) }
      let positions = try Tensor(ends, on: model.device)
      func logits(_ experts: any ExpertSelection) throws -> Tensor {
        try model.logits(model.packedStates(batch, experts: experts, at: positions))  // [sequences, vocabulary]
      }
      let (one, other) = (try logits(dual), try logits(plain))
      let difference = try (one - other).abs()
      count += difference.count
      sum += try difference.converted(to: .float64).sum().item()
      largest = max(largest, try difference.maximum().item())
      changed += try zip(one.argmax(1).integers(), other.argmax(1).integers()).count { $0 != $1 }
    }
    return MergeDeviation(
      rows: prompts.count, logits: count, maxLogitDifference: largest, meanLogitDifference: sum / Double(count),
      changedNextTokens: Double(changed) / Double(prompts.count), labels: nil)
  }

  /// Batches in the order of the prompts.
  private func eachBatch(_ prompts: [[Int]], _ body: (TokenBatch) throws -> Void) throws {
    guard !prompts.isEmpty, prompts.allSatisfy({ !$0.isEmpty }) else {
      throw LearningError.unsupported(
        what: "measuring a merge without rows, or with empty ones", fix: "Give at least one prompt of a token.")
    }
    try withoutGradients {
      for group in budget.groups(prompts.map(\.count)) {
        try body(TokenBatch(Array(prompts[group]), on: model.device, rounding: model.rounding))
      }
    }
  }
}
