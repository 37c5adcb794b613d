import Files

/// How often a run writes a checkpoint inside of a task. It decides no result.
public struct CheckpointPace: Sendable, Equatable, Codable {
  /// After this many steps; `nil`: not by steps.
  public var everySteps: Int?
  /// After this many seconds; `nil`: not by time.
  public var everySeconds: Double? = 300

  public init() {}

  /// - Throws: ``RunError/invalidConfiguration(key:got:allowed:)``.
  package func validate() throws {
    if let everySteps, everySteps < 1 {
      throw RunError.invalidConfiguration(
        key: "checkpoint-steps", got: "\(everySteps)", allowed: "1 or more, or leave it out")
    }
    if let everySeconds, !(everySeconds > 0 && everySeconds.isFinite) {
      throw RunError.invalidConfiguration(key: "checkpoint-seconds", got: "\(everySeconds)", allowed: "above 0")
    }
  }
}
