import CTorch

/// An n-dimensional array of libtorch.
///
/// A value to its user: copying it copies a reference, and the memory is given back as soon as the last copy has gone.
/// Operations are methods by topic (`Tensor+Linear.swift`, …), return new tensors and throw ``TorchError``; the few that
/// change a tensor in place end in `InPlace`.
public struct Tensor: Sendable {
  let storage: TensorStorage

  /// Takes ownership of a handle.
  init(owning reference: TorchTensorRef) { storage = TensorStorage(reference) }

  var reference: TorchTensorRef { storage.reference }

  /// Lengths of the dimensions.
  public var shape: [Int] {
    var rank: Int64 = 0
    var sizes: UnsafeMutablePointer<Int64>?
    guard libtorch.aoti_torch_get_dim(reference, &rank) == 0, libtorch.aoti_torch_get_sizes(reference, &sizes) == 0,
      let sizes
    else {
      return []
    }
    return (0..<Int(rank)).map { Int(sizes[$0]) }
  }

  /// Number of elements.
  public var count: Int {
    var result: Int64 = 0
    return libtorch.aoti_torch_get_numel(reference, &result) == 0 ? Int(result) : 0
  }

  /// Element type; `nil` for one that Accrete has no name for (complex, quantized).
  public var dtype: DType? {
    var code: Int32 = 0
    return libtorch.aoti_torch_get_dtype(reference, &code) == 0 ? DType(code: code) : nil
  }

  public var device: Device {
    var type: Int32 = 0
    var index: Int32 = 0
    guard libtorch.aoti_torch_get_device_type(reference, &type) == 0, type == libtorch.aoti_torch_device_type_cuda(),
      libtorch.aoti_torch_get_device_index(reference, &index) == 0
    else { return .cpu }
    return .cuda(Int(index))
  }

  /// Whether the elements lie in row-major order without gaps.
  public var isContiguous: Bool {
    var result = false
    return libtorch.aoti_torch_is_contiguous(reference, &result) == 0 && result
  }
}

/// Owns one libtorch handle.
///
/// Unchecked because libtorch's reference counts are atomic and our operations are functional. In-place ones are used by one owner (the
/// optimizer, a loader) before the tensor is shared.
final class TensorStorage: @unchecked Sendable {
  let reference: TorchTensorRef

  init(_ reference: TorchTensorRef) {
    self.reference = reference
    LiveTensors.change(by: 1)
  }

  deinit {
    _ = libtorch.aoti_torch_delete_tensor_object(reference)
    LiveTensors.change(by: -1)
  }
}

extension Tensor: CustomStringConvertible {
  /// Type and shape, as in `float32[2, 3]`; never the values.
  public var description: String { "\(dtype.map(\.rawValue) ?? "other")\(shape)" }
}
