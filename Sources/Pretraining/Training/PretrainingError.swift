public import Files

/// What can go wrong while a base is pretrained.
public enum PretrainingError: AccreteError, Equatable {
  /// A loss or gradient that is not a number any more.
  case diverged(step: Int, what: String, value: String)
  /// A value of the configuration that cannot be.
  case invalidOption(key: String, got: String, allowed: String)

  public var category: ErrorCategory {
    switch self {
    case .invalidOption: .usage
    case .diverged: .data
    }
  }

  public var description: String {
    switch self {
    case .diverged(let step, let what, let value):
      "the \(what) of step \(step) is \(value): nothing was moved by it. Take a lower rate, a longer warm-up or a lower gradient-clip"
    case .invalidOption(let key, let got, let allowed): "\(key): got \(got), expected \(allowed)"
    }
  }
}
