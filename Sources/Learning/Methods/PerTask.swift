// Per-task fine-tuning: every task gets a LoRA of its own, trained once and then frozen.
//
//     h = W x + (α / r) B_t A_t x                               (Hu et al., arXiv 2106.09685)
//     L = L_task
//
// The isolation baseline: it cannot forget and cannot transfer. Its result does not depend on the order of the tasks.
// No hyper-parameter beyond the LoRA's own, and no loss term beyond the task's. A task that has not arrived is served
// by the base.
//
// Frozen: a task's LoRA when the task ends, rounded to bfloat16 first, so that what is scored is what is kept.

public import Decoder
public import Experts
public import Torch

/// A LoRA for each task. Any-SSR is the same with a router.
public class PerTask: ContinualMethod {
  public class var name: String { "per-task" }
  public class var summary: String? { "a LoRA for each task, trained once and then frozen; the task is given" }
  public class var hyperparameters: [Hyperparameter] { [] }

  private let context: MethodContext
  private var experts: [TaskIdentity: LowRankExpert] = [:]

  public init(_ context: MethodContext) throws { self.context = context }

  private func owner(_ task: TaskIdentity) -> String { "tasks.\(task.name)" }

  public func begin(_ task: TaskIdentity, on probe: TaskProbe) throws -> [FlatParameters.Parameter] {
    let expert = try experts[task] ?? context.newExpert(owner(task))
    experts[task] = expert
    return parameters(named(owner(task), expert.tensors))
  }

  public func trainingPass(
    _ task: TaskIdentity, over batch: TokenBatch, in step: StepContext
  ) throws -> TrainingPass {
    guard let expert = experts[task] else {
      throw LearningError.stateDiffers(what: Self.name, missing: [task.name], unused: [])
    }
    return TrainingPass(
      selection: LowRankSelection(expert, dropout: Dropout(context.shape.dropout, from: step.dropout)))
  }

  public func servingExpert(of task: TaskIdentity) throws -> ServingExpert? {
    try experts[task].map { .plain(try $0.widened()) }
  }

  public func dependencies(of task: TaskIdentity) -> [String: Tensor] {
    experts[task].map { named(owner(task), $0.tensors) } ?? [:]
  }

  public func end(_ task: TaskIdentity, on probe: TaskProbe) throws { experts[task] = try experts[task]?.rounded() }

  public func ownedExpert(of task: TaskIdentity) -> LowRankExpert? { experts[task] }

  public var router: (any TaskRouter)? { nil }

  public var tensors: [String: Tensor] {
    experts.reduce(into: [:]) { result, entry in
      result.merge(named(owner(entry.key), entry.value.tensors)) { first, _ in first }
    }
  }

  public func restore(tasks: [TaskIdentity], tensors: [String: Tensor]) throws {
    experts = [:]
    for task in tasks {
      experts[task] = try context.storedExpert(owner(task), tensors, of: Self.name)
    }
    try requireSameNames(Self.name, expected: self.tensors.keys, got: tensors.keys)
  }
}
