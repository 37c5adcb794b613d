import Files
import Records

extension CheckpointPace {
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
