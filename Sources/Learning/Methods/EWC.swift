// Elastic weight consolidation: one LoRA through all tasks, held where its values matter to earlier ones.
//
//     h = W x + (α / r) B A x                                   (Hu et al., arXiv 2106.09685)
//     L = L_task + λ L_ewc                                      (Kirkpatrick et al., arXiv 1612.00796, eq. 3)
//     L_ewc = ½ Σ_i F_i (θ_i − θ*_i)²                           term `ewc`; none while the first task is learned
//     F ← F + (1/N) Σ_rows (∂ℓ_row / ∂θ)²,   θ* ← θ             at the end of each task
//
// ℓ_row: the mean −log p of one row's answer tokens (of its label under the output head `trained`), without dropout; N rows of the
// task, drawn by its name. Squares of single rows, not of batches: the empirical Fisher information, with right answers instead
// of drawn ones.
//
// The online form: one F and one θ* for all earlier tasks (Schwarz et al., arXiv 1805.06370, with γ = 1), so that its size does not grow.
// TRACE (arXiv 2310.06762) has the same form and λ = 400, but squares gradients of whole batches during training. Where rows of a batch
// disagree, its F is smaller, and the same λ holds less. L_ewc is 0 in a task's first step, where θ = θ*; a later task of one step is an
// error, as a term that does nothing always is.
//
// Nothing is frozen. What it costs: two more copies of the LoRA, N passes forward and back at the end of each task, and a few
// operations on all its values in each step.

public import Decoder
import Experts
public import Torch

/// One LoRA through all tasks, held in place by a quadratic penalty.
public final class EWC: Sequential {
  public override class var name: String { "ewc" }
  public override class var summary: String? {
    "one LoRA through all tasks, held where its values matter to the earlier ones (arXiv 1612.00796)"
  }

  static let strength = Hyperparameter(
    "lambda", 400, in: 1e-6...1e9, "λ: how strongly the LoRA is held where it was after the task before; TRACE's is 400"
  )
  static let fisherRows = Hyperparameter(
    "fisher-rows", whole: 200, in: 1...1_000_000,
    "N: rows of a task, at most, from whose gradients it is told what matters to the task")
  public override class var hyperparameters: [Hyperparameter] { [strength, fisherRows] }

  /// What earlier tasks left behind. Values of all factors one after the other, in the order of their names.
  struct Memory {
    /// F. [values]
    var importance: Tensor
    /// θ*. [values]
    var anchor: Tensor
  }

  private(set) var memory: Memory?

  public override func trainingPass(
    _ task: TaskIdentity, over batch: TokenBatch, in step: StepContext
  ) throws -> TrainingPass {
    let plain = try super.trainingPass(task, over: batch, in: step)
    guard let memory else { return plain }
    let (trained, weight) = (expert.tensors, context.value(Self.strength))
    return TrainingPass(selection: plain.selection) { _ in
      [
        LossTerm(
          name: "ewc", value: try Self.penalty(trained, memory), weight: weight,
          bound: 0...Double.greatestFiniteMagnitude)
      ]
    }
  }

  /// ½ Σ F (θ − θ*)². []
  static func penalty(_ trained: [String: Tensor], _ memory: Memory) throws -> Tensor {
    let distance = try flat(trained) - memory.anchor
    return try (distance * distance * memory.importance).sum() * 0.5
  }

  /// All values one after the other, in the order of names. [values]
  static func flat(_ tensors: [String: Tensor]) throws -> Tensor {
    try Tensor.concatenated(tensors.sorted { $0.key < $1.key }.map { try $0.value.reshaped([-1]) })
  }

  public override func end(_ task: TaskIdentity, on probe: TaskProbe) throws {
    let trained = expert.tensors
    let anchor = try Self.flat(trained.mapValues { try $0.detached() }).cloned()
    let sum = try Tensor.zeros(anchor.shape, on: context.device)
    var rows = 0
    let pass = TrainingPass(selection: LowRankSelection(expert))
    func undropped(_ batch: TokenBatch) -> TrainingPass { pass }
    try probe.gradients(
      of: undropped, in: Array(trained.values), rows: context.whole(Self.fisherRows), batch: 1
    ) {
      let gradient = try Self.flat(
        trained.mapValues {
          guard let gradient = $0.gradient else { throw TorchError.missingGradient("the LoRA of \(Self.name)") }
          return gradient
        })
      try sum.addInPlace(gradient * gradient)
      rows += 1
    }
    guard rows > 0 else { throw LearningError.withoutRows(task) }
    let own = try sum * (1 / Double(rows))
    memory = Memory(importance: try memory.map { try $0.importance + own } ?? own, anchor: anchor)
  }

  // MARK: State

  private static let names = (importance: "ewc.importance", anchor: "ewc.anchor")

  public override var tensors: [String: Tensor] {
    var result = super.tensors
    result[Self.names.importance] = memory?.importance
    result[Self.names.anchor] = memory?.anchor
    return result
  }

  public override func restore(tasks: [TaskIdentity], tensors: [String: Tensor]) throws {
    memory = nil
    let isThere = tensors[Self.names.importance] != nil || tensors[Self.names.anchor] != nil
    // All tasks but the last are done; the last one may be.
    if tasks.count > 1 || (tasks.count == 1 && isThere) {
      let shape = [expert.tensors.values.reduce(0) { $0 + $1.count }]
      memory = Memory(
        importance: try stored(Self.names.importance, shape, in: tensors, of: Self.name),
        anchor: try stored(Self.names.anchor, shape, in: tensors, of: Self.name))
    }
    try super.restore(tasks: tasks, tensors: tensors)
  }
}
