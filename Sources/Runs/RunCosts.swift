/// `costs.json`: what the machine decides, so that a run that was stopped and went on knows all of its costs.
struct RunCosts: Sendable, Codable, Equatable {
  /// Of each learned task.
  var tasks: [TaskCosts] = []
  /// Seconds that were spent so far on learning the task that is being learned.
  var secondsOfCurrent = 0.0
}
