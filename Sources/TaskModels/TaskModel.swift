public import Experts
import Learning
public import ModelConfiguration
public import Records
public import Torch

/// What `learn` makes of a task and `predict` uses: how it is asked, an expert, a closed-form head, and how their scores combine.
///
/// It never changes once it is made. Which of the parts there are is decided by rows (``CandidateChoice``).
public struct TaskModel: Sendable {
  public let form: TaskForm
  /// `nil`: the task has a head alone.
  public let expert: LowRankExpert?
  /// Of the output head `trained`, and of `both` for several labels. float32 [labels, hidden]
  public let trainedHead: Tensor?
  /// `nil`: the expert answers alone.
  public let ridge: RidgeHead?
  /// `nil` for free answers and several labels.
  public let combination: LabelCombination?
  /// Of a task with several labels; `nil` for others.
  public let labelSets: LabelSetCombination?
  /// What the base computed in as it was learned, and computes in as it answers.
  public let compute: ComputePrecision

  public init(
    form: TaskForm, expert: LowRankExpert?, trainedHead: Tensor? = nil, ridge: RidgeHead?,
    combination: LabelCombination?, labelSets: LabelSetCombination? = nil, compute: ComputePrecision = .float32
  ) {
    self.form = form
    self.expert = expert
    self.trainedHead = trainedHead
    self.ridge = ridge
    self.combination = combination
    self.labelSets = labelSets
    self.compute = compute
  }

  /// How an answer is made; `nil` for free answers, which the model writes.
  public var head: OutputHead? {
    guard form.kind != .answer else { return nil }
    if ridge != nil { return expert == nil ? .ridge : .both }
    return trainedHead == nil ? .label : .trained
  }
}
