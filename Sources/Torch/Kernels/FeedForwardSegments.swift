import CTorch
public import ModelConfiguration

/// A gated block for tokens with different experts, around the block's own products, which are made once for all of them, with f its
/// activation:
///
///     a_e = f(W_gate x + B1_e A1_e x) ⊙ (W_up x + B3_e A3_e x)        y = W_down Σ_e β_e a_e + Σ_e B2_e A2_e β_e a_e
///
/// with one expert (LoRA: β = 1), or two that a gate mixes per token, β = softmax(G x) (MoE-CL, arXiv 2509.18133, equations 3, 4, 7
/// and 8). As with ``LowRankSegments``, a token's bits do not depend on its company.
public struct FeedForwardSegments {
  /// What an expert has in a block; `nil`: nothing there.
  public struct Expert {
    public let gate: SegmentFactors?
    public let up: SegmentFactors?
    public let down: SegmentFactors?

    public init(gate: SegmentFactors?, up: SegmentFactors?, down: SegmentFactors?) {
      (self.gate, self.up, self.down) = (gate, up, down)
    }
  }

  /// Neighbouring tokens with the same experts.
  public struct Segment {
    let tokens: Range<Int>
    let experts: [Expert]
    let shares: Tensor?

    /// - Parameter tokens: Which.
    /// - Parameter experts: None is the base; two are mixed by `shares`.
    /// - Parameter shares: G. [2, hidden], float32
    /// - Throws: ``TorchError/invalidHyperparameter(name:value:allowed:)``.
    public init(_ tokens: Range<Int>, _ experts: [Expert], shares: Tensor? = nil) throws {
      guard experts.count <= 2, (experts.count == 2) == (shares != nil) else {
        throw TorchError.invalidHyperparameter(
          name: "experts of a segment", value: "\(experts.count)", allowed: "0, 1, or 2 with a gate that mixes them")
      }
      (self.tokens, self.experts, self.shares) = (tokens, experts, try shares?.contiguous())
    }

    /// Numbers that a token keeps for `down`.
    var reduced: Int { experts.reduce(0) { $0 + ($1.down?.rank ?? 0) } }
  }

  private let list: [Segment]
  /// Numbers that every token keeps; one at least, so that there is memory.
  private var columns: Int { max(1, list.map(\.reduced).max() ?? 0) }

  /// - Parameter list: Every token of a batch in one segment, in their order.
  public init(_ list: [Segment]) { self.list = list }

  /// Whether all tokens are the base's, or have experts with nothing in the block.
  public var isBase: Bool { list.allSatisfy { $0.experts.isEmpty } }
  /// Whether nothing is mixed: every token has one expert or none.
  public var isPlain: Bool { list.allSatisfy { $0.experts.count <= 1 } }

