import Foundation
public import Torch

/// Rotary position embedding (Su et al., arXiv 2104.09864), in the half-split form of Hugging Face's Llama.
public struct RotaryEmbedding: Sendable {
  /// θ^(−2i / headDim). [headDim / 2]
  private let frequencies: Tensor

  public init(headDim: Int, theta: Double, on device: Device) throws {
    // In Float, as the reference implementations do, so that large positions round the same way.
    let values = (0..<headDim / 2).map { Float(1) / pow(Float(theta), Float(2 * $0) / Float(headDim)) }
    frequencies = try Tensor(values, on: device)
  }

  /// cos and sin for a batch. Computed once per pass, for the positions that it has.
  public struct Angles {
    let cosines: Tensor  // [tokens, headDim / 2]
    let sines: Tensor  // [tokens, headDim / 2]
  }

  /// The angles of given positions. `positions`: [tokens], int64.
  public func angles(at positions: Tensor) throws -> Angles {
    let angles = try positions.converted(to: .float32).unsqueezed(1) * frequencies  // [tokens, headDim / 2]
    return Angles(cosines: try angles.cos(), sines: try angles.sin())
  }

  /// Turns queries or keys. `x`: [tokens, heads, headDim] → the same.
  public func rotate(_ x: Tensor, by angles: Angles) throws -> Tensor {
    try x.rotated(cosines: angles.cosines, sines: angles.sines, direction: 1)
  }

  /// The rotation back, which is also the gradient of the rotation.
  public func rotateBack(_ x: Tensor, by angles: Angles) throws -> Tensor {
    try x.rotated(cosines: angles.cosines, sines: angles.sines, direction: -1)
  }
}
