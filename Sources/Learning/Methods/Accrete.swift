// Accrete: a growing pool of shared atoms, a few atoms of its own for each task, and a router; our method.
//
// An atom is one column of B with one row of A. For task t (t = 0 for the first):
//
//     h = W x + s Σ_{u<t} B_u^s diag(g_t) A_u^s x       shared atoms of earlier tasks, frozen, each under a gain of task t
//           + s B_t^s A_t^s x                           shared atoms that task t adds, for itself and all later ones
//           + s B_t^d A_t^d x                           atoms that only task t uses                            s = α / r
//     n_t = max(1, round(r / (1 + t)^γ))                new atoms of task t, split between shared and own; 1 from some task on
//     L = L_task + w L_D + w λ(p) L_conf                adversary.discriminator, adversary.confusion: CodeAdversary.swift
//
// * No forgetting: everything that task t's outputs depend on (shared atoms up to t, its gains, its own atoms) is frozen when t ends. It is
//   rounded to bfloat16 first, so what is scored is what is kept. The products with its gains, which are its LoRA in the run's folder, are
//   frozen with it. Later tasks only append.
// * Transfer: a task starts with everything that is shared, and warm. Of the nearest learned tasks, the one under which its rows have the
//   lowest loss gives its gains and its strongest own atoms, if that loss is lower than without.
// * Growth: n_t falls with t until it is 1 (at r = 8 and γ = 1/2 from the 29th task on); from there on atoms grow linearly. No more shared atoms
//   are made once there are `pool` · r.
// * Shared atoms are kept from reading what tells tasks apart, by an adversary on codes of all tasks' stored pooled features.
// * Nobody has to tell the task: GaussianRouter.swift; an unknown text is answered by the base.
// * A task's atoms and gains are one plain LoRA expert: served as fast as one, and written in PEFT's form exactly.
//
// Shared and own atoms have learning rates of their own (Hunyuan-Large, arXiv 2411.02265, section 2.2.4: an expert's rate follows from
// the share of tokens that it sees). While one task is learned, its shared and its own atoms see the same tokens, so that the rule says
// 1 for both: the default.

public import Decoder
public import Experts
import Files
import ModelConfiguration
public import Torch

/// Shared atoms that accumulate, own atoms for each task, a router over tasks.
public final class Accrete: ContinualMethod {
  public static let name = "accrete"
  public static let summary: String? =
    "shared atoms that freeze, a few atoms of its own for each task, a router; the default"

  static let growth = Hyperparameter(
    "growth", 0.5, in: 0...4, "γ: a task that arrives after t others adds r / (1 + t)^γ atoms; 0: every task adds r")
  static let sharedShare = Hyperparameter(
    "shared-share", 0.5, in: 0...0.95, "the share of a task's new atoms that later tasks may use; 0: no shared path")
  static let pool = Hyperparameter(
    "pool", 1, in: 0...64, "shared atoms of all tasks together at most, in units of the rank r")
  static let sharedRate = Hyperparameter(
    "shared-rate", 1, in: 0.01...100, "what the learning rate is multiplied by for shared atoms")
  static let ownRate = Hyperparameter(
    "own-rate", 1, in: 0.01...100, "what the learning rate is multiplied by for a task's own atoms")
  static let gainRate = Hyperparameter(
    "gain-rate", 5, in: 0.01...1000,
    "what the learning rate is multiplied by for gains: they start at 1, factors at about 0.05")
  static let warmStart = Hyperparameter(
    "warm-start", whole: 4, in: 0...64, "learned tasks that a new one tries to start from; 0: it starts without")
  static let adversaryWeight = Hyperparameter(
    "adversary", 0.01, in: 0...1, "w: weight of the adversary's terms; 0 switches it off")
  static let memoryRows = Hyperparameter(
    "memory-rows", whole: 12, in: 2...65536,
    "rows of pooled features that are kept for the adversary, of all tasks together; each task keeps one at least")

  public static let hyperparameters =
    [growth, sharedShare, pool, sharedRate, ownRate, gainRate, warmStart, adversaryWeight, memoryRows]
    + GaussianRouter.hyperparameters

