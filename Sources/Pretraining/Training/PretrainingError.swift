public import Files

/// What can go wrong while a base is pretrained.
public enum PretrainingError: AccreteError, Equatable {
  /// A loss or gradient that is not a number any more.
  case diverged(step: Int, what: String, value: String)

  public var category: ErrorCategory {
    switch self {
    case .diverged: .data
    }
  }

  public var description: String {
    switch self {
    case .diverged(let step, let what, let value):
      "the \(what) of step \(step) is \(value): nothing was moved by it."
        + " Take a lower `learning-rate`, a longer `warm-up` or a lower `gradient-clip`."
    }
  }
}
