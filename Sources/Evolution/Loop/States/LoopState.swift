/// Where the loop's job of one task stands.
///
/// The usual way is IDLE → COLLECT → CLEAN → TRAIN → GATE → CERTIFY → SHADOW → CANARY → PROMOTE → WATCH → IDLE; ``next`` has the others.
public enum LoopState: String, Sendable, Codable, CaseIterable {
  /// Waits for a trigger, or for the end of its cool-down.
  case idle
  /// Freezes which rows are used.
  case collect
  /// Makes the training set of them, and looks for poison.
  case clean
  /// A child process learns.
  case train
  /// The gates judge the candidate.
  case gate
  /// Certificates are computed anew for the candidate.
  case certify
  /// The candidate decides beside what is served; nobody sees its answers.
  case shadow
  /// The candidate answers a share of the sources.
  case canary
  /// The release is replaced.
  case promote
  /// The new release is watched, and goes back where it does harm.
  case watch
  /// The release before is brought back.
  case rollback
  /// The candidate was refused. After its cool-down the job is idle again.
  case rejected
  /// Waits for a person.
  case held

  /// The states to which a job may go from here.
  public var next: Set<LoopState> {
    switch self {
    case .idle: [.collect, .held]
    case .collect: [.clean, .idle, .held]
    case .clean: [.train, .held]
    case .train: [.gate, .held]
    case .gate: [.certify, .rejected, .held]
    case .certify: [.shadow, .held]
    case .shadow: [.canary, .rejected, .held]
    case .canary: [.promote, .rollback, .held]
    case .promote: [.watch, .gate]
    case .watch: [.idle, .rollback]
    case .rollback: [.held]
    case .rejected: [.idle, .certify, .held]
    case .held: [.collect, .idle]
    }
  }

  /// Whether a person may stop a job here and let it wait.
  ///
  /// Not while the release is being replaced, which takes a moment, nor while it is watched: the way back would be disarmed.
  public var canBeHeld: Bool { self != .held && next.contains(.held) && self != .rollback }

  /// Whether the job does something, or will without a person and without a trigger.
  public var isAtWork: Bool {
    switch self {
    case .idle, .rejected, .held: false
    case .collect, .clean, .train, .gate, .certify, .shadow, .canary, .promote, .watch, .rollback: true
    }
  }

  /// The state as it is shown: `COLLECT`.
  public var title: String { rawValue.uppercased() }
}
