// O-LoRA: a new LoRA for each task, in directions that the earlier ones leave free (Wang et al., arXiv 2310.14152).
//
//     h = W x + s Σ_{u≤t} B_u A_u x                                              s = α / r
//     L = L_task + λ₁ L_orth
//     L_orth = Σ_layers Σ_projections Σ_{u<t} Σ_{j,k} |(A_u A_tᵀ)_{jk}|          term `orthogonality`; none for the first task
//
// A_u: [r, in], the factor that reads the input (the paper writes it transposed). The sum of absolute values and λ₁ = 0.5 are the released
// code's (cmnfriend/O-LoRA); the paper has squares. The code's second term, the norm of the new factors, has weight 0 there and is left out.
// The sum is not divided by its size, as upstream: it grows with layers, r² and the number of tasks, and is larger than the task's loss. Gradients are
// clipped together, so that the task's part of a clipped step gets smaller with it.
//
// Earlier LoRAs are frozen, rounded to bfloat16 when their task ends. But the sum of all serves every task, so that no task id is needed:
// each new LoRA changes what earlier tasks answer. Orthogonal rows of A make that small where inputs lie in the earlier rows' directions;
// nothing makes it zero. The rank in the forward pass is r (t + 1), and so grow time and bytes; bytes of a task: one LoRA.

public import Decoder
public import Experts
import ModelConfiguration
public import Torch

/// A LoRA for each task, all of them added up.
public final class OLoRA: ContinualMethod {
  public static let name = "o-lora"
  public static let summary: String? =
    "a new LoRA for each task, in directions that the earlier ones leave free (arXiv 2310.14152)"

  static let weight = Hyperparameter(
    "lambda1", 0.5, in: 1e-6...1e6,
    "λ₁: weight of the orthogonality between the new A and all earlier ones; the released code's is 0.5")
  public static let hyperparameters = [weight]

  private let context: MethodContext
  private var experts: [TaskIdentity: LowRankExpert] = [:]
  /// Tasks in the order in which they arrived.
  private var arrived: [TaskIdentity] = []
  /// All factors of the tasks before the one that is being learned. A: [rank, in], B: [out, rank]
  private var frozen: [FactorPosition: Tensor] = [:]
  /// Their A of all layers. [layers, rank, in] of each site
  private var directions: [ProjectionSite: Tensor] = [:]

  public init(_ context: MethodContext) { self.context = context }

  private func owner(_ task: TaskIdentity) -> String { "tasks.\(task.name)" }

  // MARK: Learning

  public func begin(_ task: TaskIdentity, on probe: TaskProbe) throws -> [FlatParameters.Parameter] {
    if !arrived.contains(task) { arrived.append(task) }
    let expert = try experts[task] ?? context.newExpert(owner(task))
    experts[task] = expert
    frozen = try arrived.prefix(task.index).compactMap { experts[$0] }.chained()
    directions = [:]
    for site in context.shape.sites(on: context.base) where !frozen.isEmpty {
      directions[site] = try Tensor.stacked(
        (0..<context.base.layers).compactMap { frozen[FactorPosition(layer: $0, site: site, side: .a)] })
    }
    return parameters(named(owner(task), expert.tensors))
  }

  public func trainingPass(
    _ task: TaskIdentity, over batch: TokenBatch, in step: StepContext
  ) throws -> TrainingPass {
    guard let expert = experts[task] else {
      throw LearningError.stateDiffers(what: Self.name, missing: [task.name], unused: [])
    }
    let dropout = Dropout(context.shape.dropout, from: step.dropout)
    guard !frozen.isEmpty else { return TrainingPass(selection: LowRankSelection(expert, dropout: dropout)) }
    let all = try DerivedExpert(
      context.shape(rank: context.shape.rank * (task.index + 1)), context, training: true
    ) { [frozen] position in
      try Tensor.concatenated(
        [frozen[position]].compactMap(\.self) + [expert.factor(at: position)], axis: position.rankAxis)
    }
    return TrainingPass(
      selection: LowRankSelection(all.expert, dropout: dropout),
      lossTerms: { [directions, weight = context.value(Self.weight)] _ in
        [
          LossTerm(
            name: "orthogonality", value: try Self.orthogonality(of: expert, to: directions), weight: weight,
            bound: 0...Double.greatestFiniteMagnitude)
        ]
      }, collectGradients: all.collectGradients)
  }

  /// L_orth. `old`: [layers, rank, in] of each site → [].
  static func orthogonality(of expert: LowRankExpert, to old: [ProjectionSite: Tensor]) throws -> Tensor {
    let sums = try old.sorted { $0.key.name < $1.key.name }.map { site, frozen in
      let new = try Tensor.stacked(expert.pairs.compactMap { $0[site]?.a })  // [layers, r, in]
      return try frozen.matmul(new.transposed(1, 2)).abs().sum()
    }
    return try Tensor.stacked(sums).sum()
  }

  public func end(_ task: TaskIdentity, on probe: TaskProbe) throws { experts[task] = try experts[task]?.rounded() }

  // MARK: Serving

  /// The sum of all that have arrived, for every task; `nil` before the first.
  public func servingExpert(of task: TaskIdentity) throws -> ServingExpert? {
    let all = try arrived.compactMap { experts[$0] }.chained()
    guard !all.isEmpty else { return nil }
    let shape = try context.shape(rank: context.shape.rank * arrived.count)
    return .plain(
      try DerivedExpert(shape, context, training: false) { position in
        guard let factor = all[position] else { throw ExpertError.missingTensor(where: Self.name, name: position.name) }
        return factor
      }.expert)
  }

  public func dependencies(of task: TaskIdentity) -> [String: Tensor] { tensors }

  /// None: a task's LoRA answers for it only in the sum.
  public func ownedExpert(of task: TaskIdentity) -> LowRankExpert? { nil }

  public func ownedTensors(of task: TaskIdentity) -> [String: Tensor] {
    experts[task].map { named(owner(task), $0.tensors) } ?? [:]
  }

  // MARK: State

  public var tensors: [String: Tensor] {
    arrived.reduce(into: [:]) { result, task in
      result.merge(ownedTensors(of: task)) { first, _ in first }
    }
  }

  public func restore(tasks: [TaskIdentity], tensors: [String: Tensor]) throws {
    (arrived, experts, frozen, directions) = (tasks, [:], [:], [:])
    for task in tasks {
      experts[task] = try context.storedExpert(owner(task), tensors, of: Self.name)
    }
    try requireSameNames(Self.name, expected: self.tensors.keys, got: tensors.keys)
  }
}
