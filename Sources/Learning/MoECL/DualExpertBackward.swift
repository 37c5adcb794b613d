import Decoder
import Experts
import ModelConfiguration
import Torch

/// The backward pass through MoE-CL's layer, for the formulas in `DualExpertSelection.swift`.
///
/// With g = dy, u = W_downᵀ g and v_e = (α/r) B2_eᵀ g (rows of tokens):
///
///     da_e  = β_e u + drop_e(A2_eᵀ β_e v_e)         dβ_e = u · a_e + v_e · A2_e drop(a_e)
///     dh1_e = da_e ⊙ h3_e ⊙ f'(h1_e)                dh3_e = da_e ⊙ f(h1_e)
///     dz    = W_gateᵀ Σ dh1_e + W_upᵀ Σ dh3_e + low-rank terms + Gᵀ dsoftmax
///
/// The pooled shared output adds to da_s and to the gradient of A2_s drop(a_s), for the factors only (`isolated`) or for all.
struct DualExpertBackward {
  /// What an adversary looked at.
  struct Pool {
    /// Collects the gradient of the adversary's terms. [batch, hidden]
    let leaf: Tensor
    /// Mean of (α/r) A2 drop(a). [batch, rank]
    let reduced: Tensor
    let weights: PoolingWeights
    let attached: Bool
  }

  let block: FeedForward
  let z: Tensor  // [tokens, hidden]
  let products: FrozenProducts
  let passes: [ExpertPass.Trace]
  let gate: Tensor  // [2, hidden]
  let weights: Tensor  // β: [tokens, 2]
  let factors: Tensor  // both B2 side by side: [hidden, 2 · rank]
  let pool: Pool?

  func run(_ gradient: Tensor, toInput: Bool) throws -> Tensor? {
    let activatedGradient = try gradient.linearTransposed(block.down)  // u: [tokens, intermediate]
    let reducedGradient = try gradient.linearTransposed(factors)  // B2ᵀ g: [tokens, 2 · rank]
    var sums: (gate: Tensor, up: Tensor)?
    var input: Tensor?
    var shares: [Tensor] = []
    for (number, pass) in passes.enumerated() {
      let rank = pass.down.a.shape[0]
      let share = try weights.narrowed(1, from: number, count: 1)  // β: [tokens, 1]
      let reducedByShare = try reducedGradient.narrowed(1, from: number * rank, count: rank).contiguous()
      let weighted = try reducedByShare * share  // [tokens, rank]
      try pass.down.b.accumulateGradient((pass.reduced * share).transposedProduct(gradient).transposed(0, 1))
      let state = try ActivationState(pass, products, block.activation)
      shares.append(
        try (activatedGradient * state.activated).sum(1, keeping: true)
          + (reducedByShare * pass.reduced).sum(1, keeping: true))  // [tokens, 1]

      var own = try Flow(activated: activatedGradient * share, reduced: weighted * pass.down.scaling)
      var isolated: Flow?
      if number == 0, let pool, let pooled = try poolFlow(pool, pass) {
        if pool.attached { own = try own + pooled } else { isolated = pooled }
      }
      let down = try isolated.map { try own.reduced + $0.reduced } ?? own.reduced
      try pass.down.a.accumulateGradient(down.transposedProduct(state.dropped))

      let main = try state.backward(own)
      let total = try isolated.map { try main + state.backward($0) } ?? main
      let gateReduced = try pass.gate.pullBack(total.gate, pass.gateTrace)
      let upReduced = try pass.up.pullBack(total.up, pass.upTrace)
      guard toInput else { continue }
      sums = try sums.map { (try $0.gate + main.gate, try $0.up + main.up) } ?? (main.gate, main.up)
      // What the pooled output adds stays inside of its layer.
      let apart = isolated != nil
      let parts = [
        try masked(
          pass.gate.inputGradient(apart ? pass.gate.reducedGradient(main.gate) : gateReduced), pass.gateMask),
        try masked(pass.up.inputGradient(apart ? pass.up.reducedGradient(main.up) : upReduced), pass.upMask),
      ]
      for part in parts { input = try input.map { try $0 + part } ?? part }
    }
    let logits = try gateGradient(shares)  // [tokens, 2]
    try gate.accumulateGradient(logits.transposedProduct(z))
    guard toInput, let sums, let input else { return nil }
    return try sums.gate.linearTransposed(block.gate, adding: input)
      + sums.up.linearTransposed(block.up, adding: logits.linearTransposed(gate))
  }

  /// Through softmax: β_e (dβ_e − Σ β dβ). [tokens, 2]
  private func gateGradient(_ shares: [Tensor]) throws -> Tensor {
    let scores = try Tensor.concatenated(shares, axis: 1)  // dβ: [tokens, 2]
    return try weights * (scores - (scores * weights).sum(1, keeping: true))
  }

  /// The adversary's gradient at the shared expert's activations; also gives its part to B2.
  private func poolFlow(_ pool: Pool, _ pass: ExpertPass.Trace) throws -> Flow? {
    guard let gradient = pool.leaf.gradient else { return nil }  // [batch, hidden]
    try pass.down.b.accumulateGradient(pool.reduced.transposedProduct(gradient).transposed(0, 1))
    let spread = try pool.weights.matrix.transposed(0, 1)  // [tokens, batch]
    return Flow(
      activated: try spread.matmul(gradient.linearTransposed(block.down)),
      reduced: try spread.matmul(gradient.linearTransposed(pass.down.b)) * pass.down.scaling)
  }

  private func masked(_ x: Tensor, _ mask: Tensor?) throws -> Tensor { try mask.map { try x * $0 } ?? x }
}

/// Gradients that arrive at an expert's activation.
private struct Flow {
  let activated: Tensor  // by a: [tokens, intermediate]
  let reduced: Tensor  // by A2 drop(a): [tokens, rank]

  static func + (a: Flow, b: Flow) throws -> Flow {
    Flow(activated: try a.activated + b.activated, reduced: try a.reduced + b.reduced)
  }
}

/// h1, h3 and a of one expert, computed again.
private struct ActivationState {
  private let gated: Tensor  // h1: [tokens, intermediate]
  private let upped: Tensor  // h3
  private let opened: Tensor  // f(h1)
  private let activation: Activation
  let activated: Tensor  // a
  /// a after dropout.
  let dropped: Tensor
  private let pass: ExpertPass.Trace

  init(_ pass: ExpertPass.Trace, _ products: FrozenProducts, _ activation: Activation) throws {
    (self.pass, self.activation) = (pass, activation)
    gated = try pass.gateTrace.reduced.linear(pass.gate.b, adding: products.gate)
    upped = try pass.upTrace.reduced.linear(pass.up.b, adding: products.up)
    opened = try gated.activated(activation)
    activated = try opened * upped
    dropped = try pass.downMask.map { [activated] in try activated * $0 } ?? activated
  }

  struct Hidden {
    let gate: Tensor  // dh1: [tokens, intermediate]
    let up: Tensor  // dh3

    static func + (a: Hidden, b: Hidden) throws -> Hidden {
      Hidden(gate: try a.gate + b.gate, up: try a.up + b.up)
    }
  }

  func backward(_ flow: Flow) throws -> Hidden {
    let own = try flow.reduced.linearTransposed(pass.down.a)  // [tokens, intermediate]
    let gradient = try flow.activated + (pass.downMask.map { try own * $0 } ?? own)
    return Hidden(
      gate: try (gradient * upped).activationBackward(activation, at: gated), up: try gradient * opened)
  }
}
