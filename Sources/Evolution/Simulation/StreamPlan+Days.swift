extension StreamPlan {
  /// The first day of a task's items: that of its event, or 0.
  ///
  /// - Parameter task: The task's name.
  public func firstDay(of task: String) -> Int {
    events.first { $0.kind == .task && $0.task == task }?.day ?? 0
  }

  /// The share of violations on a day; `nil`: as the rows have it.
  func prevalence(on day: Int) -> Double? { share(.prevalence, on: day) ?? prevalence }

  /// The share of violations that are disguised on a day.
  func obfuscation(on day: Int) -> Double { share(.obfuscation, on: day) ?? 0 }

  /// The share of reviewers who are away on a day.
  func away(on day: Int) -> Double {
    events.filter { $0.kind == .strike && ($0.day...max($0.day, $0.until ?? $0.day)).contains(day) }
      .compactMap(\.share).max() ?? 0
  }

  /// What the latest event of a kind says.
  private func share(_ kind: Event.Kind, on day: Int) -> Double? {
    events.filter { $0.kind == kind && $0.day <= day }.max { $0.day < $1.day }?.share
  }

  /// The same stream without its events but the new tasks: what false alarms are counted on.
  public var undisturbed: StreamPlan {
    var plan = self
    plan.events = events.filter { $0.kind == .task }
    return plan
  }
}
