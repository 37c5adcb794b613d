import ModelConfiguration
import Torch

/// Which experts each token visits, and with what weights.
struct RouterChoice {
  /// p, over all experts. [tokens, experts]
  private let probabilities: Tensor
  /// int64 [tokens, active]
  let experts: Tensor
  /// p of the visited ones. [tokens, active]
  private let chosen: Tensor
  /// w. [tokens, active]
  let weights: Tensor
  private let renormalizes: Bool

  /// `logits`: W_g x. [tokens, experts]
  init(logits: Tensor, _ shape: MoEShape) throws {
    probabilities = try logits.softmax(-1)
    (chosen, experts) = try probabilities.largest(shape.active)
    renormalizes = shape.renormalizes
    weights = try renormalizes ? chosen / chosen.sum(1, keeping: true) : chosen
  }

  /// The gradient by `x`, from that by the weights.
  ///
  /// With S = Σ p over the visited: ∂w_j/∂p_i = (δ_ij − w_j) / S where weights are renormalised, δ_ij otherwise; and of the softmax
  /// ∂p_i/∂z_j = p_i (δ_ij − p_j). `gradient`: [tokens, active] → [tokens, hidden].
  func backward(_ gradient: Tensor, _ router: Tensor) throws -> Tensor {
    var byChosen = gradient
    if renormalizes {
      let mean = try (gradient * weights).sum(1, keeping: true)  // [tokens, 1]
      byChosen = try (gradient - mean) / chosen.sum(1, keeping: true)
    }
    let total = try (chosen * byChosen).sum(1, keeping: true)  // [tokens, 1]
    let byLogits = try (probabilities * total * -1).replacing(1, at: experts, with: chosen * (byChosen - total))
    return try byLogits.matmul(router)
  }
}

/// The visits of a batch, sorted by expert. A slot is one visit of a token: token · active + its number.
struct ExpertGroups {
  /// The neighbouring positions of one expert.
  struct Run {
    let expert: Int
    let start: Int
    /// With the alignment padding.
    let count: Int
    /// The last of these positions, which are unused.
    let alignmentPadding: Int

    var range: Range<Int> { start..<start + count }

    /// The alignment padding's outputs are unused; its copies of slot 0 must not train anything. `gradient`: [count, hidden]
    func clearPadding(of gradient: Tensor) throws {
      guard alignmentPadding > 0 else { return }
      try gradient.narrowed(0, from: count - alignmentPadding, count: alignmentPadding).fillInPlace(0)
    }
  }

  /// Of the experts that are visited.
  let runs: [Run]
  /// The slot at each position. int64 [positions]
  let slots: Tensor
  /// The token at each position. int64 [positions]
  let tokens: Tensor
  /// The same.
  let order: [Int]
  /// The position of each slot. int64 [slots]
  let positions: Tensor

  /// oneDNN compiles a product for its number of rows: with more than a few they are rounded up, by positions that repeat slot 0 and
  /// that are unused.
  private static let block = 32

  /// `visited`: the expert of each slot, or −1 for none; that slot's position is then 0 and unused. `isAligned`: whether the
  /// numbers of an expert's slots are rounded up.
  init(_ visited: [Int], of shape: MoEShape, on device: Device, isAligned: Bool = true) throws {
    var slotsOf = [[Int]](repeating: [], count: shape.experts)
    for (slot, expert) in visited.enumerated() where slotsOf.indices.contains(expert) { slotsOf[expert].append(slot) }
    var runs: [Run] = []
    var order: [Int] = []
    var positions = [Int](repeating: 0, count: visited.count)
    for (expert, slots) in slotsOf.enumerated() where !slots.isEmpty {
      for (offset, slot) in slots.enumerated() { positions[slot] = order.count + offset }
      let alignmentPadding =
        isAligned && slots.count > Self.block ? (Self.block - slots.count % Self.block) % Self.block : 0
      runs.append(
        Run(
          expert: expert, start: order.count, count: slots.count + alignmentPadding, alignmentPadding: alignmentPadding)
      )
      order += slots + repeatElement(0, count: alignmentPadding)
    }
    self.runs = runs
    slots = try Tensor(order, on: device)
    self.order = order.map { $0 / shape.active }
    tokens = try Tensor(self.order, on: device)
    self.positions = try Tensor(positions, on: device)
  }
}
