import CTorch
import ModelConfiguration

extension DeviceOperations {
  /// The middle of a gated block: see ``GatedMixture``.
  struct Mixture {
    let gate: Tensor  // [tokens, width]
    let up: Tensor  // [tokens, width]
    let terms: Tensor  // what the pairs add to gate and up, expert after expert: [2 · experts, tokens, width]
    let shares: Tensor?  // [tokens, experts]
    let dropout: DropoutMasks?
    let activation: Activation

    var experts: Int { terms.shape[0] / 2 }
    var tokens: Int { gate.shape[0] }
    var width: Int { gate.shape[1] }
    var type: DType { gate.dtype ?? .float32 }

    /// Gate and up of one expert, in float32. [tokens, width]
    func inner(_ expert: Int) throws -> (gate: Tensor, up: Tensor) {
      func sum(_ x: Tensor, _ pair: Int) throws -> Tensor {
        try x.converted(to: .float32) + terms.selected(0, pair).converted(to: .float32)
      }
      return (try sum(gate, 2 * expert), try sum(up, 2 * expert + 1))
    }

    func share(_ expert: Int) throws -> Tensor? { try shares?.narrowed(1, from: expert, count: 1) }  // [tokens, 1]

    func mask(_ expert: Int) throws -> Tensor? {
      try dropout?.computedMask(expert, rows: tokens, width: width, on: gate.device)
    }
  }

  struct MixtureOutput {
    let mixed: Tensor  // [tokens, width]
    let masked: Tensor  // drop_e(a_e): [experts, tokens, width]
    let first: Tensor?  // a_0, float32: [tokens, width]
  }

  static func mixture(_ mixture: Mixture, keepingFirst: Bool) throws -> MixtureOutput {
    guard let kernels = kernels(for: mixture.gate) else { return try composed(mixture, keepingFirst) }
    let (tokens, width, device) = (mixture.tokens, mixture.width, mixture.gate.device)
    let output = MixtureOutput(
      mixed: try Tensor(uninitialized: [tokens, width], mixture.type, on: device),
      masked: try Tensor(uninitialized: [mixture.experts, tokens, width], mixture.type, on: device),
      first: keepingFirst ? try Tensor(uninitialized: [tokens, width], on: device) : nil)
    try kernels.launch(
      "mixture_forward", types: [mixture.gate.kernelType], rows: tokens, columns: width,
      kernelArguments(mixture) + [.tensor(output.mixed), .tensor(output.masked), .optional(output.first)])
    return output
  }

  /// What both kernels are told first.
  private static func kernelArguments(_ mixture: Mixture) -> [DeviceKernels.Argument] {
    let parameters = mixture.dropout.parameters
    let keys = mixture.dropout?.keys ?? [0, 0]
    return [
      .int(mixture.tokens), .int(mixture.width), .int32(mixture.experts), .tensor(mixture.gate), .tensor(mixture.up),
      .tensor(mixture.terms), .optional(mixture.shares), .uint32(parameters.threshold), .float(parameters.scale),
      .key(keys[0]), .key(keys.last ?? 0), DeviceKernels.code(mixture.activation),
    ]
  }

  /// The same by single operations.
  static func composed(_ mixture: Mixture, _ keepingFirst: Bool) throws -> MixtureOutput {
    var (mixed, masked, first): (Tensor?, [Tensor], Tensor?) = (nil, [], nil)
    for expert in 0..<mixture.experts {
      let inner = try mixture.inner(expert)
      let a = try inner.gate.activated(mixture.activation) * inner.up
      if expert == 0, keepingFirst { first = a }
      let part = try mixture.share(expert).map { try a * $0 } ?? a
      mixed = try mixed.map { try $0 + part } ?? part
      masked.append(try (mixture.mask(expert).map { try a * $0 } ?? a).converted(to: mixture.type))
    }
    guard let mixed else { throw TorchError.emptyTrainableSet }
    return MixtureOutput(
      mixed: try mixed.converted(to: mixture.type), masked: try Tensor.stacked(masked), first: first)
  }

  /// A gradient that arrives at the first expert from a whole sequence.
  struct SequencePart {
    let first: Tensor  // by a_0: [sequences, width]
    let masked: Tensor  // by drop_0(a_0): [sequences, width]
    let sequenceOfToken: Tensor  // int32 [tokens]
    /// Whether it moves the factors only, and not what lies before.
    let isolated: Bool
  }

  struct MixtureGradients {
    let mixed: Tensor  // [tokens, width]
    let masked: Tensor  // by drop_e(a_e): [experts, tokens, width]
    let sequence: SequencePart?
  }

