public import Torch

/// Inverted dropout on the inputs of low-rank pairs, with masks from an explicit stream; nil in inference.
public struct Dropout {
  public let probability: Double
  private let stream: DropoutStream

  /// - Returns: nil when nothing is to be dropped.
  public init?(_ probability: Double, from stream: DropoutStream) {
    guard probability > 0 else { return nil }
    self.probability = probability
    self.stream = stream
  }

  /// Masks for the next `uses` inputs.
  func masks(_ uses: Int) -> DropoutMasks {
    DropoutMasks(probability: probability, keys: (0..<uses).map { _ in stream.next() })
  }

  /// The mask of the next input, for operations that are not fused. Like `input`: [tokens, width].
  func mask(like input: Tensor) throws -> Tensor {
    try masks(1).mask(0, rows: input.shape[0], width: input.shape[1], on: input.device)
  }
}
