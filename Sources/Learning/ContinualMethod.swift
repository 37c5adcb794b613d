public import Decoder
public import Experts
public import Torch

/// What a continual-learning method decides, and nothing more: which tensors train, which experts a task uses, what is
/// added to the loss, and what is kept when a task ends.
///
/// A method never runs a loop and never touches the base. What it may look at of a task's rows is a ``TaskProbe``. It belongs to
/// one trainer at a time.
public protocol ContinualMethod: AnyObject {
  /// The name on the command line.
  static var name: String { get }

  /// What `accrete methods` says about it in one line; `nil`: its name says it.
  static var summary: String? { get }

  /// What a user can give it, each with its meaning: numbers, flags and choices; none by default.
  static var hyperparameters: [Hyperparameter] { get }

  /// Whose rows a task is learned from; its own by default.
  var trainingRows: TrainingRows { get }

  /// A task arrives: make what it needs, and name every tensor that its training moves.
  /// Called again for the same task (after a resume) it makes nothing new.
  func begin(_ task: TaskIdentity, on probe: TaskProbe) throws -> [FlatParameters.Parameter]

  /// The experts of one training pass over `batch`, and what they add to its loss.
  func trainingPass(_ task: TaskIdentity, over batch: TokenBatch, in step: StepContext) throws -> TrainingPass

  /// The gradient of a step, all its micro-batches in it, before it is clipped: it may be changed in place; left as it is by default.
  ///
  /// - Parameters:
  ///   - gradient: Of all trained tensors, one after the other in the order in which ``begin(_:on:)`` named them. [values]
  ///   - step: Which step it is, with what may be looked at.
  func adjust(_ gradient: Tensor, in step: TrainingStep) throws

  /// What serves a task, and can be exported; `nil` is the base. The task may not have arrived yet.
  func servingExpert(of task: TaskIdentity) throws -> ServingExpert?

  /// The tensors on which the outputs of a task depend: while their bits stay, so do the outputs.
  func dependencies(of task: TaskIdentity) -> [String: Tensor]

  /// A task has been learned: freeze or store what it leaves behind. The trained tensors still collect gradients
  /// (``TaskProbe/gradients(of:in:rows:batch:_:)``); what is made here may not share their memory.
  func end(_ task: TaskIdentity, on probe: TaskProbe) throws

  /// What belongs to a learned task alone and never changes again: as it is kept, in bfloat16, which is what its scores were taken with.
  /// `nil`: the method keeps no expert of the task.
  func ownedExpert(of task: TaskIdentity) throws -> LowRankExpert?

  /// The tensors that learning a task added for good: what it costs to keep it.
  func ownedTensors(of task: TaskIdentity) throws -> [String: Tensor]

  /// Tells which task a request belongs to, once one is learned; `nil`: tasks have to be given.
  var router: (any TaskRouter)? { get }

  /// What can be said about a learned task's experts, layer by layer; nothing by default.
  func statistics(of task: TaskIdentity) throws -> [LayerStatistic]

  /// Every tensor of the method, by name: what a checkpoint holds.
  var tensors: [String: Tensor] { get }

  /// Becomes what it was when `tensors` were stored. `tasks`: those that had arrived, in order.
  /// - Throws: ``LearningError/stateDiffers(what:missing:unused:)`` or `ExpertError`; nothing is ignored.
  func restore(tasks: [TaskIdentity], tensors: [String: Tensor]) throws
}

extension ContinualMethod {
  public static var summary: String? { nil }
  public static var hyperparameters: [Hyperparameter] { [] }
  public var trainingRows: TrainingRows { .ofTask }
  public func ownedTensors(of task: TaskIdentity) throws -> [String: Tensor] {
    try ownedExpert(of: task)?.tensors ?? [:]
  }
  public var router: (any TaskRouter)? { nil }
  public func adjust(_ gradient: Tensor, in step: TrainingStep) throws {}
  public func end(_ task: TaskIdentity, on probe: TaskProbe) throws {}
  public func statistics(of task: TaskIdentity) throws -> [LayerStatistic] { [] }

  /// The experts with which a task is served; `nil` is the base. The task may not have arrived yet.
  public func selection(for task: TaskIdentity) throws -> (any ExpertSelection)? {
    try servingExpert(of: task)?.selection
  }
}

/// When a training pass happens.
public struct StepContext {
  /// What its dropout masks are drawn from.
  public let dropout: DropoutStream
  /// The share of the task's steps that are done: 0 in the first.
  public let progress: Double

  public init(dropout: DropoutStream, progress: Double) {
    self.dropout = dropout
    self.progress = progress
  }
}

/// One optimizer step, between its backward passes and the optimizer.
public struct TrainingStep {
  public let task: TaskIdentity
  /// Which one of the task's steps: 1 is the first.
  public let number: Int
  public let probe: TaskProbe
  /// What trains, in the order of the gradient.
  public let trained: [Tensor]
}

/// One pass of a batch in training.
public struct TrainingPass {
  public let selection: any ExpertSelection
  /// Called after the forward pass, before the backward pass, with what came out of the base.
  public let lossTerms: (TrainingOutputs) throws -> [LossTerm]
  /// Called after the backward pass: passes gradients of tensors that were computed for this pass on to the trained ones.
  public let collectGradients: () throws -> Void

  public init(
    selection: any ExpertSelection, lossTerms: @escaping (TrainingOutputs) throws -> [LossTerm] = { _ in [] },
    collectGradients: @escaping () throws -> Void = {}
  ) {
    self.selection = selection
    self.lossTerms = lossTerms
    self.collectGradients = collectGradients
  }
}

/// Whose rows a task is learned from.
public enum TrainingRows: Sendable, Equatable {
  /// The task's own.
  case ofTask
  /// Its own, and this share of the rows of each task before it.
  case replaying(share: Double)
  /// The first task to arrive brings the rows of all tasks, those to come included; the others bring nothing.
  case allAtOnce
  /// Its own; of each task before it so many rows can be looked at (``TaskProbe/remembered``), and are in no batch.
  case remembering(rows: Int)
}

/// One number of every decoder layer about a learned task.
public struct LayerStatistic: Sendable, Equatable {
  public let name: String
  public let formula: String
  public let layers: [Double]

  public init(name: String, formula: String, layers: [Double]) {
    self.name = name
    self.formula = formula
    self.layers = layers
  }
}
