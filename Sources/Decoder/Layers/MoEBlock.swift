public import ModelConfiguration
public import Torch

/// An MoE block (Hunyuan-Large, arXiv 2411.02265, section 2.2.3): one shared expert that sees every token, and routed ones
/// of which a token visits the most probable.
///
///     p = softmax(W_g x), e ∈ the k largest, w_e = p_e, or p_e / Σ p where the checkpoint asks for it
///     y = Shared(x) + Σ_e w_e FFN_e(x)
///
/// Tokens are grouped by expert, and each expert that is visited runs once, on its tokens; in bfloat16 on a device all run at once. Nothing
/// is dropped. Low-rank experts that are learned plug into the shared one, and into the routed ones where they have pairs for them.
public struct MoEBlock: Sendable {
  public let shape: MoEShape
  public let shared: FeedForward?
  /// W_g, in float32 whatever the rest is in. [experts, hidden]
  public let router: Tensor
  public let experts: [FeedForward]
  /// The same experts where a device multiplies them together; `nil`: one after the other.
  let stacked: StackedExperts?

  init(shape: MoEShape, shared: FeedForward?, router: Tensor, experts: [FeedForward]) throws {
    (self.shape, self.shared, self.router) = (shape, shared, router)
    stacked = try StackedExperts(experts)
    // Held once.
    self.experts = stacked?.experts ?? experts
  }

  /// `x` (normed): [tokens, hidden] → the same.
  func forward(_ x: Tensor, _ pass: ForwardPass, layer: Int) throws -> Traced {
    if let inference = pass.inference { return Traced(try inference.feed(x, through: self, layer: layer)) }
    if let routing = pass.routing { return try forwardInTraining(x, pass, routing, layer: layer) }
    let routed = try routed(x, tokens: pass.tokens, pass, layer: layer)
    guard let shared else { return routed }
    let common = try pass.feed(x, through: shared, layer: layer)
    let (commonBackward, routedBackward) = (common.backwardPass, routed.backwardPass)
    return Traced(try common.value + routed.value, tracing: pass.tracing) { gradient, toInput in
      let byShared = try commonBackward.backward(gradient, toInput: toInput)
      let byRouted = try routedBackward.backward(gradient, toInput: toInput)
      guard let byShared, let byRouted else { return byShared }
      return try byShared + byRouted
    }
  }

  /// `tokens`: how many rows of `x` are real; the alignment padding behind them visits no expert.
  private func routed(_ x: Tensor, tokens: Int, _ pass: ForwardPass, layer: Int) throws -> Traced {
    let (count, hidden, tracing) = (x.shape[0], x.shape[1], pass.tracing)
    let real = try count > tokens ? x.narrowed(0, from: 0, count: tokens) : x
    let type = x.dtype ?? .float32
    let choice = try RouterChoice(logits: real.converted(to: .float32).linear(router), shape)
    let weights = try choice.weights.converted(to: type).unsqueezed(2)  // [tokens, active, 1]
    // Routed experts and router are frozen: gradients go only to the input, and to the pairs that plug into them.
    let trains = pass.experts?.trainsRouted(layer: layer) == true
    let visited =
      try stacked.flatMap { stacked in
        try !trains && stacked.suits(x) ? together(real, stacked, choice, tracing: tracing) : nil
      } ?? oneByOne(real, choice, pass, trains: trains, layer: layer)
    let (visitedBackward, slots, positions) = (visited.output.backwardPass, visited.slots, visited.positions)
    let made = try visited.output.value.gathered(0, rows: positions).reshaped([tokens, shape.active, hidden])
    let sum = try (made * weights).sum(1)  // [tokens, hidden]
    let padded = try Self.padded(sum, to: count)
    return Traced(padded, tracing: tracing) { gradient, toInput in
      guard toInput || trains else { return nil }
      let inner = try count > tokens ? gradient.narrowed(0, from: 0, count: tokens) : gradient
      let each = try inner.unsqueezed(1)  // [tokens, 1, hidden]
      let bySlots = try (each * weights).reshaped([tokens * shape.active, hidden])
      let sorted = try bySlots.gathered(0, rows: slots)  // [positions, hidden]
      guard let byVisits = try visitedBackward.backward(sorted, toInput: toInput), toInput else { return nil }
      let byExperts = try byVisits.gathered(0, rows: positions).reshaped([tokens, shape.active, hidden]).sum(1)
      let byRouter = try choice.backward((made * each).sum(2).converted(to: .float32), router).converted(to: type)
      return try Self.padded(byExperts + byRouter, to: count)
    }
  }

  /// What the routed experts give at each position, not yet weighted, with where slots and positions are.
  private struct Visited {
    let output: Traced  // [positions, hidden]
    let slots: Tensor  // of each position: int64 [positions]
    let positions: Tensor  // of each slot: int64 [slots]
  }

  /// All experts at once. `x`: [tokens, hidden].
  private func together(_ x: Tensor, _ stacked: StackedExperts, _ choice: RouterChoice, tracing: Bool) throws -> Visited
  {
    let visits = try StackedExperts.Visits(choice.experts, of: shape)
    let sorted = try x.gathered(0, rows: visits.tokens)  // [positions, hidden]
    return Visited(
      output: try stacked.forward(sorted, ends: visits.ends, tracing: tracing), slots: visits.slots,
      positions: visits.positions)
  }

  /// Expert after expert. `x`: [tokens, hidden]; `trains`: whether something in them does.
  private func oneByOne(_ x: Tensor, _ choice: RouterChoice, _ pass: ForwardPass, trains: Bool, layer: Int) throws
    -> Visited
  {
    let groups = try ExpertGroups(choice.experts.integers(), of: shape, on: x.device)
    let sorted = try x.gathered(0, rows: groups.tokens)  // [positions, hidden]
    var outputs: [Tensor] = []
    var passes: [BackwardPass] = []
    for run in groups.runs {
      let visit = RoutedVisit(layer: layer, expert: run.expert, tokens: groups.order[run.range])
      let visitors = try sorted.narrowed(0, from: run.start, count: run.count)
      let part =
        try pass.experts?.routed(visitors, through: experts[run.expert], visit: visit, tracing: pass.tracing)
        ?? experts[run.expert].forward(visitors, tracing: pass.tracing)
      outputs.append(part.value)
      passes.append(part.backwardPass)
    }
    let output = Traced(try Tensor.concatenated(outputs), tracing: pass.tracing) { gradient, toInput in
      let parts = try zip(groups.runs, passes).compactMap { run, pass in
        let part = try gradient.narrowed(0, from: run.start, count: run.count)
        if trains { try run.clearPadding(of: part) }
        return try pass.backward(part, toInput: toInput)
      }
      return toInput ? try Tensor.concatenated(parts) : nil
    }
    return Visited(output: output, slots: groups.slots, positions: groups.positions)
  }

  /// Rows of zeros behind. [tokens, hidden] → [count, hidden]
  static func padded(_ x: Tensor, to count: Int) throws -> Tensor {
    let missing = count - x.shape[0]
    guard missing > 0 else { return x }
    return try Tensor.concatenated([x, Tensor.zeros([missing, x.shape[1]], x.dtype ?? .float32, on: x.device)])
  }
}