  /// What `W_down` is multiplied with, and what the experts' part of `down` is made from. All but `reduced` float32, or all bfloat16 with
  /// sums in float32.
  ///
  /// - Parameter x: The block's input. [tokens, hidden]
  /// - Parameter gate: W_gate x. [tokens, intermediate]
  /// - Parameter up: W_up x. [tokens, intermediate]
  /// - Parameter activation: The block's.
  /// - Returns: `mixed`: [tokens, intermediate]; `reduced`: [tokens, numbers of a token].
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)``.
  public func activated(
    _ x: Tensor, gate: Tensor, up: Tensor, by activation: Activation
  ) throws -> (mixed: Tensor, reduced: Tensor) {
    let (tokens, hidden, intermediate) = (x.shape.first ?? 0, x.shape.last ?? 0, gate.shape.last ?? 0)
    try Kernels.require("a block's input", x, [tokens, hidden])
    try Kernels.require("a block's gate", gate, [tokens, intermediate])
    try Kernels.require("a block's up", up, [tokens, intermediate])
    try require(tokens: tokens, hidden: hidden, intermediate: intermediate)
    guard Kernels.suitActivations(x, gate), Kernels.suitActivations(gate, up) else {
      return try composed(x, gate: gate, up: up, by: activation)
    }
    let mixed = try Tensor(uninitialized: [tokens, intermediate], gate.dtype ?? .float32)
    let numbers = try Tensor.zeros([tokens, columns])
    let operands = try [x, gate, up].map { try $0.contiguous() }
    try lend(operands, half: gate.isHalf, hidden: hidden, intermediate: intermediate, activation) {
      accrete_feed_forward_activate(&$0, try mixed.activationMemory(), try numbers.kernelMemory())
    }
    return (mixed, numbers)
  }

  /// y += Σ_e B2_e `reduced`_e, where `y` lies. `y`: W_down `mixed`, [tokens, hidden].
  ///
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)``.
  public func finish(_ y: Tensor, reduced numbers: Tensor) throws {
    guard list.contains(where: { $0.reduced > 0 }) else { return }
    let (tokens, hidden) = (y.shape.first ?? 0, y.shape.last ?? 0)
    try Kernels.require("a block's output", y, [tokens, hidden])
    try Kernels.require("what a block's output gets added", numbers, [tokens, columns])
    guard Kernels.suitActivations(y), y.isContiguous else { return try finishComposed(y, reduced: numbers) }
    try lend([], half: y.isHalf, hidden: hidden, intermediate: 0, .silu) {
      accrete_feed_forward_finish(&$0, try numbers.kernelMemory(), try y.activationMemory())
    }
  }

  private func require(tokens: Int, hidden: Int, intermediate: Int) throws {
    try Segments.require(list.map(\.tokens), tokens: tokens)
    guard list.reduce(0, { $0 + $1.tokens.count }) == tokens else {
      throw TorchError.shapeMismatch(
        what: "tokens of all segments", expected: [tokens], got: [list.last?.tokens.upperBound ?? 0])
    }
    for segment in list {
      if let shares = segment.shares { try Kernels.require("the gate of two experts", shares, [2, hidden]) }
      for expert in segment.experts {
        try expert.gate?.require("an expert's gate_proj", inputs: hidden, outputs: intermediate)
        try expert.up?.require("an expert's up_proj", inputs: hidden, outputs: intermediate)
        try expert.down?.require("an expert's down_proj", inputs: intermediate, outputs: hidden)
      }
    }
  }

  /// `operands`: x, gate, up; none where only the output is finished.
  private func lend(
    _ operands: [Tensor], half: Bool, hidden: Int, intermediate: Int, _ activation: Activation,
    _ body: (inout AccreteFeedForward) throws -> Void
  ) throws {
    func two(_ experts: [Expert], _ factors: (Expert) -> SegmentFactors?) -> (AccreteFactors, AccreteFactors) {
      let raw = experts.map { factors($0)?.raw ?? AccreteFactors() }
      return (raw.first ?? AccreteFactors(), raw.count > 1 ? raw[1] : AccreteFactors())
    }
    let segments = try list.map { segment in
      AccreteBlockSegment(
        first: Int64(segment.tokens.lowerBound), count: Int64(segment.tokens.count),
        experts: Int64(segment.experts.count), shares: try segment.shares?.kernelMemory(),
        gate: two(segment.experts, \.gate), up: two(segment.experts, \.up), down: two(segment.experts, \.down))
    }
    try segments.withUnsafeBufferPointer { segments in
      var block = AccreteFeedForward(
        segments: Int64(segments.count), hidden: Int64(hidden), intermediate: Int64(intermediate),
        reduced: Int64(columns), list: segments.baseAddress, x: try operands.first?.activationMemory(),
        gate: try operands.dropFirst().first?.activationMemory(), up: try operands.last?.activationMemory(),
        half: half, activation: activation.kernel, threads: libtorch.accrete_get_threads())
      try body(&block)
    }
    withExtendedLifetime((list, operands)) {}
  }
}

// By single operations: on other devices, and what the kernels are compared with.
extension FeedForwardSegments {
  func composed(
    _ x: Tensor, gate: Tensor, up: Tensor, by activation: Activation
  ) throws -> (mixed: Tensor, reduced: Tensor) {
    let (mixed, numbers) = (
      try Tensor.zeros(gate.shape, gate.dtype ?? .float32, on: x.device),
      try Tensor.zeros([x.shape[0], columns], on: x.device)
    )
    for segment in list {
      func part(_ tensor: Tensor) throws -> Tensor {
        try tensor.narrowed(0, from: segment.tokens.lowerBound, count: segment.tokens.count)
      }
      let (z, c1, c3) = (try part(x), try part(gate), try part(up))
      guard !segment.experts.isEmpty else {
        try part(mixed).copyInPlace(from: c1.activated(activation) * c3)
        continue
      }
      let shares = try segment.shares.map { try z.converted(to: .float32).linear($0).softmax(-1) }  // [tokens, 2]
      var column = 0
      for (number, expert) in segment.experts.enumerated() {
        let gated = try expert.gate.map { try $0.expanded($0.reduced(z), onto: c1) } ?? c1
        let upped = try expert.up.map { try $0.expanded($0.reduced(z), onto: c3) } ?? c3
        var activated = try gated.activated(activation) * upped  // [tokens, intermediate]
        if let shares { activated = try activated * shares.narrowed(1, from: number, count: 1) }
        try part(mixed).copyInPlace(from: part(mixed) + activated)
        guard let down = expert.down else { continue }
        try part(numbers).narrowed(1, from: column, count: down.rank).copyInPlace(from: down.reduced(activated))
        column += down.rank
      }
    }
    return (mixed, numbers)
  }

  func finishComposed(_ y: Tensor, reduced numbers: Tensor) throws {
    for segment in list {
      let part = try y.narrowed(0, from: segment.tokens.lowerBound, count: segment.tokens.count)
      let own = try numbers.narrowed(0, from: segment.tokens.lowerBound, count: segment.tokens.count)
      var column = 0
      for case let down? in segment.experts.map(\.down) {
        try part.copyInPlace(from: down.expanded(own.narrowed(1, from: column, count: down.rank), onto: part))
        column += down.rank
      }
    }
  }
}
