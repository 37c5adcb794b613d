public import Decoder
public import Experts
public import Torch

/// What a continual-learning method decides, and nothing more: which tensors train, which experts a task uses, what is
/// added to the loss, and what is kept when a task ends.
///
/// A method never runs a loop, never touches the base, and does not know what a task's data are. It belongs to one
/// trainer at a time.
public protocol ContinualMethod: AnyObject {
  /// The name on the command line.
  static var name: String { get }

  /// A task arrives: make what it needs, and name every tensor that its training moves.
  /// Called again for the same task (after a resume) it makes nothing new.
  func begin(_ task: TaskIdentity) throws -> [FlatParameters.Parameter]

  /// The experts of one training pass over `batch`, and what they add to its loss.
  func trainingPass(_ task: TaskIdentity, over batch: TokenBatch, dropout: DropoutStream) throws -> TrainingPass

  /// The experts with which a task is served; nil is the base. The task may not have arrived yet.
  func selection(for task: TaskIdentity) throws -> (any ExpertSelection)?

  /// The tensors on which the outputs of a task depend: while their bits stay, so do the outputs.
  func dependencies(of task: TaskIdentity) -> [String: Tensor]

  /// A task has been learned: freeze or store what it leaves behind.
  func end(_ task: TaskIdentity) throws

  /// What belongs to a learned task alone and never changes again.
  func ownedExpert(of task: TaskIdentity) -> LowRankExpert?

  /// Every tensor of the method, by name: what a checkpoint holds.
  var tensors: [String: Tensor] { get }

  /// Becomes what it was when `tensors` were stored. `tasks`: those that had arrived, in order.
  /// - Throws: ``LearningError/stateDiffers(what:missing:unused:)`` or `ExpertError`; nothing is ignored.
  func restore(tasks: [TaskIdentity], tensors: [String: Tensor]) throws
}

/// One pass of a batch in training.
public struct TrainingPass {
  public let selection: any ExpertSelection
  /// Called after the forward pass.
  public let lossTerms: () throws -> [LossTerm]

  public init(selection: any ExpertSelection, lossTerms: @escaping () throws -> [LossTerm] = { [] }) {
    self.selection = selection
    self.lossTerms = lossTerms
  }
}
