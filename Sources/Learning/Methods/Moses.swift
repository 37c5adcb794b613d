// Moses: masked sub-experts behind a gate. A reconstruction.
//
// After MoSEs (mixture of sub-experts, arXiv 2511.06237). Public are that paper's abstract and no line of code. What the abstract says is
// here: sparse sub-experts in the layers of a frozen base, a router for each task, knowledge kept apart in sub-experts, and new tasks that
// reuse old parameters. Everything else is a reconstruction, from the same authors' earlier work (WSN, Winning SubNetworks, ICML 2022) and
// from our own decisions. It is not the paper's method, and its results are not the paper's.
//
// Every projection has N sub-experts (A_e, B_e) of rank r_e = r / k, shared by all tasks, with scores S of the same shapes. For task t:
//
//     E_t  = the k largest of b_t,   g_t = softmax of b_t over E_t                        b_t: N numbers of each layer
//     m_t  = 1 for the share c of a factor's entries with the largest |S|, else 0         Masks/TopShare.swift
//     h    = W x + (α / (c r_e)) Σ_{e ∈ E_t} g_te (B_e ⊙ m_te) (A_e ⊙ m_te) x
//     θ    = as task u left it where M_{t−1} = 1, trained elsewhere                       M_t = M_{t−1} ∨ m_t
//     dL/dθ = dL/dθ̂ ⊙ m_t ⊙ (1 − M_{t−1}),   dL/dS = dL/dθ̂ ⊙ θ ⊙ sign S                  θ̂ = θ ⊙ m_t; Masks/StraightThrough.swift
//     L    = L_task + λ · mean of σ(|S|) over the entries of E_t with M_{t−1} = 0          `newness`; from the first old entry on
//
// * One plain LoRA serves a task: A = [A_e ⊙ m], B = [(k/c) g_e B_e ⊙ m] for e ∈ E_t, rank k r_e, strength α / r, as k / r = 1 / r_e. It
//   costs what a LoRA costs, and PEFT's form holds it exactly. (A gate for each token, z = U_t LN(x) + b_t, would need all N factors and
//   N·d more values for each layer and task, and no single pair could compute it.)
// * No forgetting where the task is given: what it uses is rounded to bfloat16 when it ends, and lies in tensors of that task
//   (SubExpertPool.swift). The one LoRA that these make under its gates is rounded too, so what is scored is what is in the run's folder.
// * Transfer: scores go on from task to task, so that a task starts with the masks of those before it; λ makes new entries dear.
// * |S| in the penalty, as selection looks at |S|: with σ(S) itself, entries with S < 0 would be pushed into the mask.
// * 1 / c is ours: each factor is divided by √c, as dropout divides by what it keeps, so that α and the learning rate mean what they mean to
//   other methods. Without it a task learns about 1 / c times as slowly.
// * Start: the k sub-experts of a layer with the smallest share of owned entries have b = 0, the others −1. So a task gets unused ones while
//   there are any, and starts next to the base; later it starts where the others' masks are.
// * Kept of a task: gates, masks (Masks/MaskCode.swift), values of the entries that it was the first to use.
// * Nobody has to tell the task: GaussianRouter.swift, instead of trained keys.

public import Decoder
public import Experts
import ModelConfiguration
public import Torch

/// Shared sub-experts; each task has masks over their entries and a gate over them. A reconstruction of MoSEs.
public final class Moses: ContinualMethod {
  public static let name = "moses"
  public static let summary: String? =
    "masked sub-experts behind a gate; a reconstruction after MoSEs (arXiv 2511.06237), of which only the abstract is public"

  static let subExperts = Hyperparameter(
    "sub-experts", whole: 4, in: 1...64, "N: sub-experts of each projection; 4 of the 4…8 that the reconstruction names"
  )
  static let active = Hyperparameter(
    "active", whole: 2, in: 1...64,
    "k: sub-experts that serve a task, each of rank r / k; at most N; 2 in the reconstruction")
  static let density = Hyperparameter(
    "density", 0.3, in: 0.001...1,
    "c: the share of a factor's entries that a task uses; chosen on validation rows of compliance-en")
  static let newness = Hyperparameter(
    "newness", 1, in: 0...1e6, "λ: weight of the penalty on entries that no task has used yet; 0: reuse by luck alone")

  public static let hyperparameters = [subExperts, active, density, newness] + GaussianRouter.hyperparameters

  /// What one task has.
  struct Part {
    /// b_t of each layer. [N]
    var gates: [Tensor]
    /// Of each layer; empty until the task is learned.
    var kept: [Kept] = []

