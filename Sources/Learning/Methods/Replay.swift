// Experience replay: one LoRA through all tasks, which sees some rows of the earlier ones again.
//
//     h = W x + (α / r) B A x                                   (Hu et al., arXiv 2106.09685)
//     L = L_task over the rows of task t and ⌈share · n_u⌉ rows of each task u < t
//
// An earlier task gives the same rows to every later one, drawn once (docs/protocol.md, section Rows). They lie among the new
// rows in random order, count like them, and are seen as often (Chaudhry et al., arXiv 1902.10486, without its memory of a fixed
// size). TRACE's replay (arXiv 2310.06762) differs: one epoch after each task, over the first tenth of each earlier task's file.
//
// Cost: a task's steps grow by share · Σ n_u / n_t, so the work of T equal tasks grows by share · T² / 2. The rows have to be kept, which
// `methodBytes` does not count. No loss term beyond the task's; nothing is frozen. Refuses the output head `trained`: rows of a batch are
// of several tasks, and a head is of one.

/// One LoRA through all tasks, with some rows of the earlier ones.
public final class Replay: Sequential {
  public override class var name: String { "replay" }
  public override class var summary: String? {
    "one LoRA through all tasks, which sees some rows of the earlier ones again"
  }

  static let share = Hyperparameter(
    "share", 0.1, in: 0.001...1,
    "the share of each earlier task's training rows that a later task learns again; TRACE's is 0.1")
  public override class var hyperparameters: [Hyperparameter] { [share] }

  public override var trainingRows: TrainingRows { .replaying(share: context.value(Self.share)) }
}
