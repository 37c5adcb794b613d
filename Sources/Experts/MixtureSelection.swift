public import Decoder
public import Torch

/// MoE-CL's layer (arXiv 2509.18133, equations 3, 4, 7 and 8): two complete feed-forward passes, one with the shared and
/// one with the dedicated expert, mixed per token by a gate.
///
///     c1 = W_gate z,  c3 = W_up z
///     a_e = SiLU(c1 + s B1_e A1_e z) ⊙ (c3 + s B3_e A3_e z)          e: shared, dedicated
///     (β_s, β_t) = softmax(G z)
///     y = W_down (β_s a_s + β_t a_t) + s (β_s B2_s A2_s a_s + β_t B2_t A2_t a_t)
///
/// W_down is multiplied once: the gate's weights are numbers per token and commute with it. One object serves one
/// forward pass; in training it also collects what an adversary looks at.
public final class MixtureSelection: ExpertSelection {
  /// What is collected for an adversary: the mean over a row's real tokens of the complete shared output.
  public enum Pooling {
    /// Nothing: inference, or no adversary.
    case none
    /// Through the whole graph, lower layers included (the released code).
    case attached(weights: Tensor)
    /// Computed from detached inputs, so that a loss on it moves the shared expert of that layer alone.
    case isolated(weights: Tensor)
  }

  private let shared: LowRankExpert
  private let dedicated: LowRankExpert
  /// Gate of each layer. [2, hidden]; row 0 weighs the shared expert.
  private let gates: [Tensor]
  private let dropout: Dropout?
  private let pooling: Pooling
  /// Pooled shared output of each layer, in order. [batch, hidden]
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

  /// Weights that turn a sum over tokens into the mean over real tokens. [batch, 1, time]
  public static func poolingWeights(_ batch: TokenBatch) throws -> Tensor {
    var flat = [Float](repeating: 0, count: batch.rows * batch.time)
    for (row, length) in batch.lengths.enumerated() where length > 0 {
      for index in 0..<min(length, batch.time) { flat[row * batch.time + index] = 1 / Float(length) }
    }
    return try Tensor(flat, shape: [batch.rows, 1, batch.time], on: batch.ids.device)
  }

  public func feedForward(_ input: Tensor, through block: FeedForward, layer: Int) throws -> Tensor {
    let shape = input.shape  // [batch, time, hidden]
    let z = try input.reshaped([-1, shape[2]])  // [tokens, hidden]
    let gated = try z.linear(block.gate)  // [tokens, intermediate]
    let upped = try z.linear(block.up)  // [tokens, intermediate]
    let sharedPass = try pass(shared, z, gated, upped, layer)
    let ownPass = try pass(dedicated, z, gated, upped, layer)

    let weights = try z.linear(gates[layer]).softmax(-1)  // [tokens, 2]
    let sharedWeight = try weights.narrowed(1, from: 0, count: 1)  // [tokens, 1]
    let ownWeight = try weights.narrowed(1, from: 1, count: 1)  // [tokens, 1]
    let mixed = try sharedPass.activated * sharedWeight + ownPass.activated * ownWeight  // [tokens, intermediate]
    // Both low-rank terms of the down projection in one product. [tokens, 2 · rank] × [2 · rank, hidden]
    let reduced = try Tensor.concatenated(
      [sharedPass.reduced * sharedWeight, ownPass.reduced * ownWeight], axis: 1)
    let factors = try Tensor.concatenated([sharedPass.down.b, ownPass.down.b], axis: 1).transposed(0, 1)
    let output = try mixed.linear(block.down).addingProduct(reduced, factors, times: shared.shape.scaling)

    try collect(sharedPass, gated, upped, block, batch: shape[0], layer: layer)
    return try output.reshaped(shape)
  }

  /// One expert's pass up to the down projection.
  private struct Pass {
    let activated: Tensor  // [tokens, intermediate]
    let reduced: Tensor  // A2 drop(activated): [tokens, rank]
    let gate: LowRankPair
    let up: LowRankPair
    let down: LowRankPair
    let gateInput: Tensor  // z after this pair's dropout: [tokens, hidden]
    let upInput: Tensor  // [tokens, hidden]
    let downMask: Tensor?  // [tokens, intermediate]
  }

  private func pass(_ expert: LowRankExpert, _ z: Tensor, _ gated: Tensor, _ upped: Tensor, _ layer: Int) throws -> Pass
  {
    guard expert.pairs.indices.contains(layer), let gate = expert.pairs[layer][.gate],
      let up = expert.pairs[layer][.up], let down = expert.pairs[layer][.down]
    else { throw ExpertError.missingTensor(where: "MoE-CL's expert", name: "layers.\(layer): gate, up and down") }
    let gateInput = try dropout.map { try z * $0.mask(like: z) } ?? z
    let upInput = try dropout.map { try z * $0.mask(like: z) } ?? z
    let activated = try gate.added(to: gated, input: gateInput).silu() * up.added(to: upped, input: upInput)
    let downMask = try dropout?.mask(like: activated)
    let reduced = try down.reduced(downMask.map { try activated * $0 } ?? activated)
    return Pass(
      activated: activated, reduced: reduced, gate: gate, up: up, down: down, gateInput: gateInput, upInput: upInput,
      downMask: downMask)
  }

  /// mean over tokens of W_down a + s B2 A2 drop(a): the mean commutes with both products, so only it is multiplied.
  private func collect(
    _ pass: Pass, _ gated: Tensor, _ upped: Tensor, _ block: FeedForward, batch: Int, layer: Int
  ) throws {
    let (weights, activated, reduced): (Tensor, Tensor, Tensor)
    switch pooling {
    case .none: return
    case .attached(let given): (weights, activated, reduced) = (given, pass.activated, pass.reduced)
    case .isolated(let given):
      weights = given
      // The same pass again from inputs that carry no gradient: only the factors of this layer's shared expert remain.
      activated =
        try pass.gate.added(to: gated.detached(), input: pass.gateInput.detached()).silu()
        * pass.up.added(to: upped.detached(), input: pass.upInput.detached())
      reduced = try pass.down.reduced(pass.downMask.map { try activated * $0 } ?? activated)
    }
    func mean(_ tensor: Tensor) throws -> Tensor {
      let width = tensor.shape[1]
      return try weights.matmul(tensor.reshaped([batch, -1, width])).reshaped([batch, width])  // [batch, width]
    }
    pooled.append(try pass.down.added(to: mean(activated).linear(block.down), reducedInput: mean(reduced)))
  }
}

extension LowRankPair {
  /// As ``added(to:input:)``, from `A x` instead of x.
  func added(to product: Tensor, reducedInput: Tensor) throws -> Tensor {
    try product.addingProduct(reducedInput, b.transposed(0, 1), times: scaling)
  }
}
