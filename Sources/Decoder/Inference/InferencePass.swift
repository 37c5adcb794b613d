import ModelConfiguration
import Torch

/// How a pass without gradients computes. Each product with a matrix of the base is computed once for all tokens, whatever their experts,
/// and every token gets the bits that it would get alone.
struct InferencePass {
  /// Which kernel multiplies which tokens.
  let slices: ProductSlices
  let experts: ExpertSegments
  let counter: ProductCounter?
  /// The same experts as a device multiplies them; `nil`: on the CPU, without experts, and where there are more than slots.
  var slotted: SlottedExperts?
  /// Whether activations within a layer are held in bfloat16, as in training: of sequences that are read whole, whose tokens all go in
  /// slices.
  var holdsHalves = false

  /// The same for some of the tokens, in their order.
  ///
  /// - Parameter sliced: So many of them go in slices; `nil`: those that do already.
  func narrowed(to tokens: [Int], sliced: Int? = nil) -> InferencePass {
    InferencePass(
      slices: ProductSlices(sliced: sliced ?? tokens.prefix { $0 < slices.sliced }.count, half: slices.half),
      experts: experts.narrowed(to: tokens), counter: counter, slotted: slotted?.narrowed(to: tokens),
      holdsHalves: holdsHalves)
  }

  /// x Wᵀ. `x`: [tokens, in] → [tokens, out].
  func product(_ x: Tensor, _ weight: WeightMatrix) throws -> Tensor {
    counter?.count += 1
    return try weight.product(x, slices)
  }

  /// A projection of attention under the experts. `x`: [tokens, in] → [tokens, out].
  func project(_ x: Tensor, _ weight: WeightMatrix, _ projection: Projection, layer: Int) throws -> Tensor {
    let y = try product(x, weight)
    if let slotted {
      try slotted.add(to: y, of: x, at: ExpertPlace(part: .attention, projection: projection, layer: layer))
    } else if !experts.isBase {
      try experts.factors(at: projection, layer: layer).add(to: y, of: x)
    }
    return y
  }

  /// A feed-forward block under the experts. `x` (normed): [tokens, hidden] → the same.
  func feed(_ x: Tensor, through block: FeedForward, at place: BlockPlace) throws -> Tensor {
    let (gate, up) = (try product(x, block.gate), try product(x, block.up))  // [tokens, intermediate]
    let segments = experts.isBase ? nil : try experts.segments(of: place)
    guard let segments, !segments.isBase else {
      return try product(GatedLinearUnit.forward(block.activation, gate: gate, up: up), block.down)
    }
    if let slotted, segments.isPlain {
      try slotted.add(to: gate, of: x, at: place.place(.gate))
      try slotted.add(to: up, of: x, at: place.place(.up))
      let middle = try GatedLinearUnit.forward(block.activation, gate: gate, up: up)  // [tokens, intermediate]
      let y = try product(middle, block.down)
      try slotted.add(to: y, of: middle, at: place.place(.down))
      return y
    }
    let (mixed, reduced) = try segments.activated(x, gate: gate, up: up, by: block.activation)
    let y = try product(mixed, block.down)
    try segments.finish(y, reduced: reduced)
    return y
  }

  /// A MoE block: its shared expert and the routed ones that each token visits. `x` (normed): [tokens, hidden] → the same.
  func feed(_ x: Tensor, through moe: MoEBlock, layer: Int) throws -> Tensor {
    let shape = moe.shape
    let choice = try RouterChoice(logits: product(x.converted(to: .float32), WeightMatrix(moe.router)), shape)
    let common = try moe.shared.map { try feed(x, through: $0, at: BlockPlace(layer: layer)) }
    if let stacked = moe.stacked, stacked.suits(x), !experts.changesRouted {
      let visits = try StackedExperts.Visits(choice.experts, of: shape)
      counter?.count += 3
      let made = try stacked.forward(x.gathered(0, rows: visits.tokens), ends: visits.ends, tracing: false).value
      return try combined(made, at: visits.positions, choice, shape, adding: common, tokens: x.shape[0])
    }
    let groups = try ExpertGroups(choice.experts.integers(), of: shape, on: x.device, isAligned: false)
    let sorted = try x.gathered(0, rows: groups.tokens)  // [positions, hidden]
    let made = try groups.runs.map { run in
      let inside = narrowed(to: Array(groups.order[run.range]))
      return try inside.feed(
        sorted.narrowed(0, from: run.start, count: run.count), through: moe.experts[run.expert],
        at: BlockPlace(layer: layer, expert: run.expert))
    }
    return try combined(
      Tensor.concatenated(made), at: groups.positions, choice, shape, adding: common, tokens: x.shape[0])
  }

  /// What routed experts made, weighted and summed in float32. `made`: [positions, hidden] → [tokens, hidden].
  private func combined(
    _ made: Tensor, at positions: Tensor, _ choice: RouterChoice, _ shape: MoEShape, adding common: Tensor?, tokens: Int
  ) throws -> Tensor {
    guard made.isHalf, !Kernels.isDevice(made.device) else {
      return try Combination(rows: made, positions: positions, active: shape.active)
        .sum(weights: choice.weights, adding: common, count: tokens)
    }
    return try Combination(rows: made.converted(to: .float32), positions: positions, active: shape.active)
      .sum(weights: choice.weights, adding: common?.converted(to: .float32), count: tokens)
  }
}

/// Counts the products with matrices of the base.
public final class ProductCounter {
  public internal(set) var count = 0

  public init() {}
}
