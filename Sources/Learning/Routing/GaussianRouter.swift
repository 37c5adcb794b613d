// A router in closed form: linear discriminant analysis on features of the frozen base.
//
//     S  = Σ over learned tasks and their rows of (x − μ_t)(x − μ_t)ᵀ          pooled scatter, added up task by task
//     C  = S/N                                                                 N: rows of all learned tasks
//     Σ_γ = (1 − γ) C + γ · tr(C)/D · I                                        shrunk covariance
//     γ  = ((1 − 2/D) tr(C²) + tr(C)²) / ((N + 1 − 2/D) (tr(C²) − tr(C)²/D))   at most 1: "oracle approximating shrinkage",
//                                                                              Chen, Wiesel, Eldar, Hero, arXiv 0907.4698, eq. 23
//     d²_t(x) = (x − μ_t)ᵀ Σ_γ⁻¹ (x − μ_t)
//     p(t | x) ∝ exp(−d²_t / 2)                                                equal priors
//     distance(x) = min_t d²_t / (f² u / (1 − (1 − γ) f u/N))      u = tr(Σ_γ⁻¹ C), f = n / (n − 1), n = N/T rows of a task
//
// u is the mean d² of the rows that made C and the means. Left out of both, one of them would have f² d² / (1 − (1 − γ) f d²/N)
// (Sherman and Morrison): what rows are like that were not seen. With few rows that is many times u; so divided, a request of a known
// task is at about 1.
//
// A request is unknown when its distance is above `unknown-distance`. What the order of tasks changes are the last bits of S. Kept:
// a mean for each task, one triangle for all of them: D(D+1)/2 + T·(D+1) numbers.

import Decoder
import ModelConfiguration
public import Torch

/// Chooses a learned task by the distance of a request from the tasks' means.
public struct GaussianRouter: TaskRouter {
  static let depth = Hyperparameter(
    "router-layers", whole: usualLayers, in: 0...1024,
    "layers of the base whose output the router sees, at most all of them; chosen on held-out training rows of mtl5")
  static let instruction = Hyperparameter(
    "router-instruction", flag: true,
    "whether the router sees a request as it comes, with instruction and cue, or its text alone")
  static let unknownDistance = Hyperparameter(
    "unknown-distance", usualUnknownDistance, in: 1...1e9,
    "a request further than this many times the usual squared distance from every task is unknown; 1e9 knows all")
  static let shrinkage = Hyperparameter(
    "router-shrinkage", 0, in: 0...1,
    "γ: the share of a spherical covariance in the shrunk one; 0: follows from the rows")
  static let hyperparameters = [depth, instruction, unknownDistance, shrinkage]

  public let view: RequestView
  private let unknownDistance: Double
  private let shrinkage: Double
  private let width: Int
  /// Mean of each learned task by task index, and behind it the number of its rows. float32 [width + 1]
  private var means: [Int: Tensor] = [:]
  /// The upper triangle of S, row after row. float32 [width (width + 1) / 2]
  private var scatter: Tensor

  init(_ context: MethodContext) throws {
    width = context.base.hiddenSize
    view = RequestView(
      layers: min(context.whole(Self.depth), context.base.layers), seesInstruction: context.flag(Self.instruction))
    unknownDistance = context.value(Self.unknownDistance)
    shrinkage = context.value(Self.shrinkage)
    scatter = try Tensor.zeros([Triangle.count(width)])
  }

  /// The router of some tasks, by their sums; a task's index is its position among them.
  ///
  /// - Parameter sums: Of each task, all of one width.
  /// - Parameter view: What the sums were taken of.
  /// - Parameter unknownDistance: A request further than this many times the usual squared distance from every task is unknown.
  /// - Throws: ``LearningError/stateDiffers(what:missing:unused:)`` for sums of different widths.
  public init(_ sums: [TaskSums], view: RequestView, unknownDistance: Double = GaussianRouter.usualUnknownDistance)
    throws
  {
    width = sums.first?.width ?? 1
    self.view = view
    self.unknownDistance = unknownDistance
    shrinkage = 0
    var total = try Tensor.zeros([Triangle.count(width)], .float64)
    for (index, one) in sums.enumerated() {
      guard one.width == width else {
        throw LearningError.stateDiffers(
          what: "the router", missing: ["sums of width \(width)"], unused: ["width \(one.width)"])
      }
      total = try total + one.scatter.converted(to: .float64)
      means[index] = one.mean
    }
    scatter = try total.converted(to: .float32)
  }

  /// Above this distance a request is unknown, unless somebody says otherwise.
  public static let usualUnknownDistance = 2.5
  /// Layers of the base whose output the router sees, at most all of them.
  public static let usualLayers = 4

  /// Whether there is a task to send a text to.
  var isReady: Bool { !means.isEmpty }

  /// How many numbers are kept for some learned tasks.
  func numbers(for tasks: Int) -> Int { Triangle.count(width) + tasks * (width + 1) }

  /// Adds a task. `features`: [rows, width].
  mutating func learn(_ index: Int, _ features: Tensor) throws {
    let x = try features.moved(to: .cpu).converted(to: .float64)
    let mean = try x.mean(0)  // [width]
    let centred = try x - mean
    let own = try centred.transposedProduct(centred)  // [width, width]
    scatter = try (scatter.converted(to: .float64) + Triangle.packed(own)).converted(to: .float32)
    let rows = try Tensor([Float(x.shape[0])])
    means[index] = try Tensor.concatenated([mean.converted(to: .float32), rows])
  }

