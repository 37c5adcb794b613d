import Decoder
import ModelConfiguration
import Torch

extension DecoderModel {
  /// ``answerLoss(_:targets:)`` on a device: logits in the type of the activations become their own gradient, and nothing is read.
  func deviceAnswerLoss(_ hidden: Tensor, targets: Tensor) throws -> TaskLoss {
    let bytes = plan.activations.size * configuration.vocabularySize
    let chunk = max(1, Self.logitBytes / max(bytes, 1))
    var sum = StepNumber.read(0)
    var gradients: [Tensor] = []
    for start in stride(from: 0, to: hidden.shape[0], by: chunk) {
      let count = min(chunk, hidden.shape[0] - start)
      let states = try hidden.narrowed(0, from: start, count: count)
      let logits = try states.converted(to: plan.activations).linear(lmHead)  // [count, vocabulary]
      let loss = try DeviceOperations.nextTokenLoss(logits, targets: targets.narrowed(0, from: start, count: count))
      sum = try sum + StepNumber.pending(loss.losses.converted(to: .float64).sum())
      gradients.append(try loss.gradient.linearTransposed(lmHead).converted(to: .float32))
    }
    return TaskLoss(sum: sum, gradient: try Tensor.concatenated(gradients))
  }

  /// Logits of so many bytes exist at a time.
  private static var logitBytes: Int { 256 << 20 }
}
