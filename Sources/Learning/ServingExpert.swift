public import Decoder
public import Experts

/// What serves a task, in a form that says what can be exported of it.
public enum ServingExpert {
  /// One low-rank expert: PEFT computes the same.
  case plain(LowRankExpert)
  /// Two experts, mixed for each token by a gate: PEFT can only have them with the gate fixed.
  case dual(DualExpertSelection)
  /// Anything else: there is no export.
  case other(any ExpertSelection)

  /// What a batch is given.
  public var selection: any ExpertSelection {
    switch self {
    case .plain(let expert): LowRankSelection(expert)
    case .dual(let dual): dual
    case .other(let selection): selection
    }
  }
}
