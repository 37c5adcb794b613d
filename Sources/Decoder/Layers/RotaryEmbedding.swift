public import ModelConfiguration
public import Torch

/// Rotary position embedding (Su et al., arXiv 2104.09864), in the half-split form of Hugging Face's Llama.
public struct RotaryEmbedding: Sendable {
  private let frequencies: Tensor  // [headDim / 2]
  /// What cos and sin are multiplied by.
  private let factor: Double

  public init(headDim: Int, theta: Double, scaling: RopeScaling = .none, on device: Device) throws {
    frequencies = try Tensor(scaling.frequencies(theta: theta, headDim: headDim), on: device)
    factor = scaling.attentionFactor
  }

  /// cos and sin for a batch. Computed once per pass, for the positions that it has.
  public struct Angles {
    let cosines: Tensor  // [tokens, headDim / 2]
    let sines: Tensor  // [tokens, headDim / 2]
  }

  /// The angles of given positions. `positions`: [tokens], int64.
  public func angles(at positions: Tensor) throws -> Angles {
    let angles = try positions.converted(to: .float32).unsqueezed(1) * frequencies  // [tokens, headDim / 2]
    let (cosines, sines) = (try angles.cos(), try angles.sin())
    guard factor != 1 else { return Angles(cosines: cosines, sines: sines) }
    return Angles(cosines: try cosines * factor, sines: try sines * factor)
  }

  /// Rotates queries or keys. `x`: [tokens, heads, headDim] → the same.
  public func rotate(_ x: Tensor, by angles: Angles) throws -> Tensor {
    try x.rotated(cosines: angles.cosines, sines: angles.sines, direction: 1)
  }

  /// The transposed rotation: the gradient of ``rotate(_:by:)``, and for factor 1 the rotation back.
  public func rotateBack(_ x: Tensor, by angles: Angles) throws -> Tensor {
    try x.rotated(cosines: angles.cosines, sines: angles.sines, direction: -1)
  }
}
