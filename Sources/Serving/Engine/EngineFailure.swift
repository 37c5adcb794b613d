public import Files

/// Why a request was not answered.
public enum EngineFailure: AccreteError, Equatable {
  /// Too many wait, or it would wait longer than it may; try again after so many seconds.
  case queueFull(retryAfter: Int)
  /// The server takes nothing new.
  case draining
  /// Its time is over.
  case deadlineExceeded
  /// Whoever asked has left.
  case cancelled
  /// The version was unloaded by force while it answered, or while its answer was waited for.
  case unloaded(version: Digest)
  /// The version cannot be loaded; `reason` says why.
  case expertFailed(version: Digest, reason: String)
  /// The prompt with what is to be written does not fit; all three in tokens.
  case tooLong(prompt: Int, requested: Int, limit: Int)
  /// More choices than are written at once.
  case tooManyChoices(Int, limit: Int)
  /// What was asked for cannot be.
  case invalid(String)
  /// A defect of ours, or of the machine.
  case failed(String)

  public var category: ErrorCategory {
    switch self {
    case .tooLong, .tooManyChoices, .invalid: .usage
    case .queueFull, .draining, .deadlineExceeded, .cancelled, .unloaded: .busy
    case .expertFailed: .damaged
    case .failed: .internal
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .queueFull(let seconds): "Too many requests wait: try again in \(seconds) s."
    case .draining: "The server is about to end and takes nothing new: ask another one."
    case .deadlineExceeded: "The time for the answer is over: give it more, or ask when less is going on."
    case .cancelled: "The request was given up, as nobody waits for its answer."
    case .expertFailed(let version, let reason):
      "The version \(version) cannot answer: \(reason)\(reason.hasSuffix(".") ? "" : ".") `accrete registry verify` says whether its files are as they were."
    case .tooLong(let prompt, let requested, let limit):
      "The prompt has \(prompt) tokens and \(requested) are to be written, and there is room for \(limit): shorten the text, or ask for fewer."
    case .tooManyChoices(let choices, let limit):
      "The request cannot be: 1 to \(limit) choices expected, as many as are written at once, got \(choices). Ask for fewer, or start the server with a larger --max-sequences."
    case .unloaded(let version):
      "The version \(version) was unloaded by force before its answer was there: ask again, or another version."
    case .invalid(let reason): "The request cannot be: \(reason)."
    case .failed(let reason): "The engine has failed: \(reason)"
    }
  }
}
