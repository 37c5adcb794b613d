import CTorch

/// A frozen matrix of which products read float32, a tile at a time: bfloat16, or codes.
protocol TiledMatrix {
  /// [out, in]
  var shape: [Int] { get }
  var device: Device { get }
  /// How it is held, in a word.
  var form: String { get }
  /// Whether tiles are made of it; float32 is read as it lies.
  var hasTiles: Bool { get }

  /// The whole as float32; itself where it is that.
  func widened() throws -> Tensor
  /// Makes float32 of some outputs and inputs, without gaps, at the beginning of `memory`. `inputs` begins at a multiple of 16.
  func widen(outputs: Range<Int>, inputs: Range<Int>, into memory: Tensor) throws
  /// Neighbouring outputs.
  func outputs(from start: Int, count: Int) throws -> any TiledMatrix
  /// x Wᵀ (+ addend) by our own kernel, each row's bits by itself. `x`: […, in] → […, out].
  func rowProduct(with x: Tensor, adding addend: Tensor?) throws -> Tensor
}

extension TiledMatrix {
  var elements: Int { shape.reduce(1, *) }
}

extension Tensor: TiledMatrix {
  var form: String { dtype?.rawValue ?? "other" }

  var hasTiles: Bool { dtype == .bfloat16 && !Kernels.isDevice(device) && isContiguous }

  func widen(outputs: Range<Int>, inputs: Range<Int>, into memory: Tensor) throws {
    let width = shape[1]
    let source = try self.memory(.bfloat16).assumingMemoryBound(to: UInt16.self) + outputs.lowerBound * width
    accrete_widen(
      Int64(outputs.count), Int64(inputs.count), Int64(width), source + inputs.lowerBound, try memory.kernelMemory(),
      libtorch.accrete_get_threads())
    withExtendedLifetime(self) {}
  }

  func outputs(from start: Int, count: Int) throws -> any TiledMatrix { try narrowed(0, from: start, count: count) }

  func rowProduct(with x: Tensor, adding addend: Tensor?) throws -> Tensor { try x.rowProduct(self, adding: addend) }
}

extension CodedMatrix: TiledMatrix {
  var device: Device { codes.device }
  var form: String { coding.rawValue }
  var hasTiles: Bool { !Kernels.isDevice(device) }

  func widened() throws -> Tensor {
    if Kernels.isDevice(device) { return try widenedOnDevice() }
    let result = try Tensor(uninitialized: shape)
    try widen(outputs: 0..<shape[0], inputs: 0..<shape[1], into: result)
    return result
  }

  func widen(outputs: Range<Int>, inputs: Range<Int>, into memory: Tensor) throws {
    let out = try memory.kernelMemory()
    try lend {
      accrete_decode(
        $0, Int64(outputs.lowerBound), Int64(outputs.count), Int64(inputs.lowerBound), Int64(inputs.count), out,
        libtorch.accrete_get_threads())
    }
  }

  func outputs(from start: Int, count: Int) throws -> any TiledMatrix {
    func part(_ whole: Tensor) throws -> Tensor { try whole.narrowed(0, from: start, count: count) }
    return try CodedMatrix(
      coding, shape: [count, shape[1]], codes: part(codes), scales: part(scales), zeros: zeros.map(part),
      groups: groups, groupSize: groupSize)
  }

  func rowProduct(with x: Tensor, adding addend: Tensor?) throws -> Tensor {
    let leading = Array(x.shape.dropLast())
    guard x.shape.last == shape[1] else {
      throw TorchError.shapeMismatch(what: "the input of a product", expected: leading + [shape[1]], got: x.shape)
    }
    if let addend { try Kernels.require("what a product is added to", addend, leading + [shape[0]]) }
    let (x, addend) = (try x.contiguous(), try addend?.contiguous())
    let result = try Tensor(uninitialized: leading + [shape[0]])
    var product = AccreteProduct(
      rows: Int64(leading.reduce(1, *)), inputs: Int64(shape[1]), outputs: Int64(shape[0]), x: try x.kernelMemory(),
      weight: nil, half: false, rounds: false, addend: try addend?.kernelMemory(),
      threads: libtorch.accrete_get_threads())
    let out = try result.kernelMemory()
    try lend { accrete_coded_product($0, &product, out) }
    return withExtendedLifetime((x, addend)) { result }
  }
}
