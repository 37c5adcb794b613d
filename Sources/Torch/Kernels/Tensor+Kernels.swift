import CTorch

/// Fused kernels: what libtorch would do in many passes over memory, on a CPU. Those of GPUs are ``DeviceOperations``.
public enum Kernels {
  /// Whether the CPU's tensors are computed as a GPU's are: with ``DeviceOperations`` and packed attention of libtorch, or what stands in
  /// for it. So every line of that path runs where there is no GPU. Off, unless the environment says `ACCRETE_PLAN=gpu`.
  public static var rehearsesDevice: Bool {
    DeviceUse.isPossible && (rehearsal ?? DeviceUse.isRehearsedThroughout)
  }

  /// What is wrong with the environment's `ACCRETE_PLAN`, which is ignored then, and the fix; `nil` if nothing is.
  public static var planProblem: String? { DeviceUse.problem(of: DeviceUse.plan) }

  @TaskLocal private static var rehearsal: Bool?

  /// Runs `body` with ``rehearsesDevice`` as it says.
  public static func rehearsingDevice<Result>(_ isRehearsed: Bool = true, _ body: () throws -> Result) rethrows
    -> Result
  {
    if isRehearsed { DeviceUse.begin() }
    return try $rehearsal.withValue(isRehearsed, operation: body)
  }

  /// Ranks are padded with zeros to a multiple of this.
  public static let rankBlock = 8

  /// Whether the fused kernels can work on a tensor.
  public static func suit(_ tensor: Tensor) -> Bool {
    tensor.dtype == .float32 && tensor.device == .cpu && !rehearsesDevice
  }

  /// Whether those that take activations can: also in bfloat16, with sums in float32.
  public static func suitActivations(_ tensor: Tensor) -> Bool {
    (tensor.dtype == .float32 || tensor.dtype == .bfloat16) && tensor.device == .cpu && !rehearsesDevice
  }

  /// Whether what lies there is computed as on a GPU: it is one, or one is rehearsed.
  public static func isDevice(_ device: Device) -> Bool { device.kind == .cuda || rehearsesDevice }

  /// Whether a tensor is computed as a GPU's is: it lies there, or a GPU is rehearsed.
  public static func areDevices(_ tensor: Tensor) -> Bool {
    DeviceUse.isPossible && (tensor.dtype == .float32 || tensor.dtype == .bfloat16) && isDevice(tensor.device)
  }

  /// Whether a kernel can take two tensors of activations of one type.
  static func suitActivations(_ one: Tensor, _ other: Tensor) -> Bool {
    suitActivations(one) && one.dtype == other.dtype
  }

  /// Kernels take one type of activations at a time.
  static func requireType(_ what: String, _ tensor: Tensor, as expected: Tensor) throws {
    guard tensor.dtype == expected.dtype, suitActivations(tensor) || areDevices(tensor) else {
      throw TorchError.dtypeMismatch(what: what, expected: expected.dtype ?? .float32, got: tensor.description)
    }
  }

  /// Kernels trust the shapes that they are told, so every operand is checked before.
  static func require(_ what: String, _ tensor: Tensor, _ expected: [Int]) throws {
    guard tensor.shape == expected else {
      throw TorchError.shapeMismatch(what: what, expected: expected, got: tensor.shape)
    }
  }

  /// One key for each use, or none at all.
  static func require(_ dropout: DropoutMasks?, uses: Int) throws {
    if let dropout, dropout.keys.count != uses {
      throw TorchError.shapeMismatch(what: "dropout keys", expected: [uses], got: [dropout.keys.count])
    }
  }

  /// A rank as the kernels want it.
  public static func padded(rank: Int) -> Int { (rank + rankBlock - 1) / rankBlock * rankBlock }

  /// Factors of one type one after the other, each padded with zero rows. `factors`: [rank, width] each → [factors, padded, width].
  public static func stacked(_ factors: [Tensor]) throws -> Tensor {
    guard let first = factors.first else { throw TorchError.emptyTrainableSet }
    let (rank, width) = (first.shape[0], first.shape[1])
    let missing = padded(rank: rank) - rank
    let all =
      missing == 0
      ? factors
      : try factors.map {
        try Tensor.concatenated([$0, Tensor.zeros([missing, width], $0.dtype ?? .float32, on: $0.device)])
      }
    return try Tensor.stacked(all)
  }
}

extension Tensor {
  /// The memory of a tensor for a kernel. The caller keeps the tensor alive.
  func kernelMemory() throws -> UnsafeMutablePointer<Float> {
    try memory(.float32).assumingMemoryBound(to: Float.self)
  }

  /// The same of activations, which a kernel takes as float32 or bfloat16.
  func activationMemory() throws -> UnsafeMutableRawPointer { try memory(isHalf ? .bfloat16 : .float32) }

  /// Whether the elements are bfloat16.
  public var isHalf: Bool { dtype == .bfloat16 }

  /// The same for a type of elements.
  func memory(_ type: DType) throws -> UnsafeMutableRawPointer {
    guard isContiguous, device == .cpu, dtype == type else {
      throw TorchError.dtypeMismatch(what: "a kernel's operand", expected: type, got: description)
    }
    var pointer: UnsafeMutableRawPointer?
    try Operation.check("aten::data_ptr", [self], libtorch.aoti_torch_get_data_ptr(reference, &pointer))
    guard let pointer else {
      throw TorchError.unexpectedResult(operation: "data_ptr", expected: "memory", got: "nothing")
    }
    return pointer
  }

