// MoCL: a LoRA for each task, and every task served by a weighted sum of its own and the earlier ones
// (Wang et al., NAACL 2024, arXiv 2404.00790).
//
//     h = W x + s Σ_{k≤t} α_{t,k} B_k A_k x                                      s = α / r
//     α_{t,k} = softmax_{k≤t}( cos(e_t, v_k) / τ )
//     L = L_task + L_match,   L_match = 1 − cos(e_t, v_t)                        term `matching`
//
// v_k: the vector of task k. e_t: the mean over task t's training rows of the mean embedding of a row's tokens (text alone).
//
// What differs from the paper: there the weights are computed from every single input x, here once for a task, from e_t. So a task has one
// expert, which is stored, exported and served like any LoRA. A learned task's weights are fixed when it ends: e_t and v_0 … v_t no longer
// change, and its outputs stay the same, bit for bit. The paper's task-agnostic mode (the input's own weights over all modules) is not
// here. τ = 1/8 and a weight of 1 for L_match come from the released code (boschresearch/MoCL-NAACL-2024). v starts from normal(0, 0.02²):
// from uniform(0, 1), steps of the learning rate's size would rotate it far too slowly.
//
// Frozen: modules and vectors of earlier tasks. A module is rounded to bfloat16 when its task ends, and so is the weighted sum that serves
// the task: what is scored is what is in the run's folder. Vectors stay in float32. L_match moves v_t, and so does L_task through the
// weights. A task that has not arrived has no e_t: it is served by the base. The rank in the forward pass is r (t + 1), and so grows time;
// bytes of a task: one LoRA and two vectors, but its expert in the run's folder is the whole sum.

public import Decoder
public import Experts
import ModelConfiguration
public import Torch

/// A LoRA for each task, weighted by how near tasks are to each other.
public final class MoCL: ContinualMethod {
  public static let name = "mocl"
  public static let summary: String? =
    "a LoRA for each task, served with the earlier ones by weight (arXiv 2404.00790); weighed for a task, not for each input as there"

  static let temperature = Hyperparameter(
    "temperature", 0.125, in: 1e-3...1e3,
    "τ: what cosines are divided by before the softmax; the released code multiplies by 8")
  static let matching = Hyperparameter(
    "matching", 1, in: 1e-6...1e3,
    "weight of the term that pulls a task's vector towards the mean embedding of its texts")
  public static let hyperparameters = [temperature, matching]

  /// What belongs to one task.
  struct Part {
    let module: LowRankExpert
    /// v. [hidden]
    let vector: Tensor
    /// e. [hidden]
    let embedding: Tensor
  }

  private let context: MethodContext
  private(set) var parts: [TaskIdentity: Part] = [:]
  /// Tasks in the order in which they arrived.
  private var arrived: [TaskIdentity] = []

  public init(_ context: MethodContext) { self.context = context }

  private func owner(_ task: TaskIdentity) -> String { "tasks.\(task.name)" }

  // MARK: Learning

  public func begin(_ task: TaskIdentity, on probe: TaskProbe) throws -> [FlatParameters.Parameter] {
    if !arrived.contains(task) { arrived.append(task) }
    let part = try parts[task] ?? start(task, on: probe)
    parts[task] = part
    var trained = named(owner(task), part.module.tensors)
    trained["\(owner(task)).vector"] = part.vector
    return parameters(trained)
  }

  private func start(_ task: TaskIdentity, on probe: TaskProbe) throws -> Part {
    guard !probe.examples.isEmpty else { throw LearningError.withoutRows(task) }
    return Part(
      module: try context.newExpert(owner(task)),
      vector: try context.normal(
        "\(owner(task)).vector", [context.base.hiddenSize], deviation: MethodContext.smallDeviation),
      embedding: try probe.features(RequestView(layers: 0, seesInstruction: false)).converted(to: .float32).mean(0))
  }

  public func trainingPass(
    _ task: TaskIdentity, over batch: TokenBatch, in step: StepContext
  ) throws -> TrainingPass {
    guard let part = parts[task] else {
      throw LearningError.stateDiffers(what: Self.name, missing: [task.name], unused: [])
    }
    // Recorded once, and used at every position through a leaf: each position has a backward pass of its own.
    let weights = try withGradients { try columns(task, vector: part.vector) }
    let leaf = try weights.detached()
    try leaf.requireGradient()
    try leaf.setGradient(Tensor.zeros(leaf.shape, on: leaf.device))
    let derived = try composed(task, columns: leaf, training: true)
    let weight = context.value(Self.matching)
    return TrainingPass(
      selection: LowRankSelection(derived.expert, dropout: Dropout(context.shape.dropout, from: step.dropout)),
      lossTerms: { _ in
        [
          // A cosine can leave −1…1 by rounding.
          LossTerm(
            name: "matching", value: try Self.mismatch(part.embedding, part.vector), weight: weight,
            bound: -1e-5...(2 + 1e-5))
        ]
      },
      collectGradients: {
        try derived.collectGradients()
        guard weights.requiresGradient else { return }
        guard let gradient = leaf.gradient else { throw TorchError.missingGradient("weights of modules") }
        try weights.backward(from: gradient)
      })
  }