    var isLearned: Bool { !kept.isEmpty }
  }

  /// What a learned task keeps of one layer, beside its gate.
  struct Kept {
    /// All its masks, one after the other. uint8 [bytes]
    let masks: Tensor
    /// The entries that it was the first to use. bfloat16 [entries]
    let values: Tensor
  }

  typealias Masks = [SubExpertPosition: Tensor]

  let context: MethodContext
  let choice: TopShare
  var pool: SubExpertPool
  var parts: [TaskIdentity: Part] = [:]
  /// Tasks in the order in which they arrived.
  var arrived: [TaskIdentity] = []
  var routing: GaussianRouter
  /// Masks of the optimizer step that is being taken.
  private var current: (progress: Double, masks: Masks)?

  /// - Throws: ``LearningError/invalidOption(name:got:allowed:)`` for more active sub-experts than there are.
  public init(_ context: MethodContext) throws {
    let (count, active) = (context.whole(Self.subExperts), context.whole(Self.active))
    guard active <= count else {
      throw LearningError.invalidOption(
        name: "option `\(Self.active.name)` of \(Self.name)", got: "\(active)",
        allowed: "1 to \(count), the sub-experts")
    }
    self.context = context
    choice = TopShare(share: context.value(Self.density))
    pool = try SubExpertPool(context, count: count, rank: max(context.shape.rank / active, 1))
    routing = try GaussianRouter(context)
  }

  public var router: (any TaskRouter)? { routing.isReady ? routing : nil }

  var active: Int { context.whole(Self.active) }

  // MARK: Gates

  /// Those with the smallest share of owned entries come first.
  private func newGate(layer: Int) throws -> Tensor {
    let shares = try (0..<pool.count).map { try pool.ownedShare(of: $0, layer: layer) }
    let first = shares.indices.sorted { (shares[$0], $0) < (shares[$1], $1) }.prefix(active)
    return try Tensor(shares.indices.map { first.contains($0) ? Float(0) : -1 }, on: context.device)
  }

  /// E_t: the numbers of the k largest, from the smallest number; the first of equals.
  func chosen(by gate: Tensor) throws -> [Int] {
    let values = try gate.detached().floats()
    return values.indices.sorted { (values[$1], $0) < (values[$0], $1) }.prefix(active).sorted()
  }

  /// (k / c) g_t, for each column of the merged B. [k · r_e]
  private func strengths(_ gate: Tensor, _ chosen: [Int]) throws -> Tensor {
    let shares = try gate.gathered(0, rows: Tensor(chosen, on: gate.device)).softmax(0)  // [k]
    return try (shares * (Double(active) / choice.share)).repeated(0, times: pool.shape.rank)
  }

  // MARK: Learning

  public func begin(_ task: TaskIdentity, on probe: TaskProbe) throws -> [FlatParameters.Parameter] {
    if !arrived.contains(task) { arrived.append(task) }
    let part = try parts[task] ?? Part(gates: (0..<context.base.layers).map(newGate))
    parts[task] = part
    current = nil
    return parameters(pool.tensors.merging(gateTensors(of: part, task)) { first, _ in first })
  }

  public func trainingPass(
    _ task: TaskIdentity, over batch: TokenBatch, in step: StepContext
  ) throws -> TrainingPass {
    guard let part = parts[task] else {
      throw LearningError.stateDiffers(what: Self.name, missing: [task.name], unused: [])
    }
    // Once for all micro-batches of a step: its progress is the same.
    let masks = try current.flatMap { $0.progress == step.progress ? $0.masks : nil } ?? scoredMasks(of: part)
    current = (step.progress, masks)
    let derived = try DerivedExpert(served, context, training: true) { factor in
      try merged(factor, part.gates) { position in
        try pool.values(position) * StraightThrough.factor(Self.find(position, in: masks), by: pool.score(position))
      }
    }
    return TrainingPass(
      selection: LowRankSelection(derived.expert, dropout: Dropout(context.shape.dropout, from: step.dropout)),
      lossTerms: { [self] _ in try newnessTerm(part).map { [$0] } ?? [] }, collectGradients: derived.collectGradients)
  }

