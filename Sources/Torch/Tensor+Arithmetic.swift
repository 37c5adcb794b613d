import CTorch

extension Tensor {
  public static func + (a: Tensor, b: Tensor) throws -> Tensor {
    try Operation.produce("aten::add", [a, b]) { libtorch.accrete_add(a.reference, b.reference, 1, &$0) }
  }

  public static func - (a: Tensor, b: Tensor) throws -> Tensor {
    try Operation.produce("aten::sub", [a, b]) { libtorch.accrete_add(a.reference, b.reference, -1, &$0) }
  }

  public static func * (a: Tensor, b: Tensor) throws -> Tensor {
    try Operation.call("aten::mul", overload: "Tensor", [.tensor(a), .tensor(b)])
  }

  public static func / (a: Tensor, b: Tensor) throws -> Tensor {
    try Operation.call("aten::div", overload: "Tensor", [.tensor(a), .tensor(b)])
  }

  public static func * (a: Tensor, b: Double) throws -> Tensor {
    try Operation.produce("aten::mul", [a]) { libtorch.accrete_multiply_scalar(a.reference, b, &$0) }
  }

  public static func + (a: Tensor, b: Double) throws -> Tensor {
    try Operation.produce("aten::add", [a]) { libtorch.accrete_add_scalar(a.reference, b, &$0) }
  }

  public static prefix func - (a: Tensor) throws -> Tensor {
    try Operation.call("aten::neg", [.tensor(a)])
  }

  /// `self + factor · other`.
  public func adding(_ other: Tensor, times factor: Double) throws -> Tensor {
    try Operation.produce("aten::add", [self, other]) { libtorch.accrete_add(reference, other.reference, factor, &$0) }
  }

  /// `self += factor · other`.
  public func addInPlace(_ other: Tensor, times factor: Double = 1) throws {
    try Operation.check("aten::add_", [self, other], libtorch.accrete_add_in_place(reference, other.reference, factor))
  }

  /// `self = keep · self + factor · other`, on a CPU in one pass over contiguous tensors of one shape.
  func blendInPlace(keeping keep: Double, adding other: Tensor, times factor: Double) throws {
    guard Kernels.suit(self), Kernels.suit(other), isContiguous, other.isContiguous, shape == other.shape, count > 0
    else {
      try multiplyInPlace(by: keep)
      return try addInPlace(other, times: factor)
    }
    accrete_blend(
      Int64(count), Float(keep), try kernelMemory(), Float(factor), try other.kernelMemory(),
      libtorch.accrete_get_threads())
  }

  /// `self *= factor`.
  public func multiplyInPlace(by factor: Double) throws {
    try Operation.check("aten::mul_", [self], libtorch.accrete_multiply_scalar_in_place(reference, factor))
  }

  /// `self *= other`.
  public func multiplyInPlace(by other: Tensor) throws {
    try Operation.call("aten::mul_", overload: "Tensor", results: 1, [.tensor(self), .tensor(other)])
  }

  /// Each element to the power `exponent`.
  public func power(_ exponent: Double) throws -> Tensor {
    try Operation.produce("aten::pow", [self]) { libtorch.accrete_power_scalar(reference, exponent, &$0) }
  }

  public func exp() throws -> Tensor { try Operation.call("aten::exp", [.tensor(self)]) }
  public func log() throws -> Tensor { try Operation.call("aten::log", [.tensor(self)]) }
  public func cos() throws -> Tensor { try Operation.call("aten::cos", [.tensor(self)]) }
  public func sin() throws -> Tensor { try Operation.call("aten::sin", [.tensor(self)]) }
  public func sqrt() throws -> Tensor { try Operation.call("aten::sqrt", [.tensor(self)]) }
  public func rsqrt() throws -> Tensor { try Operation.call("aten::rsqrt", [.tensor(self)]) }
  public func abs() throws -> Tensor { try Operation.call("aten::abs", [.tensor(self)]) }

  /// Each element, or `lowest` where it is below.
  public func clamped(from lowest: Double) throws -> Tensor {
    try Operation.call(
      "aten::clamp", overload: "Tensor",
      [.tensor(self), .optionalTensor(Tensor([Float(lowest)], on: device)), .optionalTensor(nil)])
  }

  /// True where an element is neither infinite nor NaN.
  public func isFinite() throws -> Tensor { try Operation.call("aten::isfinite", [.tensor(self)]) }

  /// Where `mask` is true, `value`; elsewhere the element.
  public func filling(where mask: Tensor, with value: Double) throws -> Tensor {
    try Operation.produce("aten::masked_fill", [self, mask]) {
      libtorch.accrete_masked_fill(reference, mask.reference, value, &$0)
    }
  }
}
