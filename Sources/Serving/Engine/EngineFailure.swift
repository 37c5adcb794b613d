public import Files

/// Why a request was not answered.
public enum EngineFailure: Error, Sendable, Equatable {
  /// Too many wait, or it would wait longer than it may; try again after so many seconds.
  case queueFull(retryAfter: Int)
  /// The server takes nothing new.
  case draining
  /// Its time is over.
  case deadlineExceeded
  /// Whoever asked has left.
  case cancelled
  /// The version cannot be loaded, or was unloaded by force; `reason` says why.
  case expertFailed(version: Digest, reason: String)
  /// The prompt with what is to be written does not fit; all three in tokens.
  case tooLong(prompt: Int, requested: Int, limit: Int)
  /// What was asked for cannot be.
  case invalid(String)
  /// A defect of ours, or of the machine.
  case failed(String)
}
