public import Files

/// What keeps the loop from doing something.
public enum LoopError: AccreteError, Equatable {
  /// A number of the policy cannot be.
  case policy(name: String, got: String, allowed: String)
  /// The loop has no job of this task.
  case unknownTask(got: String, known: [String])
  /// The job stands where this cannot be done.
  case state(task: String, state: LoopState, what: String, fix: String)
  /// The switch is off.
  case stopped(by: String, since: String)
  /// One person asked for what takes two.
  case samePerson(person: String, what: String)
  /// Another runner, or a person, has moved the job meanwhile.
  case lost(task: String, to: String)
  /// Another job is replacing the release.
  case promoting(task: String, other: String)
  /// What is stored of a job cannot be read.
  case damaged(task: String, reason: String)
  /// What an action needs is not among the job's inputs.
  case missing(task: String, state: LoopState, what: String)
  /// The release was changed by somebody else.
  case moved(expected: Int?, found: Int?)

  public var category: ErrorCategory {
    switch self {
    case .policy: .usage
    case .unknownTask: .notFound
    case .state, .stopped, .samePerson: .conflict
    case .lost, .moved: .stale
    case .promoting: .busy
    case .damaged, .missing: .damaged
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .policy(let name, let got, let allowed):
      "loop policy, \(name): got \(got), expected \(allowed). Change it, or leave it out for the usual one."
    case .unknownTask(let got, let known):
      known.isEmpty
        ? "task \(got): the loop has no job yet. `accrete loop run` makes one of each task that has a review policy."
        : "task \(got): the loop has no job of it; it has \(known.listed(closestTo: got)). See `accrete loop status`."
    case .state(let task, let state, let what, let fix): "task \(task): is in \(state.title), where \(what). \(fix)"
    case .stopped(let by, let since):
      "the loop: was stopped by \(by) at \(since), and does nothing. Two persons start it with `accrete loop start`."
    case .samePerson(let person, let what):
      "\(what): takes two persons, and \(person) has asked for it already. Let another one run the same command."
    case .lost(let task, let to):
      "task \(task): \(to) has moved its job meanwhile. See `accrete loop status`, and repeat what you did."
    case .promoting(let task, let other):
      "task \(task): the release is being replaced for \(other). It takes a moment; the same is tried again by itself."
    case .damaged(let task, let reason):
      "the job of task \(task): cannot be read: \(reason). Stop the loop and move loop.sqlite away: jobs begin anew, and what is served stays."
    case .missing(let task, let state, let what):
      "the job of task \(task): is in \(state.title) without \(what). Hold it with `accrete loop hold \(task)`, and let it begin again with `accrete loop release \(task)`."
    case .moved(let expected, let found):
      "the current release: expected \(expected.map(String.init) ?? "none"), found \(found.map(String.init) ?? "none"). The gates are asked again beside it."
    }
  }
}
