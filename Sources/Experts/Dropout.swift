public import Torch

/// Inverted dropout with masks from an explicit stream; nil in inference.
public struct Dropout {
  public let probability: Double
  public let generator: Generator

  /// - Returns: nil when nothing is to be dropped.
  public init?(_ probability: Double, from generator: Generator) {
    guard probability > 0 else { return nil }
    self.probability = probability
    self.generator = generator
  }

  /// A mask of zeros and 1 / (1 − p), to multiply with.
  func mask(like tensor: Tensor) throws -> Tensor {
    let keep = 1 - probability
    let mask = try Tensor(uninitialized: tensor.shape, tensor.dtype ?? .float32, on: tensor.device)
    try generator.fillBernoulli(mask, probability: keep)
    try mask.multiplyInPlace(by: 1 / keep)
    return mask
  }
}
