public import Experts
import Learning
public import ModelConfiguration
public import Records

/// What a version's manifest says of its task model; the tensors are blobs beside it.
public struct TaskModelDescription: Sendable, Codable, Equatable {
  public var form: TaskForm
  /// `nil` for free answers.
  public var head: OutputHead?
  /// Of the expert; `nil`: there is none.
  public var shape: LowRankShape?
  /// `nil` for free answers.
  public var combination: LabelCombination?
  /// Of a task with several labels; `nil` for others.
  public var labelSets: LabelSetCombination?
  /// β of the ridge head; `nil`: there is none.
  public var sharpness: Double?
  /// What the base computes in; `nil`: float32.
  public var compute: ComputePrecision?

  /// Describes a task model.
  public init(_ model: TaskModel) {
    form = model.form
    head = model.head
    shape = model.expert?.shape
    combination = model.combination
    labelSets = model.labelSets
    sharpness = model.ridge?.sharpness
    compute = model.compute == .float32 ? nil : model.compute
  }
}