  public func decisions(_ features: Tensor) throws -> [RouteDecision] {
    let taskIndices = means.keys.sorted()
    guard !taskIndices.isEmpty else {
      return Array(repeating: RouteDecision(task: nil, confidence: 0, distance: .infinity), count: features.shape[0])
    }
    let metric = try metric()
    let distances = try distances(features, metric, taskIndices)
    return (0..<features.shape[0]).map { row in decision(distances.map { $0[row] }, taskIndices, metric.usual) }
  }

  /// What distances are measured with: it takes an inverse, and serves any number of requests.
  public struct Metric: Sendable {
    /// Σ_γ⁻¹ [width, width]
    let inverse: Tensor
    /// The squared distance that is usual for rows that were not seen.
    public let usual: Double
  }

  /// - Throws: `TorchError`.
  public func metric() throws -> Metric {
    let rows = try max(means.values.reduce(0) { try $0 + $1.selected(0, width).item() }, 1)
    let covariance = try Triangle.square(scatter.converted(to: .float64), width: width) * (1 / rows)
    return try metric(covariance, rows: rows)
  }

  /// The squared distance of each request from each task, by task index, in units of ``Metric/usual``. [row][task]
  ///
  /// - Parameter features: [rows, width]
  /// - Parameter metric: Of this router.
  public func distances(_ features: Tensor, in metric: Metric) throws -> [[Double]] {
    let distances = try distances(features, metric, means.keys.sorted())
    return (0..<features.shape[0]).map { row in distances.map { $0[row] / metric.usual } }
  }

  /// d² of each request from each task. [task][row]
  private func distances(_ features: Tensor, _ metric: Metric, _ taskIndices: [Int]) throws -> [[Double]] {
    let x = try features.moved(to: .cpu).converted(to: .float64)  // [rows, width]
    return try taskIndices.compactMap { means[$0] }.map { mean in
      let centred = try x - mean.narrowed(0, from: 0, count: width).converted(to: .float64)
      return try (centred.matmul(metric.inverse) * centred).sum(1).converted(to: .float32).floats().map(Double.init)
    }
  }

  /// Learned tasks by the distance of their means from the mean of new requests, nearest first. `features`: [rows, width]
  func nearest(to features: Tensor) throws -> [Int] {
    let mean = try features.moved(to: .cpu).converted(to: .float32).mean(0)
    let distances = try means.mapValues { try ($0.narrowed(0, from: 0, count: width) - mean).norm().item() }
    return distances.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
  }

  /// Σ_γ⁻¹, and the squared distance that is usual for rows that were not seen. `covariance`: [width, width]
  private func metric(_ covariance: Tensor, rows: Double) throws -> Metric {
    let size = Double(width)
    let trace = try Triangle.trace(covariance)
    let ofSquare = try (covariance * covariance).sum().item()  // tr(C²), as C is symmetric
    let spread = (rows + 1 - 2 / size) * (ofSquare - trace * trace / size)
    let estimate = spread > 0 ? min(1, ((1 - 2 / size) * ofSquare + trace * trace) / spread) : 1
    let share = shrinkage > 0 ? shrinkage : estimate
    let variance = max(trace / size, 1e-12)
    let inverse = try Triangle.raised(covariance * (1 - share), by: share * variance).inverse()
    let seen = try max((inverse * covariance).sum().item(), 1e-12)  // tr(Σ⁻¹ C)
    let ofTask = max(rows / Double(max(means.count, 1)), 2)
    let left = ofTask / (ofTask - 1)
    return Metric(
      inverse: inverse, usual: left * left * seen / max(1 - (1 - share) * left * seen / rows, 1e-3))
  }

  private func decision(_ distances: [Double], _ tasks: [Int], _ usual: Double) -> RouteDecision {
    let best = distances.indices.reduce(0) { distances[$1] < distances[$0] ? $1 : $0 }
    let nearest = distances[best]
    let total = distances.reduce(0) { $0 + exponential((nearest - $1) / 2) }
    let distance = nearest / usual
    return RouteDecision(
      task: distance > unknownDistance ? nil : tasks[best], confidence: 1 / total, distance: distance)
  }

  // MARK: State

  private static let owner = "router"

  var tensors: [String: Tensor] {
    guard isReady else { return [:] }
    return means.reduce(into: ["\(Self.owner).scatter": scatter]) { $0["\(Self.owner).means.\($1.key)"] = $1.value }
  }

  /// - Parameter learned: How many tasks were learned, the first ones to arrive.
  mutating func restore(learned: Int, _ tensors: [String: Tensor]) throws {
    func take(_ name: String, _ shape: [Int]) throws -> Tensor {
      guard let tensor = tensors["\(Self.owner).\(name)"] else {
        throw LearningError.stateDiffers(what: "the router", missing: [name], unused: [])
      }
      guard tensor.shape == shape else {
        throw LearningError.stateDiffers(what: "the router", missing: ["\(name) of \(shape)"], unused: [])
      }
      return tensor
    }
    means = [:]
    scatter = try Tensor.zeros([Triangle.count(width)])
    guard learned > 0 else { return }
    scatter = try take("scatter", [Triangle.count(width)])
    for index in 0..<learned {
      // The mean, and behind it the number of rows.
      means[index] = try take("means.\(index)", [width + 1])
    }
  }
}
