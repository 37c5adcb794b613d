import Torch

/// Where a model's tensors come from: the files of a checkpoint, or initial values.
protocol TensorSource {
  /// The tensor with a checkpoint's name, of the shape that is asked for.
  func stored(_ name: String, _ shape: [Int], on device: Device) throws -> Tensor
}
