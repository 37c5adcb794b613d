import Decoder
import Torch

extension DecoderModel {
  /// The sum of −log p over all target tokens. `hidden`: [batch, time, hidden] → [].
  func answerLoss(_ hidden: Tensor, _ batch: TrainingBatch) throws -> Tensor {
    let flat = try hidden.reshaped([-1, configuration.hiddenSize])
    // Only places with a target meet the vocabulary. [targets, vocabulary]
    return try logits(flat.gathered(0, rows: batch.places)).crossEntropySum(batch.targets)
  }

  /// The sum over rows of −log p of the right label under a head. `head`: [labels, hidden] → [].
  func headLoss(_ hidden: Tensor, _ batch: TrainingBatch, head: Tensor) throws -> Tensor {
    let flat = try hidden.reshaped([-1, configuration.hiddenSize])
    return try flat.gathered(0, rows: batch.promptEnds).linear(head).crossEntropySum(batch.labels)
  }
}