  /// `x + addend` and its root-mean-square norm, in one pass. All: [tokens, hidden]; the norm is of the addend's type.
  public func addedAndNormalized(
    _ addend: Tensor, weight: Tensor, epsilon: Double
  ) throws -> (sum: Tensor, normed: Tensor) {
    if let kernels = DeviceOperations.kernels(forNorm: self, output: addend.dtype) {
      return try kernels.addedAndNormalized(self, addend, weight: weight, epsilon: epsilon)
    }
    guard Kernels.suit(self), Kernels.suitActivations(addend), Kernels.suit(weight) else {
      let sum = try self + addend
      return (sum, try sum.rmsNormalized(weight: weight, epsilon: epsilon, as: addend.dtype ?? .float32))
    }
    try Kernels.require("a norm's addend", addend, shape)
    try Kernels.require("a norm's weight", weight, [shape.last ?? 0])
    let (x, addend, weight) = (try contiguous(), try addend.contiguous(), try weight.contiguous())
    let sum = try Tensor(uninitialized: shape)
    let normed = try Tensor(uninitialized: shape, addend.dtype ?? .float32)
    var norm = try x.norm(weight: weight, epsilon: epsilon, output: normed)
    accrete_norm_forward(
      &norm, try x.kernelMemory(), try addend.activationMemory(), try sum.kernelMemory(), try normed.activationMemory())
    return withExtendedLifetime((x, addend, weight)) { (sum, normed) }
  }

  /// What the kernels of a norm are told. `self`: its input.
  func norm(weight: Tensor, epsilon: Double, output: Tensor) throws -> AccreteNorm {
    let width = weight.count
    return AccreteNorm(
      tokens: Int64(count / max(width, 1)), width: Int64(width), weight: try weight.kernelMemory(),
      epsilon: Float(epsilon), threads: libtorch.accrete_get_threads(), half_input: isHalf, half_output: output.isHalf)
  }

  /// `rest` plus the gradient by the norm's input, for `self` the gradient by its output: with ρ = 1 / sqrt(mean(x²) + ε)
  /// and g = dy ⊙ w, dx = ρ g − ρ³ mean(g ⊙ x) x. All: [tokens, hidden]; the result is of x's type.
  public func rmsNormBackward(_ x: Tensor, weight: Tensor, epsilon: Double, rest: Tensor? = nil) throws -> Tensor {
    if let kernels = DeviceOperations.kernels(forNorm: x, output: dtype) {
      return try kernels.normBackward(self, x, weight: weight, epsilon: epsilon, rest: rest)
    }
    guard Kernels.suitActivations(self), Kernels.suitActivations(x), Kernels.suit(weight) else {
      let inverse = try ((x * x).mean(-1, keeping: true) + epsilon).rsqrt()  // [tokens, 1]
      let scaled = try self * weight
      let along = try (scaled * x).mean(-1, keeping: true) * inverse * inverse  // [tokens, 1]
      let own = try (scaled - x * along) * inverse
      return try (rest.map { try $0 + own } ?? own).converted(to: x.dtype ?? .float32)
    }
    try Kernels.require("a norm's input", x, shape)
    try Kernels.require("a norm's weight", weight, [shape.last ?? 0])
    if let rest {
      try Kernels.require("what a norm's gradient is added to", rest, shape)
      try Kernels.requireType("what a norm's gradient is added to", rest, as: x)
    }
    let operands = try [self, x, weight].map { try $0.contiguous() }
    let rest = try rest?.contiguous()
    let result = try Tensor(uninitialized: shape, x.dtype ?? .float32)
    var norm = try operands[1].norm(weight: operands[2], epsilon: epsilon, output: self)
    accrete_norm_backward(
      &norm, try operands[0].activationMemory(), try operands[1].activationMemory(), try rest?.activationMemory(),
      try result.activationMemory())
    return withExtendedLifetime((operands, rest)) { result }
  }

  /// The gradient by a norm's weight, Σ_token dy ⊙ x / sqrt(mean(x²) + ε). `self`: dy; both [rows, width] → [width].
  public func rmsNormWeightGradient(_ x: Tensor, epsilon: Double) throws -> Tensor {
    let width = x.shape.last ?? 0
    guard Kernels.suit(self), Kernels.suit(x) else {
      let inverse = try ((x * x).mean(-1, keeping: true) + epsilon).rsqrt()  // [rows, 1]
      return try (self * x * inverse).reshaped([-1, width]).sum(0)
    }
    try Kernels.require("a norm's input", x, shape)
    let (gradient, x) = (try contiguous(), try x.contiguous())
    let result = try Tensor.zeros([width])
    accrete_norm_weight_backward(
      Int64(x.count / max(width, 1)), Int64(width), try gradient.kernelMemory(), try x.kernelMemory(), Float(epsilon),
      try result.kernelMemory(), libtorch.accrete_get_threads())
    return withExtendedLifetime((gradient, x)) { result }
  }
}
