// MoE-CL: mixture of LoRA experts with an adversary (Kang et al., arXiv 2509.18133v4).
//
//     z_s = F_LoRA(z, θ_s)                        a complete feed-forward pass with the shared expert      (eq. 3)
//     z_t = F_LoRA(z, θ_t)                        the same with task t's own expert                        (eq. 4)
//     (β_s, β_t) = softmax(G z)                   one gate per layer, per token, shared by all tasks       (eq. 8)
//     z' = β_s z_s + β_t z_t                                                                               (eq. 7)
//     L = L_task − α L_GAN                                                                                 (eq. 10)
//
// Experts sit on the gate, up and down projections of every layer. Learning task t moves θ_s, θ_t, the gates and the
// discriminators; the experts of all other tasks are untouched. The shared expert, the gates and the discriminators go on
// through all tasks without protection: that is the published method, and the source of what it forgets. A task's own expert
// is rounded to bfloat16 when the task ends, before it is scored; what goes on training stays in float32.
//
// Loss terms beyond the task's (Adversary.swift has their formulas; none with fewer than two tasks, `released` from the first task on):
//     adversary.gan                               modes `paper` and `released`
//     adversary.discriminator, adversary.confusion   mode `isolated`
//
// Hyper-parameters: rank r, strength, dropout (LowRankShape); `adversary`, its mode, and `adversary-weight`, w (the paper's α, 0.1).

public import Decoder
public import Experts
import ModelConfiguration
public import Torch

/// A shared expert, a dedicated expert for each task, and a gate over the two.
public final class MoECL: ContinualMethod {
  public static let name = "moe-cl"
  public static let summary: String? =
    "a shared LoRA expert and one for each task, a gate for each token, a task discriminator (arXiv 2509.18133)"
  static let shared = "shared"
  public static let hyperparameters = Adversary.hyperparameters

  private let context: MethodContext
  private let adversary: Adversary
  private(set) var sharedExpert: LowRankExpert
  private var experts: [TaskIdentity: LowRankExpert] = [:]
  /// [2, hidden] for each layer; row 0 weighs the shared expert.
  private(set) var gates: [Tensor]

  public init(_ context: MethodContext) throws {
    guard Set(context.shape.projections) == Set(LowRankShape.feedForwardProjections) else {
      throw LearningError.unsupported(
        what: "MoE-CL on other projections than gate, up and down", fix: "Leave --target-modules out.")
    }
    guard !context.shape.routed else {
      throw LearningError.unsupported(
        what: "MoE-CL on routed experts: its gate weighs two passes through one block",
        fix: "Leave --routed-experts out: its experts plug into the MoE block's shared expert.")
    }
    let base = context.base
    guard (0..<base.layers).allSatisfy({ base.has(.gate, layer: $0) }) else {
      throw LearningError.unsupported(
        what: "MoE-CL on a base of which some layers have routed experts only: there its gates have nothing to weigh",
        fix: "Choose a method without a gate, such as per-task.")
    }
    self.context = context
    self.adversary = try Adversary(context)
    sharedExpert = try context.newExpert(Self.shared)
    gates = try (0..<context.base.layers).map {
      try context.normal("gates.\($0)", [2, context.base.hiddenSize], deviation: MethodContext.smallDeviation)
    }
  }

  private func owner(_ task: TaskIdentity) -> String { "tasks.\(task.name)" }

  public func begin(_ task: TaskIdentity, on probe: TaskProbe) throws -> [FlatParameters.Parameter] {
    let expert = try experts[task] ?? context.newExpert(owner(task))
    experts[task] = expert
    try adversary.admit(tasks: task.index + 1)
    return parameters(
      commonTensors.merging(named(owner(task), expert.tensors)) { first, _ in first }
        .merging(adversary.trainedTensors) { first, _ in first })
  }

  public func trainingPass(
    _ task: TaskIdentity, over batch: TokenBatch, in step: StepContext
  ) throws -> TrainingPass {
    guard let expert = experts[task] else {
      throw LearningError.stateDiffers(what: Self.name, missing: [task.name], unused: [])
    }
    let selection = DualExpertSelection(
      shared: sharedExpert, dedicated: expert, gates: gates,
      dropout: Dropout(context.shape.dropout, from: step.dropout), pooling: try adversary.pooling(batch))
    let adversary = adversary
    return TrainingPass(selection: selection) { _ in
      try adversary.lossTerms(selection.pooled, label: task.index)
    }
  }

  /// A task that has not arrived is served by the shared expert and an expert that changes nothing yet.
  public func servingExpert(of task: TaskIdentity) throws -> ServingExpert? {
    .dual(
      DualExpertSelection(
        shared: sharedExpert, dedicated: try experts[task]?.widened() ?? context.newExpert(owner(task)), gates: gates))
  }

  public func end(_ task: TaskIdentity, on probe: TaskProbe) throws { experts[task] = try experts[task]?.rounded() }

  public func dependencies(of task: TaskIdentity) -> [String: Tensor] {
    commonTensors.merging(experts[task].map { named(owner(task), $0.tensors) } ?? [:]) { first, _ in first }
  }

  public func ownedExpert(of task: TaskIdentity) -> LowRankExpert? { experts[task] }

  /// What all tasks use and every task moves.
  private var commonTensors: [String: Tensor] {
    var result = named(Self.shared, sharedExpert.tensors)
    for (layer, gate) in gates.enumerated() { result["gates.\(layer)"] = gate }
    return result
  }

  public var tensors: [String: Tensor] {
    experts.reduce(into: commonTensors.merging(adversary.tensors) { first, _ in first }) { result, entry in
      result.merge(named(owner(entry.key), entry.value.tensors)) { first, _ in first }
    }
  }

  public func restore(tasks: [TaskIdentity], tensors: [String: Tensor]) throws {
    sharedExpert = try context.storedExpert(Self.shared, tensors, of: Self.name)
    experts = [:]
    for task in tasks { experts[task] = try context.storedExpert(owner(task), tensors, of: Self.name) }
    gates = try gates.indices.map { layer in
      let name = "gates.\(layer)"
      guard let gate = tensors[name] else { throw ExpertError.missingTensor(where: Self.name, name: name) }
      guard gate.shape == gates[layer].shape else {
        throw ExpertError.shapeDiffers(where: Self.name, name: name, expected: gates[layer].shape, got: gate.shape)
      }
      return gate
    }
    try adversary.restore(tasks: tasks.count, tensors: tensors)
    try requireSameNames(Self.name, expected: self.tensors.keys, got: tensors.keys)
  }
}