  struct MixtureBackward {
    let gate: Tensor?  // [tokens, width]
    let up: Tensor?  // [tokens, width]
    let terms: Tensor  // [2 · experts, tokens, width]
    /// Of expert 0 without what is isolated; `nil` when it is the same. [2, tokens, width]
    let flowTerms: Tensor?
    let masked: Tensor  // drop_e(a_e) again: [experts, tokens, width]
    let shares: Tensor?  // where experts are weighed; float32 [tokens, experts]
  }

  static func mixtureBackward(_ mixture: Mixture, _ gradients: MixtureGradients, toInput: Bool) throws
    -> MixtureBackward
  {
    guard let kernels = kernels(for: mixture.gate) else {
      return try composedBackward(mixture, gradients, toInput: toInput)
    }
    let (tokens, width, experts, device) = (mixture.tokens, mixture.width, mixture.experts, mixture.gate.device)
    func made(_ shape: [Int], if wanted: Bool = true) throws -> Tensor? {
      wanted ? try Tensor(uninitialized: shape, mixture.type, on: device) : nil
    }
    let isolated = gradients.sequence?.isolated == true
    let result = MixtureBackward(
      gate: try made([tokens, width], if: toInput), up: try made([tokens, width], if: toInput),
      terms: try Tensor(uninitialized: mixture.terms.shape, mixture.type, on: device),
      flowTerms: try made([2, tokens, width], if: isolated),
      masked: try Tensor(uninitialized: [experts, tokens, width], mixture.type, on: device),
      shares: try mixture.shares.map { try Tensor(uninitialized: $0.shape, on: device) })
    // Sums over a row need it in one block.
    try kernels.launch(
      result.shares == nil ? "mixture_backward" : "mixture_backward_shares", types: [mixture.gate.kernelType],
      rows: tokens, columns: result.shares == nil ? width : nil,
      kernelArguments(mixture) + [
        .tensor(gradients.mixed), .tensor(gradients.masked), .optional(gradients.sequence?.first),
        .optional(gradients.sequence?.masked), .optional(gradients.sequence?.sequenceOfToken),
        .int32(isolated ? 1 : 0), .optional(result.gate), .optional(result.up), .tensor(result.terms),
        .optional(result.flowTerms), .tensor(result.masked),
      ] + (result.shares.map { [.tensor($0)] } ?? []))
    return result
  }

  /// The same by single operations.
  static func composedBackward(_ mixture: Mixture, _ gradients: MixtureGradients, toInput: Bool) throws
    -> MixtureBackward
  {
    let mixed = try gradients.mixed.converted(to: .float32)
    var (gate, up): (Tensor?, Tensor?) = (nil, nil)
    var (terms, flowTerms, masked, shares): ([Tensor], [Tensor], [Tensor], [Tensor]) = ([], [], [], [])
    for expert in 0..<mixture.experts {
      let inner = try mixture.inner(expert)
      let active = try inner.gate.activated(mixture.activation)
      let a = try active * inner.up
      let mask = try mixture.mask(expert)
      func throughMask(_ x: Tensor) throws -> Tensor { try mask.map { try x * $0 } ?? x }
      /// From the gradient by a_e to those by gate and up.
      func parts(_ byA: Tensor) throws -> (gate: Tensor, up: Tensor) {
        (try (byA * inner.up).activationBackward(mixture.activation, at: inner.gate), try byA * active)
      }
      masked.append(try throughMask(a).converted(to: mixture.type))
      if mixture.shares != nil { shares.append(try (mixed * a).sum(1, keeping: true)) }  // [tokens, 1]
      let own =
        try (mixture.share(expert).map { try mixed * $0 } ?? mixed)
        + throughMask(gradients.masked.selected(0, expert).converted(to: .float32))
      var (whole, flow) = (own, own)
      if expert == 0, let sequence = gradients.sequence {
        let rows = try sequence.sequenceOfToken.converted(to: .int64)
        let pooled = try sequence.first.gathered(0, rows: rows) + throughMask(sequence.masked.gathered(0, rows: rows))
        whole = try own + pooled
        flow = sequence.isolated ? own : whole
      }
      let (all, through) = (try parts(whole), try parts(flow))
      terms += try [all.gate, all.up].map { try $0.converted(to: mixture.type) }
      if expert == 0, gradients.sequence?.isolated == true {
        flowTerms = try [through.gate, through.up].map { try $0.converted(to: mixture.type) }
      }
      gate = try gate.map { try $0 + through.gate } ?? through.gate
      up = try up.map { try $0 + through.up } ?? through.up
    }
    return MixtureBackward(
      gate: toInput ? try gate?.converted(to: mixture.type) : nil,
      up: toInput ? try up?.converted(to: mixture.type) : nil, terms: try Tensor.stacked(terms),
      flowTerms: flowTerms.isEmpty ? nil : try Tensor.stacked(flowTerms), masked: try Tensor.stacked(masked),
      shares: shares.isEmpty ? nil : try Tensor.concatenated(shares, axis: 1))
  }
}
