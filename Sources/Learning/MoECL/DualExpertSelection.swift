public import Decoder
public import Experts
import ModelConfiguration
public import Torch

/// MoE-CL's layer (arXiv 2509.18133, equations 3, 4, 7 and 8): two complete feed-forward passes, one with the shared and
/// one with the dedicated expert, mixed per token by a gate.
///
///     c1 = W_gate z,  c3 = W_up z
///     a_e = f(c1 + s B1_e A1_e z) ⊙ (c3 + s B3_e A3_e z)          e: shared, dedicated
///     (β_s, β_t) = softmax(G z)
///     y = W_down (β_s a_s + β_t a_t) + s (β_s B2_s A2_s a_s + β_t B2_t A2_t a_t)          f: the base's activation
///
/// W_down is multiplied once: the gate's weights are numbers per token and commute with it. One object serves one
/// forward pass; in training it also collects what an adversary looks at.
public final class DualExpertSelection: ExpertSelection {
  /// What is collected for an adversary: the mean over a sequence's real tokens of the complete shared output.
  public enum Pooling {
    /// Nothing: inference, or no adversary.
    case none
    /// Its gradient goes through the whole decoder, lower layers included (the released code).
    case attached(PoolingWeights)
    /// Its gradient moves the shared expert of that layer alone, as if computed from detached inputs.
    case isolated(PoolingWeights)

    var weights: PoolingWeights? {
      switch self {
      case .none: nil
      case .attached(let weights), .isolated(let weights): weights
      }
    }

    var isAttached: Bool { if case .attached = self { true } else { false } }
  }

  public let shared: LowRankExpert
  public let dedicated: LowRankExpert
  /// Gate of each layer. [2, hidden]; row 0 weighs the shared expert.
  public let gates: [Tensor]
  let dropout: Dropout?
  let pooling: Pooling
  private let stacks = StackedFactors.Cache()
  /// The number of each layer's leaf in ``pooled``.
  private var leaves: [Int: Int] = [:]
  /// Pooled shared output of each layer, in order: leaves that collect the gradient of what is computed from them.
  /// [batch, hidden]
  public private(set) var pooled: [Tensor] = []

  public init(
    shared: LowRankExpert, dedicated: LowRankExpert, gates: [Tensor], dropout: Dropout? = nil, pooling: Pooling = .none
  ) {
    self.shared = shared
    self.dedicated = dedicated
    self.gates = gates
    self.dropout = dropout
    self.pooling = pooling
  }

  /// The adversary looks at the mean over all of a sequence's tokens.
  public func narrowed(to tokens: [Int]) throws -> (any ExpertSelection)? { pooling.weights == nil ? self : nil }

  public func inferenceExpert() throws -> (any InferenceExpert)? {
    dropout == nil && pooling.weights == nil ? PreparedExpert(shared: shared, dedicated: dedicated, gates: gates) : nil
  }

  public func enter(layer: Int, again: Bool) { dropout?.enter(layer: layer, again: again) }

  public func feedForward(_ z: Tensor, through block: FeedForward, layer: Int, tracing: Bool) throws -> Traced {
    let experts = [shared, dedicated].compactMap { FusedFeedForward.Pairs($0, layer: layer) }
    if experts.count == 2, FusedFeedForward.suits(z, experts) {
      return try fused(z, through: block, experts, layer: layer, tracing: tracing)
    }
    return try Traced.inFloat32(z, tracing: tracing) {
      try composed($0, through: block, layer: layer, tracing: tracing)
    }
  }

