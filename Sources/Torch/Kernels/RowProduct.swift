import CTorch

extension Tensor {
  /// bfloat16 as float32, which is exact; itself where it is float32.
  func widened() throws -> Tensor {
    guard dtype == .bfloat16, !Kernels.isDevice(device) else { return try converted(to: .float32) }
    let x = try contiguous()
    let result = try Tensor(uninitialized: shape)
    accrete_widen(
      1, Int64(count), Int64(count), try x.memory(.bfloat16).assumingMemoryBound(to: UInt16.self),
      try result.kernelMemory(), libtorch.accrete_get_threads())
    return withExtendedLifetime(x) { result }
  }

  /// For each row, the index of the first of its largest numbers. `self`: [rows, width].
  public func largestIndices() throws -> [Int] {
    guard shape.count == 2, shape[1] > 0 else {
      throw TorchError.shapeMismatch(what: "rows with a largest number", expected: [-1, -1], got: shape)
    }
    guard Kernels.suit(self) else { return try argmax(1).integers() }
    let x = try contiguous()
    let source = try x.kernelMemory()
    let indices = [Int64](unsafeUninitializedCapacity: shape[0]) { target, count in
      accrete_argmax(Int64(shape[0]), Int64(shape[1]), source, target.baseAddress, libtorch.accrete_get_threads())
      count = shape[0]
    }
    return withExtendedLifetime(x) { indices.map(Int.init) }
  }

  /// `x Wᵀ (+ addend)` with the weight as it lies in memory: the fastest for a few rows. A result's bits depend neither on the
  /// number of rows nor on whether the weight's numbers are held as float32 or bfloat16.
  ///
  /// `self`: […, in]; `weight`: [out, in]; `addend`: […, out] → […, out].
  ///
  /// - Parameter rounded: Whether `self` is rounded to bfloat16 first, where the weight is bfloat16. Sums are float32, in an order that a
  ///   processor with AVX512_BF16 has for itself.
  func rowProduct(_ weight: Tensor, adding addend: Tensor?, rounded: Bool = false) throws -> Tensor {
    let (outputs, inputs) = (weight.shape.first ?? 0, weight.shape.last ?? 0)
    let leading = Array(shape.dropLast())
    guard weight.shape.count == 2, shape.last == inputs else {
      throw TorchError.shapeMismatch(what: "the input of a product", expected: leading + [inputs], got: shape)
    }
    if let addend { try Kernels.require("what a product is added to", addend, leading + [outputs]) }
    let (x, weight, addend) = (try contiguous(), try weight.contiguous(), try addend?.contiguous())
    let result = try Tensor(uninitialized: leading + [outputs])
    var product = AccreteProduct(
      rows: Int64(leading.reduce(1, *)), inputs: Int64(inputs), outputs: Int64(outputs), x: try x.kernelMemory(),
      weight: try weight.memory(weight.dtype ?? .float32), half: weight.dtype == .bfloat16,
      rounds: rounded && weight.dtype == .bfloat16, addend: try addend?.kernelMemory(),
      threads: libtorch.accrete_get_threads())
    accrete_product(&product, try result.kernelMemory())
    return withExtendedLifetime((x, weight, addend)) { result }
  }
}
