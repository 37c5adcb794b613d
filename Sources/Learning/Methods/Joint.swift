// Joint training: one LoRA learns the rows of all tasks at once.
//
//     h = W x + (α / r) B A x                                   (Hu et al., arXiv 2106.09685)
//     L = L_task over the rows of every task
//
// No continual learning, but its upper bound for one LoRA of this size: nothing arrives later, so nothing can be forgotten. All rows are
// learned when the first task arrives, in batches that mix tasks, for `--epochs` epochs. Later tasks train nothing, and all rows of the
// matrix after the first are the same. Only ACC means something: BWT and FGT are 0 by construction, FWT counts what was trained as
// transferred, and all costs are the first task's.
//
// No hyper-parameter beyond the LoRA's own, and no loss term beyond the task's. Refuses the output head `trained`: rows of
// a batch are of several tasks, and a head is of one. Closed-form heads (`both`) are solved when the first task arrives, too.

/// One LoRA on the rows of all tasks.
public final class Joint: Sequential {
  public override class var name: String { "joint" }
  public override class var summary: String? {
    "all rows of all tasks at once: the upper bound, no continual learning; only ACC means something"
  }

  public override var trainingRows: TrainingRows { .allAtOnce }
}