  /// What one task added.
  struct Parts {
    /// For itself and later tasks; `nil` where the pool is full.
    var shared: LowRankExpert?
    /// For itself.
    var own: LowRankExpert
    /// Of each shared atom of earlier tasks, by layer and projection; empty for the first task. [atoms]
    var gains: [String: Tensor]
    /// Done: rounded to bfloat16, never trained again.
    var isFrozen: Bool
  }

  let context: MethodContext
  var parts: [TaskIdentity: Parts] = [:]
  /// Tasks in the order in which they arrived.
  var arrived: [TaskIdentity] = []
  var adversary: CodeAdversary?
  var memory: FeatureMemory
  var routing: GaussianRouter
  /// Shared atoms that the task being learned was given, in float32.
  private var given: [FactorPosition: Tensor] = [:]

  public init(_ context: MethodContext) throws {
    guard context.shape.projections.contains(where: { [.gate, .up].contains($0) }) else {
      throw LearningError.unsupported(
        what: "accrete without experts on gate_proj or up_proj",
        fix: "Name one of them in --target-modules, too, or use --method per-task.")
    }
    self.context = context
    memory = FeatureMemory(
      capacity: context.value(Self.adversaryWeight) > 0 ? context.whole(Self.memoryRows) : 0)
    guard memory.capacity == 0 || !context.base.commonLayers.isEmpty else {
      throw LearningError.unsupported(
        what:
          "accrete's adversary on a base whose feed-forward blocks have routed experts only: it reads what enters a block with all tokens",
        fix: "Turn it off (--option \(Self.adversaryWeight.name)=0), or choose another method.")
    }
    routing = try GaussianRouter(context)
  }

  public var router: (any TaskRouter)? { routing.isReady ? routing : nil }

  // MARK: Growth

  /// New atoms of the task that arrives after `index` others.
  func plan(_ index: Int) -> (shared: Int, own: Int) {
    let rank = Double(context.shape.rank)
    let capacity = Int(saturating: (context.value(Self.pool) * rank).rounded())
    var total = 0
    for task in 0...index {
      let new = max(1, Int(saturating: (rank / power(Double(1 + task), context.value(Self.growth))).rounded()))
      let shared = max(
        0, min(Int(saturating: Double(new) * context.value(Self.sharedShare)), new - 1, capacity - total))
      if task == index { return (shared, new - shared) }
      total += shared
    }
    return (0, 1)
  }

  /// How many numbers of a row the task's new shared atoms read: only gate_proj and up_proj see what enters the block.
  func codes(_ index: Int) -> Int {
    context.shape.projections.count { $0 == .gate || $0 == .up } * plan(index).shared
  }

  /// Shared atoms that the task finds.
  func found(_ index: Int) -> Int { (0..<index).reduce(0) { $0 + plan($1).shared } }

  // MARK: Learning

  public func begin(_ task: TaskIdentity, on probe: TaskProbe) throws -> [FlatParameters.Parameter] {
    if !arrived.contains(task) { arrived.append(task) }
    given = try sharedFactors(before: task.index)
    let new = try parts[task] ?? start(task, on: probe)
    parts[task] = new
    let isOpposed = context.value(Self.adversaryWeight) > 0 && task.index > 0 && new.shared != nil
    if isOpposed, adversary?.tasks != task.index + 1 {
      adversary = try CodeAdversary(context, task: task, codes: codes(task.index))
    } else if !isOpposed {
      adversary = nil
    }
    func rated(_ tensors: [String: Tensor], _ rate: Hyperparameter) -> [FlatParameters.Parameter] {
      parameters(tensors).map {
        FlatParameters.Parameter(name: $0.name, tensor: $0.tensor, rateFactor: context.value(rate))
      }
    }
    return rated(named(owner(task, "shared"), new.shared?.tensors ?? [:]), Self.sharedRate)
      + rated(named(owner(task, "own"), new.own.tensors), Self.ownRate)
      + rated(named(owner(task, "gains"), new.gains), Self.gainRate) + rated(discriminatorTensors, Self.ownRate)
  }

