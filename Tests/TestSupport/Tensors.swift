package import Torch

/// The largest difference between two tensors of one shape; infinite where there is none to speak of, or another shape.
package func difference(_ a: Tensor, _ b: Tensor) throws -> Double {
  guard a.shape == b.shape else { return .infinity }
  let value = try (a - b).abs().maximum().item()
  return value.isNaN ? .infinity : value
}

extension Tensor {
  /// Its numbers as they lie in memory.
  package func rawBytes() throws -> [UInt8] { try contiguous().withBytes { Array($0) } }
}
