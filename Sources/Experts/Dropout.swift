public import Torch

/// Inverted dropout on the inputs of low-rank pairs, with masks from an explicit stream; `nil` in inference.
///
/// One object serves one forward pass. It remembers the keys of each layer, so that a layer that is computed again gets the
/// masks that it had.
public final class Dropout {
  public let probability: Double
  private let stream: DropoutStream
  private var drawn: [Int: [UInt64]] = [:]
  private var layer = 0
  /// Keys of the current layer that are still to be used again.
  private var again: ArraySlice<UInt64> = []

  /// - Returns: `nil` when nothing is to be dropped.
  public init?(_ probability: Double, from stream: DropoutStream) {
    guard probability > 0 else { return nil }
    self.probability = probability
    self.stream = stream
  }

  /// See `ExpertSelection.enter(layer:again:)`.
  package func enter(layer: Int, again: Bool) {
    self.layer = layer
    self.again = again ? drawn[layer, default: []][...] : []
  }

  private func next() -> UInt64 {
    if let key = again.popFirst() { return key }
    let key = stream.next()
    drawn[layer, default: []].append(key)
    return key
  }

  /// Masks for the next `uses` inputs.
  func masks(_ uses: Int) -> DropoutMasks {
    DropoutMasks(probability: probability, keys: (0..<uses).map { _ in next() })
  }

  /// The mask of the next input, for operations that are not fused. Like `input`: [tokens, width].
  package func mask(like input: Tensor) throws -> Tensor {
    try masks(1).mask(0, rows: input.shape[0], width: input.shape[1], on: input.device)
  }
}
