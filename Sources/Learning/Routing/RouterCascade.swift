// Routers one behind the other: what was learned first decides first, and a later task can only claim.
//
//     stage k = 1 … T     the closed-form router of the first k tasks (GaussianRouter), with a covariance of its own
//     d_k(j, x)           distance of request x from task j at stage k, in units of what is usual at that stage for a text of so many
//                         tokens (LengthLaw of task k)
//     m_k(x)            = min_{j < k} d_k(j, x) − d_k(k, x)                        how much nearer task k is than all before it
//     task k claims x     if m_k(x) > h_k and d_k(k, x) ≤ unknown-distance         (the first one: if the latter)
//     route(x)          = the last task that claims x; none: unknown
//     p_k(x)            = 1 / (1 + exp(−usual_k (m_k(x) − h_k) / 2)), p_1 = 1
//     p(k | x)          = p_k(x) ∏_{j > k} (1 − p_j(x))                            with two tasks: that of GaussianRouter
//
// Why not one router of all tasks: its covariance would be common to them. Each new task would move the borders between all others, and
// requests of old tasks would change sides although nothing about them was learned. Here a request changes its route only where the new
// task claims it, and the handicap h_k is chosen so that no stored request of an earlier task is claimed.

import Torch

/// Tells which of some tasks a request belongs to, in a way in which a later task leaves the routes among the earlier ones as they are.
public struct RouterCascade: Sendable {
  /// What was found of one request.
  public struct Decision: Sendable, Equatable {
    /// The position of the task that claims it; `nil`: none does.
    public let task: Int?
    /// The position of the task that it falls to: ``task``, or where none claims it, the last that leads. It need not have the smallest
    /// of ``distances``: these are of different stages, and a later task has a handicap.
    public let nearest: Int
    /// p of ``nearest``.
    public let confidence: Double
    /// From ``nearest``, at its stage: about 1 for a request of a known task.
    public let distance: Double
    /// From every task, at its own stage: by what was known when it was learned.
    public let distances: [Double]
    /// How much nearer each task is than all before it, less its handicap: above 0 it claims, if it is near enough. The first one has
    /// none before it: ∞.
    public let leads: [Double]
  }

  /// The router of the first tasks, ready to measure.
  fileprivate struct Stage: Sendable {
    /// Σ_γ⁻¹, row by row. [width · width]
    let inverse: [Double]
    /// Σ_γ⁻¹ (μ_j − origin) of each task, one after the other. [tasks · width]
    let weights: [Double]
    /// (μ_j − origin)ᵀ Σ_γ⁻¹ (μ_j − origin) of each task. [tasks]
    let constants: [Double]
    /// The squared distance that is usual for requests of known tasks.
    let usual: Double
    /// How it depends on the length of a request.
    let law: LengthLaw
  }

  private let stages: [Stage]
  /// Near all requests, so that little is lost where squares are subtracted: the mean of the first task. [width]
  private let origin: [Double]
  /// h_k of each task.
  private var handicaps: [Double]
  private let unknownDistance: Double

  /// - Parameter sums: Of each task, in the order in which they were learned; at least one, all of one width.
  /// - Parameter handicaps: So much nearer than all earlier tasks must a request be that a task claims.
  /// - Parameter view: What the sums were taken of.
  /// - Parameter unknownDistance: What is further away than this is claimed by nobody.
  /// - Throws: ``LearningError/stateDiffers(what:missing:unused:)`` for none, or for other widths; `TorchError`.
  public init(
    _ sums: [TaskSums], handicaps: [Double], view: RequestView,
    unknownDistance: Double = GaussianRouter.usualUnknownDistance
  ) throws {
    guard let first = sums.first, handicaps.count == sums.count else {
      throw LearningError.stateDiffers(
        what: "the router", missing: ["handicaps of \(sums.count) tasks"], unused: ["\(handicaps.count) handicaps"])
    }
    if let other = sums.first(where: { $0.width != first.width }) {
      throw LearningError.stateDiffers(
        what: "the router", missing: ["sums of width \(first.width)"], unused: ["width \(other.width)"])
    }
    let origin = try first.mean.narrowed(0, from: 0, count: first.width).converted(to: .float64)
    // An inverse has other last digits by another number of threads, and all distances with it.
    stages = try TorchRuntime.onOneThread {
      try sums.indices.map { last in
        let known = Array(sums[...last])
        let metric = try GaussianRouter(known, view: view, unknownDistance: unknownDistance).metric()
        let rows = try known.map { try ($0.mean.narrowed(0, from: 0, count: first.width) - origin).reshaped([1, -1]) }
        let means = try Tensor.concatenated(rows, axis: 0)  // [tasks, width]
        let weights = try metric.inverse.matmul(means.transposed(0, 1))  // [width, tasks]
        return Stage(
          inverse: try metric.inverse.doubles(), weights: try weights.transposed(0, 1).contiguous().doubles(),
          constants: try (means * weights.transposed(0, 1)).sum(1).doubles(), usual: metric.usual, law: sums[last].law)
      }
    }
    self.origin = try origin.doubles()
    self.handicaps = handicaps
    self.unknownDistance = unknownDistance
  }

