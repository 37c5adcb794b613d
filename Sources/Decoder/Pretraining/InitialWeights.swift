import Files
import Foundation
import Randomness
import Torch

/// The tensors of a model that begins from nothing, drawn as they are asked for (docs/pretraining.md, "Initial values").
struct InitialWeights: TensorSource {
  let seed: UInt64
  /// σ.
  let deviation: Double
  let layers: Int

  func stored(_ name: String, _ shape: [Int], on device: Device) throws -> Tensor {
    guard shape.count == 2 else {
      return try Tensor(repeating: name.hasSuffix(".bias") ? 0 : 1, shape, on: device)
    }
    // Drawn on the CPU, so that every device begins with the same numbers.
    let tensor = try Tensor(uninitialized: shape)
    var stream = RandomStream(seed: seed, "init", name)
    let isOutput = name.hasSuffix("o_proj.weight") || name.hasSuffix("down_proj.weight")
    let divisor = isOutput ? (2 * Double(layers)).squareRoot() : 1
    try Generator(seed: stream.next()).fillNormal(tensor, deviation: deviation / divisor)
    return try tensor.moved(to: device)
  }
}

/// Keeps what another source gives, in the order in which it is asked for.
final class RecordingSource: TensorSource {
  private let source: any TensorSource
  private(set) var tensors: [(name: String, tensor: Tensor)] = []

  init(_ source: any TensorSource) { self.source = source }

  func stored(_ name: String, _ shape: [Int], on device: Device) throws -> Tensor {
    let tensor = try source.stored(name, shape, on: device)
    tensors.append((name, tensor))
    return tensor
  }
}

/// Tensors that are there already, by name.
struct GivenWeights: TensorSource {
  let tensors: [String: Tensor]

  func stored(_ name: String, _ shape: [Int], on device: Device) throws -> Tensor {
    guard let tensor = tensors[name] else {
      throw DecoderError.tensorNamesDiffer(folder: "the weights given", missing: [name], unused: [])
    }
    guard tensor.shape == shape else {
      throw DecoderError.tensorShapeDiffers(file: "the weights given", name: name, expected: shape, got: tensor.shape)
    }
    return try tensor.moved(to: device)
  }
}

/// A checkpoint's tensors in float32, in memory of their own: they move, and the file must not.
struct WidenedWeights: TensorSource {
  let checkpoint: Checkpoint

  func stored(_ name: String, _ shape: [Int], on device: Device) throws -> Tensor {
    let tensor = try checkpoint.stored(name, shape, on: device)
    return try tensor.dtype == .float32 ? tensor.cloned() : checkpoint.converted(tensor, name, to: .float32)
  }
}
