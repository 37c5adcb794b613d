import Torch

extension Mixture {
  /// The routed part while it is trained: limits, recycled tokens, and gradients of experts and router.
  ///
  /// `x` (normed): [tokens, hidden], of which the first `tokens` are real → the same, zeros at the filler.
  func routedInTraining(_ x: Tensor, tokens: Int, _ routing: RoutingPass, layer: Int) throws -> Traced {
    let (count, hidden, active) = (x.shape[0], x.shape[1], shape.active)
    let real = try count > tokens ? x.narrowed(0, from: 0, count: tokens) : x
    let gate = try TrainedRouter(real, router, shape, routing, layer: layer)
    let groups = try ExpertGroups(gate.assignment.experts, of: shape, on: x.device)
    let sorted = try real.gathered(0, rows: groups.tokens)  // [places, hidden]
    var outputs: [Tensor] = []
    var ways: [WayBack] = []
    for run in groups.runs {
      let part = try experts[run.expert].forward(sorted.narrowed(0, from: run.start, count: run.count), tracing: true)
      outputs.append(part.value)
      ways.append(part.way)
    }
    let made = try Tensor.concatenated(outputs).gathered(0, rows: groups.places)
      .reshaped([tokens, active, hidden])
    let sum = try active == 1 ? made.squeezed(1) * gate.weights : (made * gate.weights.unsqueezed(2)).sum(1)
    return Traced(try Self.filled(sum, to: count), tracing: true) { gradient, _ in
      let inner = try count > tokens ? gradient.narrowed(0, from: 0, count: tokens) : gradient
      let each = try inner.unsqueezed(1)  // [tokens, 1, hidden]
      let slots = try (each * gate.weights.unsqueezed(2)).reshaped([tokens * active, hidden])
      let sortedGradient = try slots.gathered(0, rows: groups.slots)  // [places, hidden]
      let parts = try zip(groups.runs, ways).map { run, way in
        let part = try sortedGradient.narrowed(0, from: run.start, count: run.count)
        try run.clearFiller(of: part)
        return try way.pulledBack(part)
      }
      let byExperts = try (Tensor.concatenated(parts).gathered(0, rows: groups.places) * gate.visited)
        .reshaped([tokens, active, hidden]).sum(1)
      let byWeights = try (made * each).sum(2)  // [tokens, active]
      return try Self.filled(byExperts + gate.pulledBack(byWeights, input: real), to: count)
    }
  }
}

/// A router that trains: what it chose, what became of it, and the way back through weights and losses.
private struct TrainedRouter {
  let assignment: RoutingAssignment
  /// w, 0 for a slot that visits nobody. [tokens, active]
  let weights: Tensor
  /// 1 where a slot visits an expert. [slots, 1]
  let visited: Tensor
  private let router: Tensor
  private let shape: MixtureShape
  private let probabilities: Tensor  // [tokens, experts]
  /// Experts visited, 0 where none is. int64 [tokens, active]
  private let places: Tensor
  private let mask: Tensor  // [tokens, active]
  /// Σ p over a token's visits, where weights are divided by it. [tokens, 1]
  private let sums: Tensor?
  /// What every token's p has as gradient from the balance loss. [experts]
  private let byBalance: Tensor
  /// ln Σ exp z, where there is a z-loss. [tokens, 1]
  private let logSums: Tensor?
  private let zShare: Double

  init(_ x: Tensor, _ router: Tensor, _ shape: MixtureShape, _ routing: RoutingPass, layer: Int) throws {
    let tokens = x.shape[0]
    let logits = try x.linear(router)  // [tokens, experts]
    let probabilities = try logits.softmax(-1)
    let choices = try probabilities.largest(shape.active).places
    let rule = routing.rule
    let assignment = RoutingAssignment(
      choices: try choices.integers(), shape: shape, capacity: rule.capacity(tokens: tokens, shape: shape),
      overflow: rule.overflow, stream: { routing.stream(layer: layer) })
    let visits = assignment.experts
    let mask = try Tensor(visits.map { $0 < 0 ? Float(0) : 1 }, shape: [tokens, shape.active], on: x.device)
    let places = try Tensor(visits.map { max($0, 0) }, shape: [tokens, shape.active], on: x.device)
    let picked = try probabilities.picked(1, places) * mask  // [tokens, active]
    if shape.renormalizes {
      let sums = try (picked.sum(1, keeping: true)).clamped(from: 1e-9)  // [tokens, 1]
      (weights, self.sums) = (try picked / sums, sums)
    } else {
      (weights, sums) = (picked, nil)
    }
    visited = try mask.reshaped([tokens * shape.active, 1])

    // E Σ f_e P_e: f counts the choices, and only P has a gradient.
    let shares = assignment.chosen.map { Double($0) / Double(max(tokens, 1)) }
    let means = try probabilities.mean(0).floats().map(Double.init)
    let experts = Double(shape.experts)
    let factor = rule.balance * routing.share * experts / Double(max(tokens, 1))
    byBalance = try Tensor(shares.map { Float(factor * $0) }, on: x.device)
    logSums = rule.zLoss > 0 ? try logits.logSumExp(1).unsqueezed(1) : nil
    zShare = 2 * rule.zLoss * routing.share / Double(max(tokens, 1))
    let slots = Double(max(tokens * shape.active, 1))
    routing.loads.append(
      RouterLoad(
        chosen: shares, overflow: Double(assignment.overflow) / slots, dropped: Double(assignment.dropped) / slots,
        balance: experts * zip(shares, means).reduce(0) { $0 + $1.0 * $1.1 },
        zLoss: try logSums.map { try ($0 * $0).mean().item() } ?? 0,
        weight: try weights.narrowed(1, from: 0, count: 1).mean().item()))
    (self.assignment, self.router, self.shape) = (assignment, router, shape)
    (self.probabilities, self.places, self.mask) = (probabilities, places, mask)
  }

  /// From the gradient by the weights, and of the losses, to that by the router's input; the router collects its own.
  ///
  /// ∂w_j/∂p_i = m_i (δ_ij − w_j) / Σ where weights are divided, m_i δ_ij otherwise; ∂p_i/∂z_j = p_i (δ_ij − p_j).
  /// `gradient`: [tokens, active]; `input`: [tokens, hidden] → the same.
  func pulledBack(_ gradient: Tensor, input: Tensor) throws -> Tensor {
    var byPicked = gradient
    if let sums {
      let mean = try (gradient * weights).sum(1, keeping: true)  // [tokens, 1]
      byPicked = try (gradient - mean) / sums
    }
    // A token visits an expert once at most; slots that visit nobody add nothing to expert 0.
    let byProbability =
      try Tensor.zeros(probabilities.shape, on: input.device)
      .addingAt(1, places, byPicked * mask) + byBalance  // [tokens, experts]
    let along = try (probabilities * byProbability).sum(1, keeping: true)  // [tokens, 1]
    var byLogits = try probabilities * (byProbability - along)
    if let logSums { byLogits = try byLogits + probabilities * logSums * zShare }
    try router.accumulateProduct(byLogits, input)
    return try byLogits.matmul(router)
  }
}
