// A router in closed form: ridge regression from random features of the frozen base to tasks, after Any-SSR (Tong et al., arXiv 2503.13575).
//
//     h = ReLU(Φ x)                      x: mean over a request's tokens after some layers of the base; Φ: [E, hidden], random, fixed
//     G = Σ h hᵀ,   c_t = Σ_{rows of t} h                                        added up task by task
//     W = (G + λ I)⁻¹ [c_0 … c_T],   λ = `router-ridge` · tr(G) / E
//     y = Wᵀ h,   task = argmax_t y_t
//
// The paper keeps (G + λ I)⁻¹ and updates it by recursive least squares. The same W follows from G itself: that of a fit on all rows at
// once, up to the rounding of G to float32 between tasks. The order of tasks changes no more than that either. The released code has λ =
// 100 with E = 10,000 and no ReLU; here λ is relative, so that the base's scale does not matter.
//
// Always some task, as in the paper: no request is unknown. Targets are 0 and 1, so y_t estimates the probability of t and can leave 0…1;
// confidence = the largest y, cut to 0…1. It is low for a request unlike all rows. distance = 1 − confidence: not in units of what is
// usual, since nothing is decided by it.
//
// Kept: E (E + 1) / 2 + T · E numbers in float32 (8 MB at E = 2,000, 200 MB at 10,000). Φ is drawn again from the run's seed.

import Decoder
import ModelConfiguration
public import Torch

/// Chooses a learned task by ridge regression on random features.
public struct AnalyticRouter: TaskRouter {
  static let depth = Hyperparameter(
    "router-layers", whole: 4, in: 0...1024,
    "layers of the base whose output the router sees, at most all of them; the paper's are 4")
  static let expansion = Hyperparameter(
    "expansion", whole: 2000, in: 2...20_000, "E: random features; the paper has 10,000, which takes 200 MB")
  static let ridge = Hyperparameter(
    "router-ridge", 0.01, in: 1e-4...1e4,
    "λ of the ridge regression, in units of the mean of G's diagonal; below 1e-4 float32 rounding would count")
  static let hyperparameters = [depth, GaussianRouter.instruction, expansion, ridge]

  /// Rows whose features are there at the same time.
  private static let block = 512

  public let view: RequestView
  private let ridge: Double
  /// Φ. float64 [E, hidden]
  private let directions: Tensor
  /// The upper triangle of G. float32 [E (E + 1) / 2]
  private(set) var gram: Tensor
  /// c of each task, in order of arrival; `nil` before the first. float32 [tasks, E]
  private(set) var sums: Tensor?
  /// W, once it is asked for. [E, tasks]
  private let solution = Solution()

  private final class Solution {
    var weights: Tensor?
  }

  init(_ context: MethodContext) throws {
    let width = context.base.hiddenSize
    let directions = try Tensor(uninitialized: [context.whole(Self.expansion), width])
    try Generator(seed: context.initialSeed("router.expansion")).fillNormal(
      directions, deviation: 1 / Double(width).squareRoot())
    try self.init(
      directions: directions, ridge: context.value(Self.ridge),
      view: RequestView(
        layers: min(context.whole(Self.depth), context.base.layers),
        seesInstruction: context.flag(GaussianRouter.instruction)))
  }

  /// `directions`: [E, hidden]
  init(directions: Tensor, ridge: Double, view: RequestView) throws {
    self.directions = try directions.converted(to: .float64)
    self.ridge = ridge
    self.view = view
    gram = try Tensor.zeros([Triangle.count(directions.shape[0])])
  }

  private var width: Int { directions.shape[0] }

  /// How many tasks it knows.
  var tasks: Int { sums?.shape[0] ?? 0 }

  /// h of each row. `features`: [rows, hidden] → float64 [rows, E].
  private func expanded(_ features: Tensor) throws -> Tensor {
    try features.moved(to: .cpu).converted(to: .float64).linear(directions).relu()
  }

  /// Adds the next task. `features`: [rows, hidden]
  mutating func learn(_ features: Tensor) throws {
    var square = try Tensor.zeros([width, width], .float64)
    let sum = try Tensor.zeros([1, width], .float64)
    for start in stride(from: 0, to: features.shape[0], by: Self.block) {
      let count = min(Self.block, features.shape[0] - start)
      let h = try expanded(features.narrowed(0, from: start, count: count))
      square = try square.addingProduct(h.transposed(0, 1), h, times: 1)
      try sum.addInPlace(h.sum(0, keeping: true))
    }
    gram = try (gram.converted(to: .float64) + Triangle.packed(square)).converted(to: .float32)
    let own = try sum.converted(to: .float32)
    sums = try sums.map { try Tensor.concatenated([$0, own]) } ?? own
    solution.weights = nil
  }

  /// W. float64 [E, tasks]
  private func weights(_ sums: Tensor) throws -> Tensor {
    if let known = solution.weights { return known }
    let square = try Triangle.square(gram.converted(to: .float64), width: width)
    let penalty = try max(ridge * Triangle.trace(square) / Double(width), 1e-12)
    let raised = try Triangle.raised(square, by: penalty)
    let made = try raised.solved(for: sums.converted(to: .float64).transposed(0, 1))
    solution.weights = made
    return made
  }

  public func decisions(_ features: Tensor) throws -> [RouteDecision] {
    guard let sums else {
      return Array(repeating: RouteDecision(task: nil, confidence: 0, distance: 1), count: features.shape[0])
    }
    let told = try expanded(features).matmul(weights(sums)).converted(to: .float32)  // [rows, tasks]
    let flat = try told.floats()
    return (0..<features.shape[0]).map { row in
      let own = flat[row * tasks..<(row + 1) * tasks].map(Double.init)
      // The first of equal ones wins.
      let best = own.indices.reduce(0) { own[$1] > own[$0] ? $1 : $0 }
      let confidence = min(max(own[best], 0), 1)
      return RouteDecision(task: best, confidence: confidence, distance: 1 - confidence)
    }
  }

  // MARK: State

  private static let names = (gram: "router.gram", sums: "router.sums")

  var tensors: [String: Tensor] {
    guard let sums else { return [:] }
    return [Self.names.gram: gram, Self.names.sums: sums]
  }

  /// - Parameter arrived: How many tasks had arrived; all but the last are learned, the last one may be.
  mutating func restore(arrived: Int, _ tensors: [String: Tensor], of method: String) throws {
    solution.weights = nil
    let isThere = tensors[Self.names.gram] != nil || tensors[Self.names.sums] != nil
    guard arrived > 1 || (arrived == 1 && isThere) else {
      (gram, sums) = (try Tensor.zeros([Triangle.count(width)]), nil)
      return
    }
    gram = try stored(Self.names.gram, [Triangle.count(width)], in: tensors, of: method)
    // A task that is being learned has no row yet.
    let rows = tensors[Self.names.sums]?.shape.first ?? 0
    let learned = max(arrived - 1, 1)...arrived
    sums = try stored(
      Self.names.sums, [learned.contains(rows) ? rows : arrived, width], in: tensors, of: method)
  }
}
