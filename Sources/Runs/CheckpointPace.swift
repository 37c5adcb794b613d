import Files

/// How often a run writes a checkpoint inside of a task. It decides no result.
public struct CheckpointPace: Sendable, Equatable, Codable {
  /// After this many steps; nil: not by steps.
  public var everySteps: Int?
  /// After this many seconds; nil: not by time.
  public var everySeconds: Double? = 300

  public init() {}

  /// - Throws: ``RunError/invalidConfiguration(key:got:allowed:)``.
  func validate() throws {
    if let everySteps, everySteps < 1 {
      throw RunError.invalidConfiguration(
        key: "checkpoint-steps", got: "\(everySteps)", allowed: "1 or more, or leave it out")
    }
    if let everySeconds, !(everySeconds > 0 && everySeconds.isFinite) {
      throw RunError.invalidConfiguration(key: "checkpoint-seconds", got: "\(everySeconds)", allowed: "above 0")
    }
  }

  /// Says when the next one is due.
  struct Clock {
    private let pace: CheckpointPace
    private let clock = ContinuousClock()
    private var last = ContinuousClock().now
    private var steps = 0

    init(_ pace: CheckpointPace) { self.pace = pace }

    /// Counts a step; whether a checkpoint is due after it.
    mutating func step() -> Bool {
      steps += 1
      if let every = pace.everySteps, steps >= every { return true }
      if let every = pace.everySeconds, last.duration(to: clock.now).seconds >= every { return true }
      return false
    }

    /// A checkpoint was written.
    mutating func restart() {
      steps = 0
      last = clock.now
    }
  }
}

/// What somebody outside of a run wants of it.
public enum RunRequest: Sendable, Equatable {
  /// A checkpoint now; then go on.
  case checkpoint
  /// A checkpoint now; then stop, because of this signal.
  case stop(signal: Int32)
}
