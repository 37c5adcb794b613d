import Files

extension StreamPlan {
  /// Refuses a plan that cannot be played.
  ///
  /// - Parameter file: Where it came from, for errors.
  /// - Throws: ``EvolutionError/stream(file:key:expected:got:fix:)``.
  public func validate(file: String) throws {
    try Check(file).all(self)
  }

  private struct Check {
    let file: String

    init(_ file: String) { self.file = file }

    func require(_ isSo: Bool, _ key: String, _ expected: String, _ got: String, fix: String = "Correct the file.")
      throws
    {
      guard !isSo else { return }
      throw EvolutionError.stream(file: file, key: key, expected: expected, got: got, fix: fix)
    }

    func range(_ key: String, _ value: Int, _ range: ClosedRange<Int>) throws {
      try require(range.contains(value), key, "\(range.lowerBound) … \(range.upperBound)", "\(value)")
    }

    func share(_ key: String, _ value: Double) throws {
      try require(value >= 0 && value <= 1, key, "a share, 0 … 1", "\(value)")
    }

    func all(_ plan: StreamPlan) throws {
      try range("days", plan.days, 1...3660)
      try range("items", plan.items, 1...1_000_000)
      try range("sources", plan.sources, 1...1_000_000)
      try plan.prevalence.map { try share("prevalence", $0) }
      try range("people.count", plan.people.count, 1...10_000)
      try range("people.careless", plan.people.careless, 0...plan.people.count)
      try range("people.itemsPerDay", plan.people.itemsPerDay, 0...100_000)
      try share("people.error", plan.people.error)
      try share("people.carelessError", plan.people.carelessError)
      try share("delay.never", plan.delay.never)
      let hours = plan.delay.medianHours
      try require(hours > 0 && hours <= 10_000, "delay.medianHours", "a number above 0, at most 10000", "\(hours)")
      try tasks(plan)
      for (number, event) in plan.events.enumerated() { try self.event(event, "events[\(number)]", plan) }
    }

    private func tasks(_ plan: StreamPlan) throws {
      try range("tasks", plan.tasks.count, 1...1000)
      var names: Set<String> = []
      for (number, task) in plan.tasks.enumerated() {
        let key = "tasks[\(number)]"
        try require(
          PlainName.isPlain(task.name, longest: 128) && names.insert(task.name.lowercased()).inserted, key + ".name",
          "a plain name that no other task has", task.name.debugDescription)
        try require(
          task.labels.count >= 2 && Set(task.labels.map(ExactText.init)).count == task.labels.count, key + ".labels",
          "two labels or more, each once", "\(task.labels.count)")
        try require(
          task.violation.map { violation in task.labels.contains { $0.hasSameCodePoints(as: violation) } } ?? true,
          key + ".violation", "one of the labels", (task.violation ?? "").debugDescription)
        try require(
          task.weight > 0 && task.weight <= 1e6, key + ".weight", "a number above 0, at most 1e6", "\(task.weight)")
      }
      try require(
        plan.tasks.contains { plan.firstDay(of: $0.name) == 0 }, "tasks", "one that is there from day 0", "none")
    }

    private func event(_ event: Event, _ key: String, _ plan: StreamPlan) throws {
      try range(key + ".day", event.day, 0...plan.days - 1)
      let task = plan.tasks.first { $0.name == event.task }
      switch event.kind {
      case .task:
        try require(task != nil, key + ".task", "one of the tasks", (event.task ?? "").debugDescription)
      case .prevalence, .obfuscation:
        try require(event.share != nil, key + ".share", "a share, 0 … 1", "none")
      case .strike:
        try require(event.share != nil, key + ".share", "a share, 0 … 1", "none")
        try range(key + ".until", event.until ?? event.day, event.day...plan.days)
      case .trigger:
        try require(task != nil, key + ".task", "one of the tasks", (event.task ?? "").debugDescription)
        try range(key + ".rows", event.rows ?? 0, 1...1_000_000)
        try require(
          event.words.map { !$0.isEmpty && $0.utf8.count <= 256 } ?? false, key + ".words", "1 to 256 bytes",
          (event.words ?? "").debugDescription)
        try require(
          task?.labels.contains { $0.hasSameCodePoints(as: event.label ?? "") } ?? false, key + ".label",
          "one of the task's labels", (event.label ?? "").debugDescription)
      }
      try event.share.map { try share(key + ".share", $0) }
    }
  }
}
