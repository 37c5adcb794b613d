extension Tensor {
  /// 64-bit integers, element by element, with one number each. They wrap where they overflow.
  func plusInteger(_ number: Int) throws -> Tensor { try self + Tensor([number], on: device) }
  func timesInteger(_ number: Int) throws -> Tensor { try self * Tensor([number], on: device) }
  func bitwiseAnd(_ number: Int) throws -> Tensor { try integers("aten::bitwise_and", Tensor([number], on: device)) }
  func bitwiseXor(_ number: Int) throws -> Tensor { try bitwiseXor(Tensor([number], on: device)) }
  func bitwiseXor(_ other: Tensor) throws -> Tensor { try integers("aten::bitwise_xor", other) }
  func shiftedRight(_ bits: Int) throws -> Tensor {
    try integers("aten::bitwise_right_shift", Tensor([bits], on: device))
  }

  private func integers(_ name: StaticString, _ other: Tensor) throws -> Tensor {
    try Operation.call(name, overload: "Tensor", [.tensor(self), .tensor(other)])
  }
}
