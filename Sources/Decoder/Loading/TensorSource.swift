import ModelConfiguration
import Torch

/// Where a model's tensors come from: the files of a checkpoint, or initial values.
protocol TensorSource {
  /// The tensor with a checkpoint's name, of the shape that is asked for.
  func stored(_ name: String, _ shape: [Int], on device: Device) throws -> Tensor
  /// Where a tensor comes from, for messages.
  func location(of name: String) -> String
  /// The matrix with a checkpoint's name in the codes that the files have; `nil`: it is a tensor like others.
  func packed(_ name: String, _ shape: [Int], as format: PackedWeights) throws -> CodedMatrix?
}

extension TensorSource {
  func location(of name: String) -> String { "the weights given" }

  func packed(_ name: String, _ shape: [Int], as format: PackedWeights) throws -> CodedMatrix? { nil }

  /// A tensor that this source gave, or a part of it, in another type.
  ///
  /// - Throws: ``DecoderError/weightTooLarge(file:name:type:largest:)`` where a number would become infinite. A checkpoint's
  ///   numbers were finite when it was read, but float64 and float32 hold larger ones than float32 and bfloat16.
  func converted(_ stored: Tensor, _ name: String, to type: DType) throws -> Tensor {
    let result = try stored.converted(to: type)
    guard let largest = type.largest(below: stored.dtype) else { return result }
    guard try result.holdsFiniteNumbers() else {
      throw DecoderError.weightTooLarge(file: location(of: name), name: name, type: type, largest: largest)
    }
    return result
  }
}

extension DType {
  /// The largest number of this type, as text, where `other` holds larger ones.
  fileprivate func largest(below other: DType?) -> String? {
    switch (self, other) {
    case (.bfloat16, .float32), (.bfloat16, .float64): "3.3895e38"
    case (.float32, .float64): "3.4028e38"
    default: nil
    }
  }
}
