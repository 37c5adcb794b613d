// A router in closed form: linear discriminant analysis on features of the frozen base.
//
//     S  = Σ over learned tasks and their rows of (x − μ_t)(x − μ_t)ᵀ          pooled scatter, added up task by task
//     Σ_γ = (1 − γ) S/N + γ · tr(S/N)/D · I                                    shrunk covariance
//     d²_t(x) = (x − μ_t)ᵀ Σ_γ⁻¹ (x − μ_t)
//     p(t | x) ∝ exp(−d²_t / 2)                                                equal priors
//     distance(x) = min_t d²_t / (tr(Σ_γ⁻¹ S)/N)                               1 on average over the rows that made it
//
// A request is unknown when its distance is above `unknown-distance`. What the order of tasks changes are the last bits of S. Kept:
// a mean for each task, one triangle for all of them: D(D+1)/2 + T·(D+1) numbers.

import Decoder
public import Torch

/// Chooses a learned task by the distance of a request from the tasks' means.
public struct GaussianRouter: TaskRouter {
  static let depth = Hyperparameter(
    "router-layers", whole: 4, in: 0...1024,
    "layers of the base whose output the router sees, at most all of them; chosen on held-out training rows of mtl5")
  static let instruction = Hyperparameter(
    "router-instruction", whole: 1, in: 0...1,
    "1: the router sees a request as it comes, with instruction and cue; 0: its text alone")
  static let unknownDistance = Hyperparameter(
    "unknown-distance", 3, in: 1...1e9,
    "a request further than this many times the usual squared distance from every task is unknown; 1e9 knows all")
  static let shrinkage = Hyperparameter(
    "router-shrinkage", 0.05, in: 1e-6...1, "γ: the share of a round covariance in the shrunk one")
  static let hyperparameters = [depth, instruction, unknownDistance, shrinkage]

  public let view: RequestView
  private let unknownDistance: Double
  private let shrinkage: Double
  private let width: Int
  /// Mean of each learned task by arrival, and behind it the number of its rows. float32 [width + 1]
  private var means: [Int: Tensor] = [:]
  /// The upper triangle of S, row after row. float32 [width (width + 1) / 2]
  private var scatter: Tensor

  init(_ context: MethodContext) throws {
    width = context.base.hiddenSize
    view = RequestView(
      layers: min(context.whole(Self.depth), context.base.layers), seesInstruction: context.whole(Self.instruction) == 1
    )
    unknownDistance = context.value(Self.unknownDistance)
    shrinkage = context.value(Self.shrinkage)
    scatter = try Tensor.zeros([width * (width + 1) / 2])
  }

  /// Whether there is a task to send a text to.
  var isReady: Bool { !means.isEmpty }

  /// How many numbers are kept for some learned tasks.
  func numbers(for tasks: Int) -> Int { width * (width + 1) / 2 + tasks * (width + 1) }

  /// Adds a task. `features`: [rows, width].
  mutating func learn(_ arrival: Int, _ features: Tensor) throws {
    let x = try features.moved(to: .cpu).converted(to: .float64)
    let mean = try x.mean(0)  // [width]
    let centred = try x - mean
    let own = try centred.transposedProduct(centred)  // [width, width]
    scatter = try (scatter.converted(to: .float64) + packed(own)).converted(to: .float32)
    let rows = try Tensor([Float(x.shape[0])])
    means[arrival] = try Tensor.concatenated([mean.converted(to: .float32), rows])
  }

  public func decisions(_ features: Tensor) throws -> [RouteDecision] {
    let arrivals = means.keys.sorted()
    guard !arrivals.isEmpty else {
      return Array(repeating: RouteDecision(arrival: nil, confidence: 0, distance: .infinity), count: features.shape[0])
    }
    let rows = try max(means.values.reduce(0) { try $0 + $1.selected(0, width).item() }, 1)
    let covariance = try unpacked(scatter.converted(to: .float64)) * (1 / rows)
    let flat = try covariance.reshaped([-1])
    let diagonal = try Tensor((0..<width).map { $0 * (width + 1) })
    let round = try max(flat.gathered(0, rows: diagonal).sum().item() / Double(width), 1e-12)
    let identity = try Tensor.zeros([width * width], .float64).replacing(
      0, rows: diagonal, with: Tensor.zeros([width], .float64) + 1
    ).reshaped([width, width])
    let inverse = try (covariance * (1 - shrinkage) + identity * (shrinkage * round)).inverse()
    let usual = try max((inverse * covariance).sum().item(), 1e-12)  // tr(Σ⁻¹ S/N), as both are symmetric

    let x = try features.moved(to: .cpu).converted(to: .float64)  // [rows, width]
    let distances = try arrivals.compactMap { means[$0] }.map { mean in
      let centred = try x - mean.narrowed(0, from: 0, count: width).converted(to: .float64)
      return try (centred.matmul(inverse) * centred).sum(1).converted(to: .float32).floats().map(Double.init)
    }
    return (0..<x.shape[0]).map { row in decision(distances.map { $0[row] }, arrivals, usual) }
  }

  /// Learned tasks by the distance of their means from the mean of new requests, nearest first. `features`: [rows, width]
  func nearest(to features: Tensor) throws -> [Int] {
    let mean = try features.moved(to: .cpu).converted(to: .float32).mean(0)
    let distances = try means.mapValues { try ($0.narrowed(0, from: 0, count: width) - mean).norm().item() }
    return distances.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
  }

  private func decision(_ distances: [Double], _ arrivals: [Int], _ usual: Double) -> RouteDecision {
    let best = distances.indices.reduce(0) { distances[$1] < distances[$0] ? $1 : $0 }
    let nearest = distances[best]
    let total = distances.reduce(0) { $0 + exponential((nearest - $1) / 2) }
    let distance = nearest / usual
    return RouteDecision(
      arrival: distance > unknownDistance ? nil : arrivals[best], confidence: 1 / total, distance: distance)
  }

  // MARK: State

  private static let owner = "router"

  var tensors: [String: Tensor] {
    guard isReady else { return [:] }
    return means.reduce(into: ["\(Self.owner).scatter": scatter]) { $0["\(Self.owner).means.\($1.key)"] = $1.value }
  }

  /// - Parameter learned: how many tasks were learned, the first ones to arrive.
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
    scatter = try Tensor.zeros([width * (width + 1) / 2])
    guard learned > 0 else { return }
    scatter = try take("scatter", [width * (width + 1) / 2])
    for arrival in 0..<learned {
      // The mean, and behind it the number of rows.
      means[arrival] = try take("means.\(arrival)", [width + 1])
    }
  }

  // MARK: Triangle

  /// Places of the upper triangle in a flattened square, row after row.
  private var places: [Int] { (0..<width).flatMap { row in (row..<width).map { row * width + $0 } } }

  private func packed(_ square: Tensor) throws -> Tensor {
    try square.reshaped([-1]).gathered(0, rows: Tensor(places))
  }

  private func unpacked(_ triangle: Tensor) throws -> Tensor {
    let upper = try Tensor.zeros([width * width], .float64).replacing(0, rows: Tensor(places), with: triangle)
      .reshaped([width, width])
    let diagonal = try Tensor((0..<width).map { $0 * (width + 1) })
    let both = try (upper + upper.transposed(0, 1)).reshaped([-1])
    let once = try upper.reshaped([-1]).gathered(0, rows: diagonal)
    return try both.replacing(0, rows: diagonal, with: once).reshaped([width, width])
  }
}
