// Sequential fine-tuning: one LoRA is trained on every task, one after the other.
//
//     h = W x + (α / r) B A x                                   (Hu et al., arXiv 2106.09685)
//     L = L_task
//
// The lower baseline: nothing protects what was learned before. No hyper-parameter beyond the LoRA's own
// (rank r, strength α, dropout), and no loss term beyond the task's.

public import Decoder
public import Experts
public import Torch

/// One LoRA through all tasks. Joint training, replay and EWC are the same with other rows or another loss.
public class Sequential: ContinualMethod {
  public class var name: String { "sequential" }
  public class var summary: String? { "one LoRA trained on every task in turn: what forgets" }
  public class var hyperparameters: [Hyperparameter] { [] }
  public var trainingRows: TrainingRows { .ofTask }

  private static let owner = "shared"

  let context: MethodContext
  private(set) var expert: LowRankExpert

  public init(_ context: MethodContext) throws {
    self.context = context
    expert = try context.newExpert(Self.owner)
  }

  public func begin(_ task: TaskIdentity, on probe: TaskProbe) throws -> [FlatParameters.Parameter] {
    parameters(shared)
  }

  public func trainingPass(
    _ task: TaskIdentity, over batch: TokenBatch, in step: StepContext
  ) throws -> TrainingPass {
    TrainingPass(selection: LowRankSelection(expert, dropout: Dropout(context.shape.dropout, from: step.dropout)))
  }

  public func adjust(_ gradient: Tensor, in step: TrainingStep) throws {}

  public func servingExpert(of task: TaskIdentity) throws -> ServingExpert? { .plain(expert) }

  public func dependencies(of task: TaskIdentity) -> [String: Tensor] { shared }

  public func ownedExpert(of task: TaskIdentity) -> LowRankExpert? { nil }

  public func end(_ task: TaskIdentity, on probe: TaskProbe) throws {}

  /// What trains.
  private var shared: [String: Tensor] { named(Self.owner, expert.tensors) }

  public var tensors: [String: Tensor] { shared }

  public func restore(tasks: [TaskIdentity], tensors: [String: Tensor]) throws {
    try requireSameNames(Self.name, expected: self.tensors.keys, got: tensors.keys)
    expert = try LowRankExpert(
      context.shape, for: context.base, tensors: owned(by: Self.owner, tensors), where: Self.name)
  }
}
