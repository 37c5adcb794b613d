/// `costs.json`: what the machine decides, so that a run that was stopped and went on knows all of its costs.
package struct RunCosts: Sendable, Codable, Equatable {
  /// Of each learned task.
  package var tasks: [TaskCosts] = []
  /// Seconds that were spent so far on learning the task that is being learned.
  package var secondsOfCurrent = 0.0

  package init(tasks: [TaskCosts] = [], secondsOfCurrent: Double = 0.0) {
    self.tasks = tasks
    self.secondsOfCurrent = secondsOfCurrent
  }
}