  private func fused(
    _ z: Tensor, through block: FeedForward, _ experts: [FusedFeedForward.Pairs], layer: Int, tracing: Bool
  ) throws -> Traced {
    let (output, kept) = try FusedFeedForward.forward(
      z, through: block, experts: experts, stack: stacks.layer(layer, experts, for: z), gate: gates[layer],
      dropout: dropout, keepingFirst: pooling.weights != nil)
    let pool = try output.first.flatMap { first in
      let reduced = try kept.down.narrowed(1, from: 0, count: kept.rank).contiguous()
      return try collect(activated: first, reduced: reduced, experts[0].down, block, layer: layer)
    }
    let fusedPool = pool.map { pool in
      let weights = pool.weights
      return FusedFeedForward.Pool(
        leaf: pool.leaf, reduced: pool.reduced, lengths: weights.lengths, attached: pool.attached,
        sent: weights.sequences.flatMap { sequences in
          weights.parts.map { FusedFeedForward.Pool.Sent(sequences: sequences, parts: $0) }
        })
    }
    return Traced(output.value, tracing: tracing) { try kept.backward($0, pool: fusedPool, toInput: $1) }
  }

  /// The same by single operations: on other devices, and what the fused kernels are compared with.
  func composed(_ z: Tensor, through block: FeedForward, layer: Int, tracing: Bool) throws -> Traced {
    let products = FrozenProducts(gate: try z.linear(block.gate), up: try z.linear(block.up))
    let passes = try [shared, dedicated].map { try ExpertPass($0, z, products, block.activation, dropout, layer) }
    let weights = try z.linear(gates[layer]).softmax(-1)  // [tokens, 2]
    let shares = try (0..<2).map { try weights.narrowed(1, from: $0, count: 1) }  // [tokens, 1] each

    let mixed = try passes[0].activated * shares[0] + passes[1].activated * shares[1]  // [tokens, intermediate]
    // Both low-rank terms of the down projection in one product. [tokens, 2 · rank] × [2 · rank, hidden]
    let reduced = try Tensor.concatenated(zip(passes, shares).map { try $0.reduced * $1 }, axis: 1)
    let factors = try Tensor.concatenated(passes.map(\.down.b), axis: 1)  // [hidden, 2 · rank]
    let output = try reduced.linear(factors, adding: mixed.linear(block.down))
    let pool = try collect(
      activated: passes[0].activated, reduced: passes[0].reduced, passes[0].down, block, layer: layer)

    let backward = DualExpertBackward(
      block: block, z: z, products: products, passes: passes.map(\.trace), gate: gates[layer], weights: weights,
      factors: factors, pool: pool)
    return Traced(output, tracing: tracing) { try backward.run($0, toInput: $1) }
  }

  /// mean over tokens of W_down a + s B2 A2 a: the mean commutes with both products, so only it is multiplied.
  /// `reduced` holds the factor s. A layer that is computed again keeps its leaf, with the gradient that it got.
  private func collect(
    activated: Tensor, reduced: Tensor, _ down: LowRankPair, _ block: FeedForward, layer: Int
  ) throws -> DualExpertBackward.Pool? {
    guard let weights = pooling.weights else { return nil }
    let mean = try weights.mean(reduced)  // [batch, rank]
    let leaf: Tensor
    if let known = leaves[layer] {
      leaf = pooled[known]
    } else {
      leaf = try mean.linear(down.b, adding: weights.mean(activated).linear(block.down))
      try leaf.requireGradient()
      leaves[layer] = pooled.count
      pooled.append(leaf)
    }
    return DualExpertBackward.Pool(leaf: leaf, reduced: mean, weights: weights, attached: pooling.isAttached)
  }
}

/// Turns a sum over packed tokens into the mean over each sequence's.
public struct PoolingWeights {
  let matrix: Tensor  // [batch, tokens]
  let lengths: [Int]
  /// The sequence of each packed token, that of alignment padding behind the others. int64 [tokens], where a device has been told.
  let sequences: Tensor?
  /// 1 / tokens of each sequence, on the same device. [batch, 1]
  let parts: Tensor?

  /// `x`: [tokens, width] → [batch, width].
  public func mean(_ x: Tensor) throws -> Tensor {
    try matrix.linear(x.converted(to: .float32).transposed(0, 1))
  }