  /// λ · mean of σ(|S|) over entries that no task owns; `nil` where there is no old entry that could be used instead.
  private func newnessTerm(_ part: Part) throws -> LossTerm? {
    let weight = context.value(Self.newness)
    let positions = try part.gates.enumerated().flatMap { layer, gate in
      pool.positions(layer: layer, of: try chosen(by: gate))
    }
    guard weight > 0, positions.contains(where: { pool.owned[$0] != nil }) else { return nil }
    return try withGradients {
      var (sums, count): ([Tensor], Double) = ([], 0)
      for position in positions {
        let dear = try pool.score(position).abs().sigmoid()
        let owned = pool.owned[position]?.mask
        sums.append(try owned.map { try dear.filling(where: $0, with: 0).sum() } ?? dear.sum())
        count += Double(dear.count) - (try owned?.sum().item() ?? 0)
      }
      guard count > 0 else { return nil }
      let value = try Tensor.stacked(sums).sum() * (1 / count)
      return LossTerm(name: "newness", value: value, weight: weight, bound: 0...1)
    }
  }

  public func end(_ task: TaskIdentity, on probe: TaskProbe) throws {
    guard var part = parts[task], !part.isLearned else { return }
    try withoutGradients {
      part.gates = try part.gates.map { try $0.detached().cloned() }
      let masks = try scoredMasks(of: part)
      for (layer, gate) in part.gates.enumerated() {
        part.kept.append(try keep(pool.positions(layer: layer, of: chosen(by: gate)), masks))
      }
    }
    parts[task] = part
    current = nil
    try routing.learn(task.index, probe.features(routing.view))
  }

  /// What is kept of one layer; its new entries are owned from here on.
  private func keep(_ positions: [SubExpertPosition], _ masks: Masks) throws -> Kept {
    var bits: [Bool] = []
    var values: [Tensor] = []
    for position in positions {
      let mask = try Self.find(position, in: masks)
      let new = try pool.new(position, in: mask)
      let rounded = try pool.values(position).detached().picked(where: new).converted(to: .bfloat16)
      bits += try mask.truths()
      values.append(rounded)
      try pool.own(position, new, rounded)
    }
    return Kept(
      masks: try Tensor(MaskCode.encode(bits), on: context.device), values: try Tensor.concatenated(values))
  }

  /// Masks of the chosen sub-experts as the scores are now.
  private func scoredMasks(of part: Part) throws -> Masks {
    try part.gates.enumerated().reduce(into: [:]) { masks, entry in
      for position in pool.positions(layer: entry.offset, of: try chosen(by: entry.element)) {
        masks[position] = try choice.mask(of: pool.score(position))
      }
    }
  }

  // MARK: Serving

  /// A task that has not arrived is served by the base.
  public func servingExpert(of task: TaskIdentity) throws -> ServingExpert? {
    try expert(for: task).map { .plain(try $0.widened()) }
  }

  public func ownedExpert(of task: TaskIdentity) throws -> LowRankExpert? {
    parts[task]?.isLearned == true ? try expert(for: task) : nil
  }

  /// Everything that serves a task as one plain LoRA expert; of a learned one as it is kept, in bfloat16.
  func expert(for task: TaskIdentity) throws -> LowRankExpert? {
    guard let part = parts[task] else { return nil }
    let masks = try part.isLearned ? storedMasks(of: part) : withoutGradients { try scoredMasks(of: part) }
    let whole = try DerivedExpert(served, context, training: false) { factor in
      try merged(factor, part.gates) { position in
        let mask = try Self.find(position, in: masks)
        return try part.isLearned
          ? pool.values(position, where: mask) : pool.values(position) * mask.converted(to: .float32)
      }
    }.expert
    return part.isLearned ? try whole.rounded() : whole
  }

  /// Of what serves a task: rank k r_e.
  private var served: LowRankShape { get throws { try context.shape(rank: active * pool.shape.rank) } }

  /// One factor of what serves a task. A: [k · r_e, in], B: [out, k · r_e]
  private func merged(
    _ factor: FactorPosition, _ gates: [Tensor], _ values: (SubExpertPosition) throws -> Tensor
  ) throws -> Tensor {
    let gate = gates[factor.layer]
    let chosen = try chosen(by: gate)
    let parts = try chosen.map { try values(SubExpertPosition(factor: factor, expert: $0)) }
    let whole = try Tensor.concatenated(parts, axis: factor.rankAxis)
    return factor.side == .a ? whole : try whole * strengths(gate, chosen)
  }

  static func find(_ position: SubExpertPosition, in masks: Masks) throws -> Tensor {
    guard let mask = masks[position] else {
      throw LearningError.malformedMask(what: position.name, rule: "it has no mask")
    }
    return mask
  }
}
