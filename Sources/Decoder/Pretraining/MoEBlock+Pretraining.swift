import ModelConfiguration
import Torch

extension MoEBlock {
  /// The block while it is trained: limits, recycled tokens, and gradients of experts and router.
  ///
  /// `x` (normed): [tokens, hidden], of which the first ones are real → the same; no expert is routed to the alignment padding behind them.
  func forwardInTraining(_ x: Tensor, _ pass: ForwardPass, _ routing: RoutingPass, layer: Int) throws -> Traced {
    let (count, tokens, active) = (x.shape[0], pass.tokens, shape.active)
    let common = try shared.map { try pass.feed(x, through: $0, layer: layer) }
    let real = try count > tokens ? x.narrowed(0, from: 0, count: tokens) : x
    let gate = try TrainedRouter(real, router, shape, routing, layer: layer)
    let groups = try ExpertGroups(gate.assignment.experts, of: shape, on: x.device)
    let sorted = try real.gathered(0, rows: groups.tokens)  // [positions, hidden]
    var outputs: [Tensor] = []
    var passes: [BackwardPass] = []
    for run in groups.runs {
      let part = try experts[run.expert].forward(sorted.narrowed(0, from: run.start, count: run.count), tracing: true)
      outputs.append(part.value)
      passes.append(part.backwardPass)
    }
    let made = try Combination(rows: Tensor.concatenated(outputs), positions: groups.positions, active: active)
    let commonBackward = common?.backwardPass
    let sum = try made.sum(weights: gate.weights, adding: common?.value, count: count)
    return Traced(sum, tracing: true) { gradient, _ in
      let arriving = try made.backward(gradient, weights: gate.weights, visited: gate.visited)
      let parts = try zip(groups.runs, passes).map { run, pass in
        try pass.backward(arriving.rows.narrowed(0, from: run.start, count: run.count))
      }
      let back = try Combination(rows: Tensor.concatenated(parts), positions: groups.positions, active: active)
      let sum = try back.sum(weights: gate.visited, adding: commonBackward?.backward(gradient), count: count)
      try gate.pullBack(
        arriving.weights, input: real, into: count > tokens ? sum.narrowed(0, from: 0, count: tokens) : sum)
      return sum  // [tokens, hidden]
    }
  }
}

/// A router that trains: what it chose, what became of it, and the backward pass through weights and losses.
private struct TrainedRouter {
  let assignment: RoutingAssignment
  /// w, 0 for a slot that visits no expert. [tokens, active]
  let weights: Tensor
  /// 1 where a slot visits an expert. [tokens, active]
  let visited: Tensor
  private let router: Tensor
  private let shape: MoEShape
  private let probabilities: Tensor  // [tokens, experts]
  /// Experts visited, 0 where none is. int64 [tokens, active]
  private let indices: Tensor
  /// Σ p over a token's visits, where weights are divided by it. [tokens, 1]
  private let sums: Tensor?
  /// What every token's p has as gradient from the balance loss. [experts]
  private let byBalance: Tensor
  /// ln Σ exp z, where there is a z-loss. [tokens, 1]
  private let logSums: Tensor?
  private let zShare: Double

  init(_ x: Tensor, _ router: Tensor, _ shape: MoEShape, _ routing: RoutingPass, layer: Int) throws {
    let tokens = x.shape[0]
    let logits = try x.linear(router)  // [tokens, experts]
    let probabilities = try logits.softmax(-1)
    let choices = try probabilities.largest(shape.active).indices
    let rule = routing.rule
    let capacity = rule.capacity(tokens: tokens, shape: shape)
    let assignment = RoutingAssignment(
      choices: try choices.integers(), shape: shape, capacity: capacity,
      overflow: rule.overflow, stream: { routing.stream(layer: layer) })
    let visits = assignment.experts
    visited = try Tensor(visits.map { $0 < 0 ? Float(0) : 1 }, shape: [tokens, shape.active], on: x.device)
    let indices = try Tensor(visits.map { max($0, 0) }, shape: [tokens, shape.active], on: x.device)
    let picked = try probabilities.picked(1, indices) * visited  // [tokens, active]
    if shape.renormalizes {
      let sums = try (picked.sum(1, keeping: true)).clamped(from: 1e-9)  // [tokens, 1]
      (weights, self.sums) = (try picked / sums, sums)
    } else {
      (weights, sums) = (picked, nil)
    }

    // E Σ f_e P_e: f counts the choices, and only P has a gradient.
    func ofTokens(_ counts: [Int]) -> [Double] { counts.map { Double($0) / Double(max(tokens, 1)) } }
    let shares = ofTokens(assignment.chosen)
    let means = try probabilities.mean(0).floats().map(Double.init)
    let experts = Double(shape.experts)
    let factor = rule.balance * routing.share * experts / Double(max(tokens, 1))
    byBalance = try Tensor(shares.map { Float(factor * $0) }, on: x.device)
    logSums = rule.zLoss > 0 ? try logits.logSumExp(1).unsqueezed(1) : nil
    zShare = 2 * rule.zLoss * routing.share / Double(max(tokens, 1))
    let slots = Double(max(tokens * shape.active, 1))
    routing.loads.append(
      RouterLoad(
        chosen: shares, admitted: ofTokens(assignment.admitted), visited: ofTokens(assignment.visits),
        fullest: assignment.visits.max(), capacity: capacity, overflow: Double(assignment.overflow) / slots,
        dropped: Double(assignment.dropped) / slots,
        balance: experts * zip(shares, means).reduce(0) { $0 + $1.0 * $1.1 },
        zLoss: try logSums.map { try ($0 * $0).mean().item() } ?? 0,
        weight: try weights.narrowed(1, from: 0, count: 1).mean().item()))
    (self.assignment, self.router, self.shape) = (assignment, router, shape)
    (self.probabilities, self.indices) = (probabilities, indices)
  }

  /// From the gradient by the weights, and of the losses, to that by the router's input, which is added; the router collects its own.
  ///
  /// ∂w_j/∂p_i = m_i (δ_ij − w_j) / Σ where weights are divided, m_i δ_ij otherwise; ∂p_i/∂z_j = p_i (δ_ij − p_j).
  /// `gradient`: [tokens, active]; `input`, `sum`: [tokens, hidden].
  func pullBack(_ gradient: Tensor, input: Tensor, into sum: Tensor) throws {
    var byPicked = gradient
    if let sums {
      let mean = try (gradient * weights).sum(1, keeping: true)  // [tokens, 1]
      byPicked = try (gradient - mean) / sums
    }
    // A token visits an expert once at most; slots that visit no expert add nothing to expert 0.
    let byProbability =
      try Tensor.zeros(probabilities.shape, on: input.device)
      .addingAt(1, indices, byPicked * visited) + byBalance  // [tokens, experts]
    let along = try (probabilities * byProbability).sum(1, keeping: true)  // [tokens, 1]
    var byLogits = try probabilities * (byProbability - along)
    if let logSums { byLogits = try byLogits + probabilities * logSums * zShare }
    try router.accumulateProduct(byLogits, input)
    try sum.addProductInPlace(byLogits, router)
  }
}
