import Decoder
import ModelConfiguration
import Torch

/// A task's own loss with its gradient by the hidden states.
struct TaskLoss {
  /// The sum over targets of −log p.
  let sum: StepNumber
  /// d sum / d hidden. [targets, hidden]
  let gradient: Tensor
}

extension DecoderModel {
  /// The answer tokens' −log p, summed. `hidden`: the states that predict them, [targets, hidden].
  ///
  /// Logits exist for a chunk of targets at a time, so that a large vocabulary costs no memory.
  func answerLoss(_ hidden: Tensor, targets: Tensor) throws -> TaskLoss {
    if Kernels.areDevices(hidden) { return try deviceAnswerLoss(hidden, targets: targets) }
    let chunk = max(1, 32_000_000 / configuration.vocabularySize)
    var sum = 0.0
    var gradients: [Tensor] = []
    for start in stride(from: 0, to: hidden.shape[0], by: chunk) {
      let count = min(chunk, hidden.shape[0] - start)
      let states = try hidden.narrowed(0, from: start, count: count).padded(toMultipleOf: 32)
      let wanted = try targets.narrowed(0, from: start, count: count).unsqueezed(1)  // [count, 1]
      // d −log softmax(x)[t] / dx = softmax(x) − 1 at t.
      // [count, vocabulary]
      let logProbabilities = try logits(states).narrowed(0, from: 0, count: count).logSoftmax(-1)
      let picked = try logProbabilities.picked(1, wanted)  // [count, 1]
      sum -= try picked.sum().item()
      let gradient = try logProbabilities.exp().replacing(1, at: wanted, with: picked.exp() + -1)
      gradients.append(
        try statesGradient(ofLogits: gradient.padded(toMultipleOf: 32)).narrowed(0, from: 0, count: count))
    }
    return TaskLoss(sum: .read(sum), gradient: try Tensor.concatenated(gradients))
  }

  /// The sequences' −log p of the right label under a head, summed; the head's gradient is `scale` times the sum's. `hidden`:
  /// [sequences, hidden]; `head`: [labels, hidden].
  func headLoss(_ hidden: Tensor, labels: Tensor, head: Tensor, scale: Double) throws -> TaskLoss {
    let leaf = try hidden.detached()
    try leaf.requireGradient()
    let loss = try withGradients { try leaf.linear(head).crossEntropySum(labels) }
    try withGradients { try (loss * scale).backward() }
    guard let gradient = leaf.gradient else { throw TorchError.missingGradient("hidden states") }
    return TaskLoss(sum: try StepNumber(loss), gradient: try withoutGradients { try gradient * (1 / scale) })
  }
}
