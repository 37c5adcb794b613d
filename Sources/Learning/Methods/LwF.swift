// Learning without forgetting: one LoRA through all tasks, held to what it said before about the new task's rows.
//
//     h = W x + (α / r) B A x                                   (Hu et al., arXiv 2106.09685)
//     L = L_task + λ L_distillation                             (Li and Hoiem, arXiv 1606.09282, eq. 3)
//     L_distillation = T² · mean over answer tokens of KL(softmax(z_old / T) ‖ softmax(z / T))      term `distillation`
//
// z: the logits that predict the answer's tokens; z_old: the same under the LoRA as it was when the task arrived, without dropout. The
// paper distils the heads of earlier tasks. Here all tasks share the vocabulary, so what the model would have answered is distilled. T²
// keeps the gradient's size when T changes (Hinton et al., arXiv 1503.02531). No row of an earlier task is needed. The first task has no
// such term; in the first step of a later one it is 0 but for dropout, because both are the same LoRA.
//
// Under the output head `trained` the logits are those of the last prompt token over the vocabulary.
//
// Cost: a copy of the LoRA, one more forward pass in each step, and the logits of a batch's answer tokens over the vocabulary.

public import Decoder
import Experts
public import Torch

/// One LoRA through all tasks, held to its earlier answers by distillation.
public final class LwF: Sequential {
  public override class var name: String { "lwf" }
  public override class var summary: String? {
    "one LoRA through all tasks, held to what it said before about the new task's rows (distillation)"
  }

  static let strength = Hyperparameter(
    "lambda", 1, in: 1e-6...1e6, "λ: how strongly it is held to what it said before; the paper's is 1")
  static let temperature = Hyperparameter(
    "temperature", 2, in: 0.1...100, "T: above 1, improbable answers count more; the paper's is 2")
  public override class var hyperparameters: [Hyperparameter] { [strength, temperature] }

  private static let owner = "earlier"
  /// The LoRA as it was when the task being learned arrived; `nil` during the first task, and between tasks.
  private(set) var earlier: LowRankExpert?

  public override func begin(_ task: TaskIdentity, on probe: TaskProbe) throws -> [FlatParameters.Parameter] {
    if task.index > 0, earlier == nil {
      earlier = try LowRankExpert(
        context.shape, for: context.base, tensors: expert.tensors.mapValues { try $0.detached().cloned() },
        where: Self.name)
    }
    return try super.begin(task, on: probe)
  }

  public override func trainingPass(
    _ task: TaskIdentity, over batch: TokenBatch, in step: StepContext
  ) throws -> TrainingPass {
    let plain = try super.trainingPass(task, over: batch, in: step)
    guard let earlier else { return plain }
    let (weight, temperature) = (context.value(Self.strength), context.value(Self.temperature))
    return TrainingPass(selection: plain.selection) { outputs in
      let value = try Self.distillation(
        outputs.logits(), from: outputs.logits(under: LowRankSelection(earlier)), temperature: temperature)
      return [
        LossTerm(name: "distillation", value: value, weight: weight, bound: -1e-3...Double.greatestFiniteMagnitude)
      ]
    }
  }

  /// T² · mean KL(softmax(old / T) ‖ softmax(new / T)). Both: [positions, vocabulary] → [].
  static func distillation(_ new: Tensor, from old: Tensor, temperature: Double) throws -> Tensor {
    let (before, now) = (try (old * (1 / temperature)).logSoftmax(1), try (new * (1 / temperature)).logSoftmax(1))
    let divergence = try (before.exp() * (before - now)).sum(1)  // [positions]
    return try divergence.mean() * (temperature * temperature)
  }

  public override func end(_ task: TaskIdentity, on probe: TaskProbe) throws {
    earlier = nil
    try super.end(task, on: probe)
  }

  public override var tensors: [String: Tensor] {
    super.tensors.merging(earlier.map { named(Self.owner, $0.tensors) } ?? [:]) { $1 }
  }

  public override func restore(tasks: [TaskIdentity], tensors: [String: Tensor]) throws {
    let before = owned(by: Self.owner, tensors)
    // There is one while a later task than the first is being learned.
    earlier =
      before.isEmpty
      ? nil : try LowRankExpert(context.shape, for: context.base, tensors: before, where: Self.name)
    try super.restore(tasks: tasks, tensors: tensors)
  }
}
