// Averaged gradient episodic memory: one LoRA through all tasks, whose steps must not raise the loss on remembered rows of earlier ones.
//
//     h = W x + (α / r) B A x                                   (Hu et al., arXiv 2106.09685)
//     g: the gradient of L_task over a step's batch;  g_ref: that of the loss over a batch of remembered rows
//     g ← g − (g·g_ref / g_ref·g_ref) g_ref  where g·g_ref < 0, else g       (Chaudhry et al., arXiv 1812.00420, eq. 11)
//
// `memory` rows of each earlier task are remembered, drawn once (docs/protocol.md, section Rows). Each step draws `memory-batch` of all
// remembered rows, and takes g_ref over them without dropout. The projection comes before clipping. AdamW then scales the gradient value
// by value, so a step may still raise the loss on the remembered rows: the paper's guarantee is for plain SGD.
//
// Cost: from the second task on, one more forward and backward pass over `memory-batch` rows in each step. The rows have to be kept, which
// `methodBytes` does not count. No loss term beyond the task's; nothing is frozen.
// Refuses the output head `trained`: remembered rows are of several tasks, and a head is of one.

import Decoder
import Experts
import Randomness
import Streams
public import Torch

/// One LoRA through all tasks, whose gradients are projected so that the loss on remembered rows does not rise.
public final class AGEM: Sequential {
  public override class var name: String { "a-gem" }
  public override class var summary: String? {
    "one LoRA through all tasks; gradients against those of remembered rows are projected (A-GEM)"
  }

  static let memory = Hyperparameter(
    "memory", whole: 32, in: 1...1_000_000, "rows of each earlier task that are remembered")
  static let memoryBatch = Hyperparameter(
    "memory-batch", whole: 16, in: 1...100_000, "remembered rows that a step compares its gradient with")
  public override class var hyperparameters: [Hyperparameter] { [memory, memoryBatch] }

  public override var trainingRows: TrainingRows { .remembering(rows: context.whole(Self.memory)) }

  /// g ← g − (g·g_ref / g_ref·g_ref) g_ref where g·g_ref < 0.
  public override func adjust(_ gradient: Tensor, in step: TrainingStep) throws {
    guard !step.probe.remembered.isEmpty else { return }
    let own = try gradient.cloned()
    var reference: Tensor?
    let pass = TrainingPass(selection: LowRankSelection(expert))
    func undropped(_ batch: TokenBatch) -> TrainingPass { pass }
    let rows = Self.drawn(
      context.whole(Self.memoryBatch), of: step.probe.remembered, seed: context.seed, task: step.task, step: step.number
    )
    try step.probe.gradients(of: undropped, in: step.trained, over: rows, batch: rows.count) {
      reference = try gradient.cloned()
    }
    guard let reference else { throw LearningError.withoutRows(step.task) }
    try gradient.copyInPlace(from: Self.projected(own, reference))
  }

  /// g without its part against g_ref. Both: [values] → [values].
  static func projected(_ gradient: Tensor, _ reference: Tensor) throws -> Tensor {
    let along = try (gradient * reference).sum().item()
    let square = try (reference * reference).sum().item()
    guard along < 0, square > 0 else { return gradient }
    return try gradient - reference * (along / square)
  }

  /// The rows of a step: the first of a shuffle with the stream `SEED/a-gem/TASK/STEP`.
  static func drawn(
    _ count: Int, of rows: [EncodedExample], seed: UInt64, task: TaskIdentity, step: Int
  ) -> [EncodedExample] {
    var numbers = Array(rows.indices)
    var stream = RandomStream(seed: seed, "a-gem", task.name, "\(step)")
    stream.shuffle(&numbers)
    return numbers.prefix(count).sorted().map { rows[$0] }
  }
}
