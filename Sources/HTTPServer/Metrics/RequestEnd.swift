/// How a request ended; vLLM's words.
public enum RequestEnd: String, Sendable, CaseIterable {
  /// The model, or a stop string, ended the answer.
  case stop
  /// The answer is as long as it may be.
  case length
  /// Whoever asked has left, or its time was over.
  case abort
  /// It was not answered.
  case error

  /// What this is of an expert's requests.
  var expertStatus: String {
    switch self {
    case .stop, .length: "ok"
    case .abort: "cancelled"
    case .error: "error"
    }
  }

  /// All that ``expertStatus`` may be.
  static let expertStatuses = ["ok", "cancelled", "error"]
}

/// Why a request was given up while it ran.
public enum CancelReason: String, Sendable, CaseIterable {
  /// Whoever asked has left.
  case disconnected
  /// Its time was over.
  case deadline
  /// Nobody read what was sent.
  case stalled
  /// The server was shutting down and could not wait any longer.
  case draining
  /// Its version was unloaded by force.
  case unloaded
}

/// What became of a request that was to be routed.
public enum RouteOutcome: String, Sendable, CaseIterable {
  /// It went to a task.
  case routed
  /// It belongs to no task, and the base answered.
  case unknown
  /// It belongs to no task, and was refused.
  case refused
}

/// A version as metrics name it.
public struct ExpertName: Hashable, Sendable, CustomStringConvertible {
  /// Of the task model.
  public let name: String
  public let version: Int

  public init(name: String, version: Int) { (self.name, self.version) = (name, version) }

  public var description: String { "\(name)@\(version)" }
}
