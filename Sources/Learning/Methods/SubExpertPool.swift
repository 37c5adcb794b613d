import Decoder
import Experts
import Torch

/// One factor of one sub-expert.
struct SubExpertPosition: Hashable {
  let factor: FactorPosition
  let expert: Int

  /// `experts.0.layers.0.gate_proj.A`
  var name: String { "experts.\(expert).\(factor.name)" }
}

/// The sub-experts that all tasks share: low-rank factors, each entry of which is either free or some task's for ever.
///
/// Free entries train in ``weights``; owned ones are in tensors that no optimizer ever sees, and what ``weights`` has in their positions means
/// nothing. So neither a gradient nor a moment nor weight decay can reach what a learned task uses.
struct SubExpertPool {
  /// Entries that tasks own.
  struct Owned {
    /// Their values; zero elsewhere. float32
    let values: Tensor
    /// True where one is owned.
    let mask: Tensor
  }

  /// Of one sub-expert.
  let shape: LowRankShape
  /// How many sub-experts there are.
  let count: Int
  private let factors: [FactorPosition]
  /// Of all entries. float32
  private(set) var weights: [SubExpertPosition: Tensor] = [:]
  /// What masks are made from. float32
  private(set) var scores: [SubExpertPosition: Tensor] = [:]
  /// Where no task owns anything there is none.
  private(set) var owned: [SubExpertPosition: Owned] = [:]

  /// Deviation of the initial B. With B = 0 no score of A or B would have a gradient in the first step: dL/dS = dL/dθ̂ ⊙ θ.
  static let initialDeviation = 1e-4

  /// A and scores: Kaiming-uniform with a = √5, which is ±1/√(width of the last axis).
  init(_ context: MethodContext, count: Int, rank: Int) throws {
    shape = try context.shape(rank: rank)
    self.count = count
    factors = FactorPosition.all(shape, on: context.base)
    for expert in 0..<count {
      let initial = try context.newExpert("experts.\(expert)", shape).tensors
      for factor in factors {
        let position = SubExpertPosition(factor: factor, expert: expert)
        guard let tensor = initial[factor.name] else {
          throw ExpertError.missingTensor(where: Moses.name, name: position.name)
        }
        weights[position] =
          factor.side == .a ? tensor : try context.normal(position.name, tensor.shape, deviation: Self.initialDeviation)
        let score = try Tensor(uninitialized: tensor.shape, on: context.device)
        let bound = 1 / Double(max(tensor.shape[1], 1)).squareRoot()
        try Generator(seed: context.initialSeed("scores.\(position.name)"), on: context.device)
          .fillUniform(score, from: -bound, to: bound)
        scores[position] = score
      }
    }
  }

  // MARK: Positions

  /// The factors of some sub-experts of a layer: projection by projection, A before B, in the order of `experts`.
  func positions(layer: Int, of experts: [Int]) -> [SubExpertPosition] {
    factors.filter { $0.layer == layer }.flatMap { factor in
      experts.map { SubExpertPosition(factor: factor, expert: $0) }
    }
  }

  /// How many entries a factor has.
  func entries(_ position: SubExpertPosition) -> Int { weights[position]?.count ?? 0 }

  /// The same of all sub-experts of a layer.
  func entries(layer: Int) -> Int { positions(layer: layer, of: Array(0..<count)).reduce(0) { $0 + entries($1) } }

  /// The share of a sub-expert's entries in a layer that tasks own.
  func ownedShare(of expert: Int, layer: Int) throws -> Double {
    let positions = positions(layer: layer, of: [expert])
    let used = try positions.reduce(0.0) { try $0 + (owned[$1]?.mask.sum().item() ?? 0) }
    return used / Double(max(positions.reduce(0) { $0 + entries($1) }, 1))
  }

  // MARK: Values

  /// What all entries are worth now: the owned ones as they are for ever, the others as they train.
  func values(_ position: SubExpertPosition) throws -> Tensor {
    let free = try Self.find(position, in: weights)
    return try owned[position].map { try $0.values.kept(where: $0.mask, else: free) } ?? free
  }

  /// The entries that a learned task uses; exactly zero elsewhere. `mask`: all of them owned.
  func values(_ position: SubExpertPosition, where mask: Tensor) throws -> Tensor {
    guard let owned = owned[position] else {
      throw LearningError.malformedMask(what: position.name, rule: "no task has used it")
    }
    return try owned.values.kept(where: mask, else: Tensor.zeros(owned.values.shape, on: owned.values.device))
  }

  /// Entries of a mask that no task owns yet.
  func new(_ position: SubExpertPosition, in mask: Tensor) throws -> Tensor {
    try owned[position].map { try mask.and($0.mask.not()) } ?? mask
  }

  func score(_ position: SubExpertPosition) throws -> Tensor { try Self.find(position, in: scores) }

  /// Entries become some task's.
  ///
  /// - Parameters:
  ///   - new: Which; owned by none so far.
  ///   - values: Theirs, in row-major order.
  mutating func own(_ position: SubExpertPosition, _ new: Tensor, _ values: Tensor) throws {
    guard values.count > 0 else { return }
    let weights = try Self.find(position, in: weights)
    let before =
      try owned[position]
      ?? Owned(
        values: Tensor.zeros(weights.shape, on: weights.device),
        mask: Tensor.zeros(weights.shape, .bool, on: weights.device))
    owned[position] = Owned(
      values: try before.values.replacing(where: new, with: values.converted(to: .float32)),
      mask: try before.mask.or(new))
  }

  private static func find(_ position: SubExpertPosition, in tensors: [SubExpertPosition: Tensor]) throws -> Tensor {
    guard let tensor = tensors[position] else {
      throw ExpertError.missingTensor(where: Moses.name, name: position.name)
    }
    return tensor
  }

  // MARK: State

  /// What trains, and goes on from task to task: `weights.` and `scores.`.
  var tensors: [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (position, tensor) in weights { result["weights.\(position.name)"] = tensor }
    for (position, tensor) in scores { result["scores.\(position.name)"] = tensor }
    return result
  }

  /// Takes back ``tensors``; nothing is owned then.
  /// - Throws: `ExpertError` for a missing tensor or another shape; `TorchError` for another type.
  mutating func restore(_ tensors: [String: Tensor]) throws {
    func take(_ owner: String, _ known: [SubExpertPosition: Tensor]) throws -> [SubExpertPosition: Tensor] {
      var result: [SubExpertPosition: Tensor] = [:]
      for (position, tensor) in known {
        let name = "\(owner).\(position.name)"
        guard let stored = tensors[name] else { throw ExpertError.missingTensor(where: Moses.name, name: name) }
        guard stored.shape == tensor.shape else {
          throw ExpertError.shapeDiffers(where: Moses.name, name: name, expected: tensor.shape, got: stored.shape)
        }
        guard stored.dtype == .float32 else {
          throw TorchError.dtypeMismatch(what: name, expected: .float32, got: stored.description)
        }
        result[position] = stored
      }
      return result
    }
    weights = try take("weights", weights)
    scores = try take("scores", scores)
    owned = [:]
  }
}
