public import Experts
public import Learning
public import Torch

/// What `learn` makes of a task and `predict` uses: how it is asked, an expert, a closed-form head, and how their scores combine.
///
/// It never changes once it is made. Which of the parts there are is decided by rows (``CandidateChoice``).
public struct TaskModel: Sendable {
  public let form: TaskForm
  /// `nil`: the task has a head alone.
  public let expert: LowRankExpert?
  /// Of the output head `trained`. float32 [labels, hidden]
  public let trainedHead: Tensor?
  /// `nil`: the expert answers alone.
  public let ridge: RidgeHead?
  /// `nil` for free answers.
  public let combination: LabelCombination?

  public init(
    form: TaskForm, expert: LowRankExpert?, trainedHead: Tensor? = nil, ridge: RidgeHead?,
    combination: LabelCombination?
  ) {
    self.form = form
    self.expert = expert
    self.trainedHead = trainedHead
    self.ridge = ridge
    self.combination = combination
  }

  /// How an answer is made; `nil` for free answers, which the model writes.
  public var head: OutputHead? {
    guard form.kind == .label else { return nil }
    if ridge != nil { return expert == nil ? .ridge : .both }
    return trainedHead == nil ? .label : .trained
  }
}