  public init(_ batch: TokenBatch) throws {
    lengths = batch.lengths
    let tokens = batch.packedCount
    if let sent = batch.inputs, batch.device != .cpu || Kernels.rehearsesDevice {
      // From what the device has: nothing is sent again.
      let sequences = try sent.sequences(tokens: tokens)
      let parts = try sent.lengths(count: lengths.count).converted(to: .float32).power(-1)
      let numbers = try Tensor.counted(lengths.count, on: batch.device).unsqueezed(1)  // [batch, 1]
      matrix = try sequences.equals(numbers).converted(to: .float32) * parts.unsqueezed(1)
      (self.sequences, self.parts) = (sequences, try parts.unsqueezed(1))
      return
    }
    (sequences, parts) = (nil, nil)
    var flat = [Float](repeating: 0, count: lengths.count * tokens)
    var position = 0
    for (sequence, length) in lengths.enumerated() {
      for _ in 0..<length {
        flat[sequence * tokens + position] = 1 / Float(length)
        position += 1
      }
    }
    matrix = try Tensor(flat, shape: [lengths.count, tokens], on: batch.device)
  }

  /// Means over the first tokens of sequences; a sequence may be there several times.
  public init(beginnings: [(sequence: Int, tokens: Int)], of batch: TokenBatch) throws {
    lengths = beginnings.map(\.tokens)
    (sequences, parts) = (nil, nil)
    let tokens = batch.packedCount
    let starts = batch.lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    var flat = [Float](repeating: 0, count: beginnings.count * tokens)
    for (position, cut) in beginnings.enumerated() {
      for token in starts[cut.sequence]..<starts[cut.sequence] + min(cut.tokens, batch.lengths[cut.sequence]) {
        flat[position * tokens + token] = 1 / Float(cut.tokens)
      }
    }
    matrix = try Tensor(flat, shape: [beginnings.count, tokens], on: batch.device)  // [beginnings, tokens]
  }
}

/// What both experts share: W_gate z and W_up z. [tokens, intermediate]
struct FrozenProducts {
  let gate: Tensor
  let up: Tensor
}

/// One expert's pass up to the down projection.
struct ExpertPass {
  let activated: Tensor  // [tokens, intermediate]
  /// (α/r) A2 drop(activated). [tokens, rank]
  let reduced: Tensor
  let down: LowRankPair
  let trace: Trace

  /// What the backward pass needs; the activations themselves are computed again.
  struct Trace {
    let gate: LowRankPair
    let up: LowRankPair
    let down: LowRankPair
    let gateTrace: LowRankPair.Trace
    let upTrace: LowRankPair.Trace
    let gateMask: Tensor?  // [tokens, hidden]
    let upMask: Tensor?  // [tokens, hidden]
    let downMask: Tensor?  // [tokens, intermediate]
    let reduced: Tensor  // [tokens, rank]
  }

  init(
    _ expert: LowRankExpert, _ z: Tensor, _ products: FrozenProducts, _ activation: Activation, _ dropout: Dropout?,
    _ layer: Int
  ) throws {
    guard expert.pairs.indices.contains(layer), let gate = expert.pairs[layer][.gate],
      let up = expert.pairs[layer][.up], let down = expert.pairs[layer][.down]
    else { throw ExpertError.missingTensor(where: "MoE-CL's expert", name: "layers.\(layer): gate, up and down") }
    let gateMask = try dropout?.mask(like: z)
    let upMask = try dropout?.mask(like: z)
    let gated = try gate.added(to: products.gate, input: gateMask.map { try z * $0 } ?? z)
    let upped = try up.added(to: products.up, input: upMask.map { try z * $0 } ?? z)
    activated = try gated.sum.activated(activation) * upped.sum
    let downMask = try dropout?.mask(like: activated)
    let dropped = try downMask.map { [activated] in try activated * $0 } ?? activated
    reduced = try down.reduced(dropped) * down.scaling
    self.down = down
    trace = Trace(
      gate: gate, up: up, down: down, gateTrace: gated.trace, upTrace: upped.trace, gateMask: gateMask, upMask: upMask,
      downMask: downMask, reduced: reduced)
  }
}
