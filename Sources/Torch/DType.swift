import CTorch

/// The element type of a tensor.
public enum DType: String, Sendable, CaseIterable, Codable {
  case float32, float64, float16, bfloat16, int64, int32, int16, int8, uint8, bool

  /// libtorch's code for this type.
  var code: Int32 {
    switch self {
    case .float32: libtorch.aoti_torch_dtype_float32()
    case .float64: libtorch.aoti_torch_dtype_float64()
    case .float16: libtorch.aoti_torch_dtype_float16()
    case .bfloat16: libtorch.aoti_torch_dtype_bfloat16()
    case .int64: libtorch.aoti_torch_dtype_int64()
    case .int32: libtorch.aoti_torch_dtype_int32()
    case .int16: libtorch.aoti_torch_dtype_int16()
    case .int8: libtorch.aoti_torch_dtype_int8()
    case .uint8: libtorch.aoti_torch_dtype_uint8()
    case .bool: libtorch.aoti_torch_dtype_bool()
    }
  }

  init?(code: Int32) {
    guard let match = DType.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }

  /// Bytes per element.
  public var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }
}
