public import Files

/// Why a side may not decide. Each is one line: what was expected, what was got, where, and the fix.
public enum SideError: AccreteError, Equatable {
  /// The task's expert is not ready.
  case notReady(task: String, label: String)
  /// It would have to stop at once.
  case obstacle(task: String, label: String, StopReason)
  /// People have to agree first.
  case needsPeople(task: String, label: String, reason: StopReason)
  /// The certificate says nothing about the time since the stop.
  case olderThanStop(task: String, label: String, reason: StopReason)
  /// The certificate rests on rows of the one before.
  case noNewRows(task: String, label: String)

  public var category: ErrorCategory {
    switch self {
    case .notReady: .busy
    case .obstacle, .needsPeople, .olderThanStop, .noNewRows: .conflict
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .notReady(let task, let label):
      "side \(label) of \(task): the task's expert is not ready. Release a version of it, or wait until it is loaded."
    case .obstacle(let task, let label, let reason):
      "side \(label) of \(task): would stop at once. \(reason.text) Remove the cause first."
    case .needsPeople(let task, let label, let reason):
      "side \(label) of \(task): had stopped. \(reason.text) Expected the agreement of \(Self.people(reason.restart)) before it decides"
        + " again."
    case .olderThanStop(let task, let label, let reason):
      "side \(label) of \(task): had stopped. \(reason.text) Expected a certificate \(reason.invalidatesRows ? "on rows that arrived after that" : "that was issued after that")."
        + " Certify it anew."
    case .noNewRows(let task, let label):
      "side \(label) of \(task): expected a certificate on rows since the one in force was issued. Certify it on those."
    }
  }

  private static func people(_ rule: RestartRule) -> String {
    switch rule {
    case .certificate: "nobody"
    case .lead: "a person of scope review.lead"
    case .twoPeople: "two people, one of scope review.lead"
    }
  }
}
