public import ModelConfiguration

/// A weight that no expert changes: in float32, in bfloat16, in 8-bit integers with a scale for each output, or in codes.
///
/// bfloat16: values are widened to float32 as they are used, a tile of the matrix at a time (`WidenedProduct`). Widening is exact, so every
/// product has the bits that it has with the same values held as float32. Most checkpoints are written in bfloat16: held as they are, they
/// take half the memory.
///
/// int8: W ≈ values · scale of its row. Inputs are quantized row by row as they come (dynamic activations), so that a product is one
/// of integers. The same integers serve the backward pass, dx = dy W, with the scales multiplied into dy first.
///
/// fp8, nf4, int4: codes, widened as bfloat16 is (``CodedMatrix``); products have the bits that they have with float32 of what the codes
/// stand for.
///
/// On a device, products of bfloat16 with codes are computed in bfloat16 or float8 (`WeightMatrix+Device.swift`).
public struct WeightMatrix: Sendable {
  /// How the numbers are held.
  public typealias Precision = WeightPrecision

  enum Storage: Sendable {
    /// float32 or bfloat16.
    case plain(Tensor)
    case int8(values: Tensor, scales: Tensor)
    case coded(CodedMatrix)
  }

  let storage: Storage
  /// [out, in]
  public let shape: [Int]

  /// From this many elements on (64 MiB as float32) a matrix is not widened as a whole.
  private static let large = 1 << 24
  /// Up to this many rows, products read the weight as it lies in memory.
  private static let fewRows = 32

  /// Held as it is: float32, or bfloat16.
  /// - Throws: ``TorchError/dtypeMismatch(what:expected:got:)`` for other types.
  public init(_ weight: Tensor) throws {
    guard weight.dtype == .float32 || weight.dtype == .bfloat16 else {
      throw TorchError.dtypeMismatch(what: "a frozen matrix", expected: .float32, got: weight.description)
    }
    self.init(storage: .plain(weight), shape: weight.shape)
  }

  /// Codes that a checkpoint has.
  public init(_ codes: CodedMatrix) { self.init(storage: .coded(codes), shape: codes.shape) }

  init(storage: Storage, shape: [Int]) {
    self.storage = storage
    self.shape = shape
  }

  /// - Parameters:
  ///   - weight: [out, in].
  ///   - precision: How it is held from now on. Integers and codes are made on the CPU, so that they are the same everywhere.
  /// - Throws: ``TorchError/invalidHyperparameter(name:value:allowed:)`` for int4, which only a checkpoint can have.
  public init(_ weight: Tensor, precision: Precision) throws {
    switch precision {
    case .float32: try self.init(weight.converted(to: .float32))
    case .bfloat16: try self.init(weight.converted(to: .bfloat16))
    case .int8:
      let (values, scales) = try Self.exact(weight).quantized(columns: nil)
      self = try WeightMatrix(storage: .int8(values: values, scales: scales), shape: weight.shape)
        .moved(to: weight.device)
    case .fp8: self.init(try CodedMatrix(Self.exact(weight), .fp8).moved(to: weight.device))
    case .nf4: self.init(try CodedMatrix(Self.exact(weight), .nf4).moved(to: weight.device))
    case .int4:
      throw TorchError.invalidHyperparameter(
        name: "weights", value: "int4",
        allowed: "int4 for checkpoints of GPTQ and AWQ; nf4 holds others in 4 bits")
    }
  }

  /// What codes are made of.
  private static func exact(_ weight: Tensor) throws -> Tensor { try weight.moved(to: .cpu).converted(to: .float32) }

  public var precision: Precision {
    switch storage {
    case .plain(let weight): weight.dtype == .bfloat16 ? .bfloat16 : .float32
    case .int8: .int8
    case .coded(let codes):
      switch codes.coding {
      case .fp8: .fp8
      case .nf4: .nf4
      case .int4: .int4
      }
    }
  }

  public var device: Device {
    switch storage {
    case .plain(let weight), .int8(let weight, _): weight.device
    case .coded(let codes): codes.device
    }
  }

  /// What products read float32 of, a tile at a time; `nil`: they multiply integers.
  var tiled: (any TiledMatrix)? {
    switch storage {
    case .plain(let weight): weight
    case .coded(let codes): codes
    case .int8: nil
    }
  }

  /// The float32 weight that is to be pretrained; `nil` where the matrix is frozen, which it is except in pretraining.
  public var trained: Tensor? {
    guard case .plain(let weight) = storage, weight.requiresGradient else { return nil }
    return weight
  }

  /// As float32: exact, or what the integers or codes stand for. [out, in]
  public func dequantized() throws -> Tensor {
    switch storage {
    case .plain(let weight): try weight.widened()
    case .int8(let values, let scales): try values.converted(to: .float32) * scales.unsqueezed(1)
    case .coded(let codes): try codes.widened()
    }
  }

