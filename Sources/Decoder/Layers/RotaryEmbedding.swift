import Foundation
public import Torch

/// Rotary position embedding (Su et al., arXiv 2104.09864), in the half-split form of Hugging Face's Llama.
public struct RotaryEmbedding: Sendable {
  /// θ^(−2i / headDim). [headDim / 2]
  private let frequencies: Tensor
  private let headDim: Int

  public init(headDim: Int, theta: Double, on device: Device) throws {
    self.headDim = headDim
    // In Float, as the reference implementations do, so that large positions round the same way.
    let values = (0..<headDim / 2).map { Float(1) / pow(Float(theta), Float(2 * $0) / Float(headDim)) }
    frequencies = try Tensor(values, on: device)
  }

  /// cos and sin for a batch, ready to broadcast over heads. Computed once per pass, for the positions that it has.
  public struct Angles {
    let cosines: Tensor  // [tokens, 1, headDim]
    /// The first half carries the minus sign of the rotation.
    let signedSines: Tensor  // [tokens, 1, headDim]

    /// The rotation back, which is also the gradient of the rotation.
    func reversed() throws -> Angles { Angles(cosines: cosines, signedSines: try -signedSines) }
  }

  /// The angles of given positions. `positions`: [tokens], int64.
  public func angles(at positions: Tensor) throws -> Angles {
    let places = try positions.converted(to: .float32).unsqueezed(1).unsqueezed(2)  // [tokens, 1, 1]
    let angles = try places * frequencies  // [tokens, 1, headDim / 2]
    let (cosines, sines) = (try angles.cos(), try angles.sin())
    return Angles(
      cosines: try Tensor.concatenated([cosines, cosines], axis: -1),
      signedSines: try Tensor.concatenated([-sines, sines], axis: -1))
  }

  /// Turns queries or keys. `x`: [tokens, heads, headDim] → the same.
  public func rotate(_ x: Tensor, by angles: Angles) throws -> Tensor {
    let half = headDim / 2
    let swapped = try Tensor.concatenated(
      [x.narrowed(-1, from: half, count: half), x.narrowed(-1, from: 0, count: half)], axis: -1)
    return try x * angles.cosines + swapped * angles.signedSines
  }
}