  public func trainingPass(
    _ task: TaskIdentity, over batch: TokenBatch, in step: StepContext
  ) throws -> TrainingPass {
    guard let own = parts[task] else {
      throw LearningError.stateDiffers(what: Self.name, missing: [task.name], unused: [])
    }
    let derived = try DerivedExpert(served(task), context, training: true) { try factor($0, of: own, given: given) }
    let plain = LowRankSelection(derived.expert, dropout: Dropout(context.shape.dropout, from: step.dropout))
    guard let adversary, let shared = own.shared else {
      return TrainingPass(selection: plain, collectGradients: derived.collectGradients)
    }
    let meter = InputMeter(plain, pooling: try PoolingWeights(batch))
    let (context, memory, weight) = (context, memory, context.value(Self.adversaryWeight))
    return TrainingPass(
      selection: meter,
      lossTerms: { _ in
        try adversary.lossTerms(
          memory: memory, batch: meter.means, of: context.base.commonLayers, atoms: shared.pairs, weight: weight,
          strength: CodeAdversary.strength(at: step.progress))
      }, collectGradients: derived.collectGradients)
  }

  public func end(_ task: TaskIdentity, on probe: TaskProbe) throws {
    guard var done = parts[task], !done.isFrozen else { return }
    done.shared = try done.shared?.rounded()
    done.own = try done.own.rounded()
    done.gains = try done.gains.mapValues { try $0.detached().cloned() }
    done.isFrozen = true
    parts[task] = done
    (adversary, given) = (nil, [:])
    try routing.learn(task.index, probe.features(routing.view))
    guard memory.capacity > 0 else { return }
    let rows = probe.sample(memory.quota(of: task.index + 1))
    try memory.add(task.index, probe.pooledInputs(of: rows, under: selection(for: task)))
  }

  // MARK: Serving

  /// A task that has not arrived is served by what is shared so far.
  public func servingExpert(of task: TaskIdentity) throws -> ServingExpert? {
    try expert(for: task).map { .plain(try $0.widened()) }
  }

  public func ownedExpert(of task: TaskIdentity) throws -> LowRankExpert? {
    parts[task]?.isFrozen == true ? try expert(for: task) : nil
  }

  /// Everything that serves a task as one plain LoRA expert; of a learned one as it is kept, in bfloat16.
  func expert(for task: TaskIdentity) throws -> LowRankExpert? {
    if let own = parts[task] {
      let found = try sharedFactors(before: task.index)
      let whole = try DerivedExpert(served(task), context, training: false) {
        try factor($0, of: own, given: found)
      }.expert
      return own.isFrozen ? try whole.rounded() : whole
    }
    let shared = try sharedFactors(before: arrived.count)
    guard let rank = shared.first(where: { $0.key.side == .a })?.value.shape[0] else { return nil }
    return try DerivedExpert(context.shape(rank: rank), context, training: false) { position in
      guard let factor = shared[position] else {
        throw ExpertError.missingTensor(where: Self.name, name: position.name)
      }
      return factor
    }.expert
  }

  /// The shape of what serves a task.
  private func served(_ task: TaskIdentity) throws -> LowRankShape {
    let new = plan(task.index)
    return try context.shape(rank: found(task.index) + new.shared + new.own)
  }

  /// One factor of what serves a task: what it found, what it shares, what is its own. A: [rank, in], B: [out, rank]
  private func factor(_ position: FactorPosition, of own: Parts, given: [FactorPosition: Tensor]) throws -> Tensor {
    var list: [Tensor] = []
    if let found = given[position] {
      let gain = own.gains[Self.gainName(position)]
      list.append(position.side == .b ? try gain.map { try found * $0 } ?? found : found)
    }
    for expert in [own.shared, own.own].compactMap({ $0 }) {
      list.append(try expert.factor(at: position).converted(to: .float32))
    }
    return list.count == 1 ? list[0] : try Tensor.concatenated(list, axis: position.rankAxis)
  }

  /// The shared atoms of the first `count` tasks to arrive, in float32; empty where there are none.
  func sharedFactors(before count: Int) throws -> [FactorPosition: Tensor] {
    try arrived.prefix(count).compactMap { parts[$0]?.shared }.chained()
  }

  static func gainName(_ position: FactorPosition) -> String { "layers.\(position.layer).\(position.site.name)" }

  func owner(_ task: TaskIdentity, _ part: String) -> String { "tasks.\(task.name).\(part)" }
}
