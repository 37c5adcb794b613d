import Foundation
public import Torch

/// Rotary position embedding (Su et al., arXiv 2104.09864), in the half-split form of Hugging Face's Llama.
public struct RotaryEmbedding: Sendable {
  /// cos and sin of position · frequency, both halves. [maxPositions, headDim]
  private let cosines: Tensor
  /// The first half carries the minus sign of the rotation. [maxPositions, headDim]
  private let signedSines: Tensor
  private let headDim: Int

  public init(headDim: Int, theta: Double, positions: Int, on device: Device) throws {
    self.headDim = headDim
    let half = headDim / 2
    var cosines = [Float](repeating: 0, count: positions * headDim)
    var sines = cosines
    for position in 0..<positions {
      for index in 0..<half {
        // In Float, as the reference implementations do, so that large positions round the same way.
        let frequency = Float(1) / Float(pow(Float(theta), Float(2 * index) / Float(headDim)))
        let angle = Float(position) * frequency
        let row = position * headDim
        cosines[row + index] = cos(angle)
        cosines[row + half + index] = cos(angle)
        sines[row + index] = -sin(angle)
        sines[row + half + index] = sin(angle)
      }
    }
    self.cosines = try Tensor(cosines, shape: [positions, headDim], on: device)
    signedSines = try Tensor(sines, shape: [positions, headDim], on: device)
  }

  /// cos and sin for a batch, ready to broadcast over heads.
  public struct Angles {
    let cosines: Tensor  // [batch or 1, 1, time, headDim]
    let signedSines: Tensor  // [batch or 1, 1, time, headDim]
  }

  /// The angles of `time` tokens from position `start`, the same in every row.
  public func angles(from start: Int, count time: Int) throws -> Angles {
    Angles(
      cosines: try cosines.narrowed(0, from: start, count: time).reshaped([1, 1, time, headDim]),
      signedSines: try signedSines.narrowed(0, from: start, count: time).reshaped([1, 1, time, headDim]))
  }

  /// The angles of given positions. `positions`: [batch, time], int64.
  public func angles(at positions: Tensor) throws -> Angles {
    let shape = positions.shape
    let flat = try positions.reshaped([-1])
    let target = [shape[0], 1, shape[1], headDim]
    return Angles(
      cosines: try cosines.gathered(0, rows: flat).reshaped(target),
      signedSines: try signedSines.gathered(0, rows: flat).reshaped(target))
  }

  /// Turns queries or keys. `x`: [batch, heads, time, headDim] → the same.
  public func rotate(_ x: Tensor, by angles: Angles) throws -> Tensor {
    let half = headDim / 2
    let swapped = try Tensor.concatenated(
      [x.narrowed(-1, from: half, count: half), x.narrowed(-1, from: 0, count: half)], axis: -1)
    return try x * angles.cosines + swapped * angles.signedSines
  }
}