  public func end(_ task: TaskIdentity, on probe: TaskProbe) throws {
    parts[task] = try parts[task].map {
      Part(module: try $0.module.rounded(), vector: try $0.vector.detached().cloned(), embedding: $0.embedding)
    }
  }

  // MARK: Weights

  /// cos(e, v) of each row of `vectors`. `embedding`: [hidden]; `vectors`: [tasks, hidden] → [tasks].
  static func cosines(_ embedding: Tensor, _ vectors: Tensor) throws -> Tensor {
    let lengths = try ((vectors * vectors).sum(1) * (embedding * embedding).sum() + 1e-12).sqrt()
    return try vectors.matmul(embedding) / lengths
  }

  /// L_match. []
  static func mismatch(_ embedding: Tensor, _ vector: Tensor) throws -> Tensor {
    try -(cosines(embedding, vector.unsqueezed(0)).sum()) + 1
  }

  /// α. [tasks]
  static func weights(_ embedding: Tensor, _ vectors: Tensor, temperature: Double) throws -> Tensor {
    try (cosines(embedding, vectors) * (1 / temperature)).softmax(0)
  }

  /// The weights of the task and of those before it, each as often as a module has columns. [rank]
  private func columns(_ task: TaskIdentity, vector: Tensor) throws -> Tensor {
    let earlier = try arrived.prefix(task.index).compactMap { try parts[$0]?.vector.detached() }
    guard let embedding = parts[task]?.embedding else {
      throw LearningError.stateDiffers(what: Self.name, missing: [task.name], unused: [])
    }
    return try Self.weights(
      embedding, Tensor.stacked(earlier + [vector]), temperature: context.value(Self.temperature)
    ).repeated(0, times: context.shape.rank)
  }

  // MARK: Serving

  /// The weighted sum as one expert. `columns`: [rank]
  private func composed(_ task: TaskIdentity, columns: Tensor, training: Bool) throws -> DerivedExpert {
    let earlier = try arrived.prefix(task.index).compactMap { parts[$0]?.module }.chained()
    let shape = try context.shape(rank: context.shape.rank * (task.index + 1))
    return try DerivedExpert(shape, context, training: training) { position in
      guard let own = try parts[task]?.module.factor(at: position).converted(to: .float32) else {
        throw ExpertError.missingTensor(where: Self.name, name: position.name)
      }
      let all = try Tensor.concatenated([earlier[position]].compactMap(\.self) + [own], axis: position.rankAxis)
      return position.side == .b ? try all * columns : all
    }
  }

  private func expert(for task: TaskIdentity) throws -> LowRankExpert? {
    guard let part = parts[task] else { return nil }
    let whole = try withoutGradients {
      try composed(task, columns: columns(task, vector: part.vector), training: false).expert
    }
    return part.module.isRounded ? try whole.rounded() : whole
  }

  public func servingExpert(of task: TaskIdentity) throws -> ServingExpert? {
    try expert(for: task).map { .plain(try $0.widened()) }
  }

  public func dependencies(of task: TaskIdentity) -> [String: Tensor] {
    guard parts[task] != nil else { return [:] }
    return arrived.prefix(task.index + 1).reduce(into: [:]) { result, earlier in
      result.merge(ownedTensors(of: earlier)) { first, _ in first }
    }
  }

  /// The whole sum: what serves the task, for ever.
  public func ownedExpert(of task: TaskIdentity) throws -> LowRankExpert? { try expert(for: task) }

  public func ownedTensors(of task: TaskIdentity) -> [String: Tensor] {
    guard let part = parts[task] else { return [:] }
    var result = named(owner(task), part.module.tensors)
    result["\(owner(task)).vector"] = part.vector
    result["\(owner(task)).embedding"] = part.embedding
    return result
  }

  // MARK: State

  public var tensors: [String: Tensor] {
    arrived.reduce(into: [:]) { result, task in
      result.merge(ownedTensors(of: task)) { first, _ in first }
    }
  }

  public func restore(tasks: [TaskIdentity], tensors: [String: Tensor]) throws {
    (arrived, parts) = (tasks, [:])
    let shape = [context.base.hiddenSize]
    for task in tasks {
      parts[task] = Part(
        module: try context.storedExpert(owner(task), tensors, of: Self.name),
        vector: try stored("\(owner(task)).vector", shape, in: tensors, of: Self.name),
        embedding: try stored("\(owner(task)).embedding", shape, in: tensors, of: Self.name))
    }
    try requireSameNames(Self.name, expected: self.tensors.keys, got: tensors.keys)
  }
}