  /// Some of its rows as float32. `numbers`: int64, any shape → [..., in].
  public func rows(_ numbers: Tensor) throws -> Tensor {
    switch storage {
    case .plain(let weight): return try numbers.embedded(in: weight).widened()
    case .int8(let values, let scales):
      let factors = try numbers.embedded(in: scales.unsqueezed(1))  // [..., 1]
      return try numbers.embedded(in: values).converted(to: .float32) * factors
    case .coded(let codes): return try codes.rows(numbers)
    }
  }

  private var isLarge: Bool { shape.reduce(1, *) > Self.large }

  /// x Wᵀ (+ addend). `x`: [rows, in] → [rows, out], in bfloat16 where `x` is.
  func product(_ x: Tensor, adding addend: Tensor?) throws -> Tensor {
    if let result = try deviceProduct(x, adding: addend) { return result }
    if x.isHalf { return try halfProduct(x, adding: addend) }
    switch storage {
    case .plain(let weight):
      if trained != nil, x.shape.count == 2 {
        let transposed = try weight.transposed(0, 1)
        return try addend.map { try $0.addingProduct(x, transposed, times: 1) } ?? x.matmul(transposed)
      }
      return try tiledProduct(x, weight, adding: addend)
    case .coded(let codes): return try tiledProduct(x, codes, adding: addend)
    case .int8(let values, let scales):
      try Kernels.require("the input of an int8 matrix", x, [x.shape.first ?? 0, shape[1]])
      if let addend { try Kernels.require("what a product is added to", addend, [x.shape[0], shape[0]]) }
      let (rows, rowScales) = try x.quantized(columns: nil)
      return try Tensor.integerProduct(rows, values.transposed(0, 1))
        .dequantized(rows: rowScales, columns: scales, adding: addend)
    }
  }

  /// x W (+ addend). `x`: [rows, out] → [rows, in], in bfloat16 where `x` is.
  func transposedProduct(_ x: Tensor, adding addend: Tensor?) throws -> Tensor {
    if let result = try deviceTransposedProduct(x, adding: addend) { return result }
    if x.isHalf { return try halfTransposedProduct(x, adding: addend) }
    switch storage {
    case .plain(let weight):
      if trained != nil {
        // A transposed copy would be stale after every step.
        return try addend.map { try $0.addingProduct(x, weight, times: 1) } ?? x.matmul(weight)
      }
      return try tiledTransposedProduct(x, weight, adding: addend)
    case .coded(let codes): return try tiledTransposedProduct(x, codes, adding: addend)
    case .int8(let values, let scales):
      try Kernels.require("the gradient of an int8 matrix", x, [x.shape.first ?? 0, shape[0]])
      if let addend { try Kernels.require("what a product is added to", addend, [x.shape[0], shape[1]]) }
      let (rows, rowScales) = try x.quantized(columns: scales)
      return try Tensor.integerProduct(rows, values).dequantized(rows: rowScales, columns: nil, adding: addend)
    }
  }

  /// x Wᵀ (+ addend) with float32 of a matrix, or with the whole of it.
  private func tiledProduct(_ x: Tensor, _ weight: any TiledMatrix, adding addend: Tensor?) throws -> Tensor {
    if Kernels.suit(x), !Kernels.isDevice(weight.device), isLarge || x.count <= Self.fewRows * shape[1] {
      return try weight.rowProduct(with: x, adding: addend)
    }
    return try WidenedProduct.product(x, weight, adding: addend)
  }

  /// x W (+ addend) with float32 of a matrix, or with the whole of it.
  private func tiledTransposedProduct(_ x: Tensor, _ weight: any TiledMatrix, adding addend: Tensor?) throws -> Tensor {
    guard isLarge, x.shape.count == 2, !Kernels.isDevice(weight.device) else {
      return try WidenedProduct.transposedProduct(x, weight, adding: addend)
    }
    // Outputs in parts, summed in that order: another split would change the bits of stored results.
    var sum = addend
    let part = max(1, Self.large / 2 / max(shape[1], 1))
    for start in stride(from: 0, to: shape[0], by: part) {
      let count = min(part, shape[0] - start)
      let columns = try x.narrowed(1, from: start, count: count).contiguous()
      sum = try WidenedProduct.transposedProduct(columns, weight.outputs(from: start, count: count), adding: sum)
    }
    return try sum ?? x.linear(weight.widened().transposed(0, 1))
  }
}

extension Tensor {
  /// `x Wᵀ`. `self`: [rows, in] → [rows, out].
  public func linear(_ weight: WeightMatrix) throws -> Tensor { try weight.product(self, adding: nil) }

  /// `x Wᵀ + addend`.
  public func linear(_ weight: WeightMatrix, adding addend: Tensor) throws -> Tensor {
    try weight.product(self, adding: addend)
  }

  /// `x W`: the gradient of `linear`'s input. `self`: [rows, out] → [rows, in].
  public func linearTransposed(_ weight: WeightMatrix) throws -> Tensor {
    try weight.transposedProduct(self, adding: nil)
  }

  /// `x W + addend`.
  public func linearTransposed(_ weight: WeightMatrix, adding addend: Tensor) throws -> Tensor {
    try weight.transposedProduct(self, adding: addend)
  }
}
