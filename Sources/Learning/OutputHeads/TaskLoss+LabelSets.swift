import Decoder
import Torch

extension DecoderModel {
  /// What a head says of the right answers of a batch: one label a sequence, or several.
  func headLoss(_ hidden: Tensor, _ batch: TrainingBatch, head: Tensor, scale: Double) throws -> TaskLoss {
    guard let sets = batch.labelSets else {
      return try headLoss(hidden, labels: batch.labels, head: head, scale: scale)
    }
    return try labelSetLoss(hidden, sets: sets, head: head, scale: scale)
  }

  /// The sequences' binary cross-entropy, a mean over labels, summed over sequences; the head's gradient is `scale` times the sum's.
  ///
  /// - Parameters:
  ///   - hidden: [sequences, hidden]
  ///   - sets: The numbers of each sequence's labels.
  ///   - head: A logit of each label on its own. [labels, hidden]
  func labelSetLoss(_ hidden: Tensor, sets: [[Int]], head: Tensor, scale: Double) throws -> TaskLoss {
    let labels = head.shape[0]
    var values = [Float](repeating: 0, count: sets.count * labels)
    for (sequence, set) in sets.enumerated() {
      for label in set where label < labels { values[sequence * labels + label] = 1 }
    }
    let wanted = try Tensor(values, shape: [sets.count, labels]).moved(to: hidden.device)
    let leaf = try hidden.detached()
    try leaf.requireGradient()
    let logits = try withGradients { try leaf.linear(head) }  // [sequences, labels]
    // d/dz of −y log p − (1 − y) log(1 − p), p = sigmoid z, is p − y; the loss itself is max(z, 0) − y z + log(1 + e^−|z|).
    let (slope, loss) = try withoutGradients { () -> (Tensor, StepNumber) in
      let z = try logits.detached()
      let terms = try z.clamped(from: 0) - wanted * z + ((z.abs() * -1).exp() + 1).log()
      return (try z.sigmoid() - wanted, try StepNumber(terms.sum()) / Double(labels))
    }
    try withGradients { try ((logits * slope).sum() * (scale / Double(labels))).backward() }
    guard let gradient = leaf.gradient else { throw TorchError.missingGradient("hidden states") }
    return TaskLoss(sum: loss, gradient: try withoutGradients { try gradient * (1 / scale) })
  }
}