  /// The same with another handicap of one task.
  public func with(handicap: Double, of task: Int) -> RouterCascade {
    var copy = self
    if copy.handicaps.indices.contains(task) { copy.handicaps[task] = handicap }
    return copy
  }

  /// - Throws: `TorchError`.
  public func decisions(_ texts: TextFeatures) throws -> [Decision] {
    let distances = try stages.indices.map { try self.distances(texts, at: $0) }  // [stage][row][task]
    return (0..<texts.count).map { row in
      var (claimed, nearest): (Int?, Int) = (nil, 0)
      // p of each stage's last task against those before it.
      var (shares, leads): ([Double], [Double]) = ([], [])
      for stage in stages.indices {
        let own = distances[stage][row]
        let isNear = own[stage] <= unknownDistance
        // Too far away to claim: it counts only where nobody has claimed.
        let counts = isNear || claimed == nil
        let gain = Self.gain(own) - (stage == 0 ? 0 : handicaps[stage])
        leads.append(gain)
        shares.append(counts ? 1 / (1 + exponential(-stages[stage].usual * gain / 2)) : 0)
        guard counts, gain > 0 else { continue }
        nearest = stage
        if isNear { claimed = stage }
      }
      let confidence = shares[(nearest + 1)...].reduce(shares[nearest]) { $0 * (1 - $1) }
      return Decision(
        task: claimed, nearest: nearest, confidence: confidence, distance: distances[nearest][row][nearest],
        distances: stages.indices.map { distances[$0][row][$0] }, leads: leads)
    }
  }

  /// How much nearer a task is to each request than all tasks before it are: what it claims, were there no handicap.
  ///
  /// - Parameter task: Its position.
  /// - Parameter texts: What is seen of the requests.
  /// - Returns: Of each request; 0 where the task does not claim it.
  /// - Throws: `TorchError`.
  public func claims(of task: Int, _ texts: TextFeatures) throws -> [Double] {
    try distances(texts, at: task).map { own in
      own[task] <= unknownDistance && task > 0 ? max(Self.gain(own), 0) : 0
    }
  }

  /// By how much the last one is the smallest; below 0 where it is not.
  private static func gain(_ distances: [Double]) -> Double {
    guard let last = distances.last else { return 0 }
    return (distances.dropLast().min() ?? .infinity) - last
  }

  /// Of each row by itself, by plain sums in one order: the others do not matter, nor do threads. [row][task]
  private func distances(_ texts: TextFeatures, at number: Int) throws -> [[Double]] {
    let (stage, width) = (stages[number], origin.count)
    let all = try texts.means.moved(to: .cpu).converted(to: .float64).doubles()  // [rows · width]
    return zip(0..., texts.usual(stage.law)).map { row, share in
      let x = (0..<width).map { all[row * width + $0] - origin[$0] }
      let square = stage.square(x)
      return (0...number).map { task in
        let along = stage.weights.withUnsafeBufferPointer { weights in
          (0..<width).reduce(0.0) { $0 + x[$1] * weights[task * width + $1] }
        }
        // As many digits as sums of floats are good for.
        return max(Double(Float(square - 2 * along + stage.constants[task])), 0) / (stage.usual * share)
      }
    }
  }
}

extension RouterCascade.Stage {
  /// xᵀ Σ_γ⁻¹ x. `x`: [width]
  fileprivate func square(_ x: [Double]) -> Double {
    var product = [Double](repeating: 0, count: x.count)
    inverse.withUnsafeBufferPointer { inverse in
      product.withUnsafeMutableBufferPointer { product in
        for (i, value) in x.enumerated() {
          let row = i * product.count
          for j in product.indices { product[j] += value * inverse[row + j] }
        }
      }
    }
    return zip(x, product).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
