import CTorch
public import ModelConfiguration

/// The middle of a gated feed-forward block under one or two low-rank experts, mixed per token, in one pass over memory, with f the activation:
///
///     a_e = f(gate + B_2e p_2e) ⊙ (up + B_2e+1 p_2e+1)      mixed = Σ_e share_e a_e      down_e = A_e drop_e(a_e)
public struct GatedMixture {
  /// W_gate z and W_up z. [tokens, width]
  let gate: Tensor
  let up: Tensor
  let reduced: Tensor  // p: [tokens, 2 · experts · rank]
  let b: Tensor  // Bᵀ: [2 · experts, rank, width]
  let a: Tensor  // [experts, rank, width]
  let shares: Tensor?  // [tokens, experts]
  let dropout: DropoutMasks?
  let activation: Activation

  /// - Parameters:
  ///   - gate: W_gate z. [tokens, width]
  ///   - up: W_up z. [tokens, width]
  ///   - reduced: `p` of expert 0's gate and up, then expert 1's. [tokens, 2 · experts · rank]
  ///   - b: Bᵀ in the same order. [2 · experts, rank, width]
  ///   - a: The down projection's A of each expert. [experts, rank, width]
  ///   - shares: What each expert counts; `nil` for a single one that counts fully. [tokens, experts]
  ///   - dropout: One key for each expert; `nil` in inference.
  ///   - activation: What the gate goes through.
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)``.
  public init(
    gate: Tensor, up: Tensor, reduced: Tensor, b: Tensor, a: Tensor, shares: Tensor?, dropout: DropoutMasks?,
    activation: Activation
  ) throws {
    guard a.shape.count == 3, let tokens = gate.shape.first else {
      throw TorchError.shapeMismatch(what: "a gated mixture's experts", expected: [-1, -1, -1], got: a.shape)
    }
    let (experts, rank, width) = (a.shape[0], a.shape[1], a.shape[2])
    func check(_ what: String, _ tensor: Tensor, _ expected: [Int]) throws {
      try Kernels.require("a gated mixture's " + what, tensor, expected)
    }
    try check("experts", a, [min(max(experts, 1), 2), Kernels.padded(rank: rank), width])
    try check("gate product", gate, [tokens, width])
    try check("up product", up, [tokens, width])
    try Kernels.requireType("a gated mixture's up product", up, as: gate)
    try check("B", b, [2 * experts, rank, width])
    try check("reduced inputs", reduced, [tokens, 2 * experts * rank])
    if let shares { try check("shares", shares, [tokens, experts]) }
    try Kernels.require(dropout, uses: experts)
    self.gate = try gate.contiguous()
    self.up = try up.contiguous()
    self.reduced = try reduced.contiguous()
    self.b = try b.contiguous()
    self.a = try a.contiguous()
    self.shares = try shares?.contiguous()
    self.dropout = dropout
    self.activation = activation
  }

  private var tokens: Int { gate.shape[0] }
  private var width: Int { a.shape[2] }
  private var rank: Int { a.shape[1] }
  private var experts: Int { a.shape[0] }

  /// What ``forward(keepingFirst:)`` gives.
  public struct Output {
    public let mixed: Tensor  // [tokens, width]
    public let down: Tensor  // [tokens, experts · rank]
    /// a of the first expert, if it was asked for. [tokens, width]
    public let first: Tensor?
  }

  public func forward(keepingFirst: Bool = false) throws -> Output {
    if Kernels.areDevices(gate) { return try deviceForward(keepingFirst: keepingFirst) }
    let output = Output(
      mixed: try Tensor(uninitialized: [tokens, width], gate.dtype ?? .float32),
      down: try Tensor(uninitialized: [tokens, experts * rank]),
      first: keepingFirst ? try Tensor(uninitialized: [tokens, width]) : nil)
    try lend {
      accrete_mixture_forward(
        &$0, try output.mixed.activationMemory(), try output.down.kernelMemory(), try output.first?.kernelMemory())
    }
    return output
  }

  /// A gradient that arrives at the first expert from a whole sequence of the batch.
  public struct SequenceGradient {
    let first: Tensor  // by a_0: [sequences, width]
    let down: Tensor  // by down_0: [sequences, rank]
    let sequenceOfToken: [Int32]
    /// The same on the device that computes it, where it is there. int64 [tokens]
    let sent: Tensor?
    let isolated: Bool

    /// - Parameters:
    ///   - first: By a_0, the same for all tokens of a sequence. [sequences, width]
    ///   - down: By down_0. [sequences, rank]
    ///   - sequenceOfToken: The sequence of each token.
    ///   - sent: The same, where a device has it. int64 [tokens]
    ///   - isolated: Whether it moves the factors only, and not what lies before.
    public init(first: Tensor, down: Tensor, sequenceOfToken: [Int32], sent: Tensor? = nil, isolated: Bool) throws {
      let sequences = first.shape.first ?? 0
      try Kernels.require("a sequence's gradient", down, [sequences, down.shape.last ?? 0])
      guard sequenceOfToken.allSatisfy({ (0..<sequences).contains(Int($0)) }) else {
        throw TorchError.shapeMismatch(
          what: "sequences of tokens", expected: [sequences], got: [Int(sequenceOfToken.max() ?? 0) + 1])
      }
      self.first = try first.contiguous()
      self.down = try down.contiguous()
      self.sequenceOfToken = sequenceOfToken
      self.sent = sent
      self.isolated = isolated
    }
  }

  public struct Gradients {
    /// By the two products, where they were wanted. [tokens, width]
    public let gate: Tensor?
    public let up: Tensor?
    public let reduced: Tensor  // by p: [tokens, 2 · experts · rank]
    /// As `reduced` without what is isolated; `nil` when it is the same.
    public let flow: Tensor?
    /// mixed's gradient · a_e; on a device only where experts are weighed. [tokens, experts]
    public let shares: Tensor?
    public let b: Tensor  // [2 · experts, rank, width]
    public let a: Tensor  // [experts, rank, width]
  }

  /// - Parameters:
  ///   - mixed: Gradient by `mixed`. [tokens, width]
  ///   - down: Gradient by `down`. [tokens, experts · rank]
  ///   - sequence: Another gradient, at the first expert.
  ///   - toInput: Whether the products' gradients are wanted.
  public func backward(mixed: Tensor, down: Tensor, sequence: SequenceGradient?, toInput: Bool) throws -> Gradients {
    try Kernels.require("a gated mixture's gradient", mixed, [tokens, width])
    try Kernels.requireType("a gated mixture's gradient", mixed, as: gate)
    try Kernels.require("the down projection's gradient", down, [tokens, experts * rank])
    if let sequence {
      try Kernels.require("a sequence's gradient", sequence.first, [sequence.first.shape[0], width])
      try Kernels.require("a sequence's gradient", sequence.down, [sequence.first.shape[0], rank])
      guard sequence.sequenceOfToken.count == tokens else {
        throw TorchError.shapeMismatch(
          what: "sequences of tokens", expected: [tokens], got: [sequence.sequenceOfToken.count])
      }
    }
    if Kernels.areDevices(gate) {
      return try deviceBackward(mixed: mixed, down: down, sequence: sequence, toInput: toInput)
    }
    let isolated = sequence?.isolated == true
    let results = Gradients(
      gate: toInput ? try Tensor(uninitialized: [tokens, width], gate.dtype ?? .float32) : nil,
      up: toInput ? try Tensor(uninitialized: [tokens, width], gate.dtype ?? .float32) : nil,
      reduced: try Tensor(uninitialized: reduced.shape),
      flow: isolated ? try Tensor(uninitialized: reduced.shape) : nil,
      shares: try Tensor(uninitialized: [tokens, experts]), b: try Tensor.zeros(b.shape), a: try Tensor.zeros(a.shape))
    let (mixed, down) = (try mixed.contiguous(), try down.contiguous())
    try lend { parameters in
      try (sequence?.sequenceOfToken ?? []).withUnsafeBufferPointer { sequences in
        var gradients = AccreteMixtureGradients(
          mixed: try mixed.activationMemory(), down: try down.kernelMemory(),
          sequence_first: try sequence?.first.kernelMemory(), sequence_down: try sequence?.down.kernelMemory(),
          sequence_of: sequences.baseAddress, isolated: isolated,
          gate: try results.gate?.activationMemory(), up: try results.up?.activationMemory(),
          reduced: try results.reduced.kernelMemory(), flow: try results.flow?.kernelMemory(),
          shares: try results.shares?.kernelMemory(), b: try results.b.kernelMemory(), a: try results.a.kernelMemory())
        accrete_mixture_backward(&parameters, &gradients)
      }
    }
    return withExtendedLifetime((mixed, down, sequence)) { results }
  }

  private func lend(_ body: (inout AccreteMixture) throws -> Void) throws {
    try dropout.withKeys(experts) { keys in
      var parameters = AccreteMixture(
        tokens: Int64(tokens), width: Int64(width), rank: Int64(rank), experts: Int64(experts),
        gate: try gate.activationMemory(), up: try up.activationMemory(), reduced: try reduced.kernelMemory(),
        b: try b.kernelMemory(), a: try a.kernelMemory(), shares: try shares?.kernelMemory(), keys: keys,
        dropout: dropout.parameters, activation: activation.kernel, threads: libtorch.accrete_get_threads(),
        half: gate.isHalf)
      try withExtendedLifetime(self) { try body(&parameters) }
    }
  }
}
