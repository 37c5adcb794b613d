extension Tensor {
  /// 0, 1, 2, …, made on the device. int64 [count]
  public static func counted(_ count: Int, on device: Device) throws -> Tensor {
    let ones = try Tensor(repeating: 1, [count], .int64, on: device)
    return try Operation.call("aten::cumsum", [.tensor(ones), .int(0), .optionalDType(nil)]) - ones
  }

  /// 64-bit integers, element by element, with one number each. They wrap where they overflow.
  func plusInteger(_ number: Int) throws -> Tensor { try self + constant(number) }
  func timesInteger(_ number: Int) throws -> Tensor { try self * constant(number) }
  func bitwiseAnd(_ number: Int) throws -> Tensor { try integers("aten::bitwise_and", constant(number)) }
  func bitwiseXor(_ number: Int) throws -> Tensor { try bitwiseXor(constant(number)) }
  func bitwiseXor(_ other: Tensor) throws -> Tensor { try integers("aten::bitwise_xor", other) }
  func shiftedRight(_ bits: Int) throws -> Tensor {
    try integers("aten::bitwise_right_shift", constant(bits))
  }

  /// Made on the device. At most 2⁵³, as it is filled in as a Double. int64 [1]
  private func constant(_ number: Int) throws -> Tensor {
    try Tensor(repeating: Double(number), [1], .int64, on: device)
  }

  private func integers(_ name: StaticString, _ other: Tensor) throws -> Tensor {
    try Operation.call(name, overload: "Tensor", [.tensor(self), .tensor(other)])
  }
}
