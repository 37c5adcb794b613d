import Files

/// How many requests ran when, and of how many adapters, computed from when each began and ended.
struct RunningRequests: Sendable {
  /// One request.
  struct Interval: Sendable {
    let start: Double
    let end: Double
    /// `nil`: the base.
    let adapter: String?
  }

  /// Seconds in which at least one ran.
  private(set) var busySeconds = 0.0
  /// Most at a time.
  private(set) var greatest = 0
  private var requestSeconds = 0.0
  private var adapterSeconds = 0.0
  /// From when on how many ran.
  private var steps: [(time: Double, running: Int)] = []

  init(_ intervals: [Interval]) {
    var changes: [(time: Double, begins: Bool, adapter: String?)] = []
    for interval in intervals where interval.end > interval.start {
      changes.append((interval.start, true, interval.adapter))
      changes.append((interval.end, false, interval.adapter))
    }
    // What ends makes room for what begins at the same time.
    changes.sort { ($0.time, $0.begins ? 1 : 0) < ($1.time, $1.begins ? 1 : 0) }
    var (running, byAdapter, time) = (0, [ExactText: Int](), 0.0)
    for change in changes {
      let passed = change.time - time
      if running > 0 {
        busySeconds += passed
        requestSeconds += passed * Double(running)
        adapterSeconds += passed * Double(byAdapter.count)
      }
      time = change.time
      running += change.begins ? 1 : -1
      if let adapter = change.adapter.map(ExactText.init) {
        let count = (byAdapter[adapter] ?? 0) + (change.begins ? 1 : -1)
        byAdapter[adapter] = count > 0 ? count : nil
      }
      greatest = max(greatest, running)
      steps.append((time, running))
    }
  }

  /// Requests at a time, on average over the seconds in which one ran.
  var mean: Double { busySeconds > 0 ? requestSeconds / busySeconds : 0 }
  /// Different adapters at a time, on average over the same seconds.
  var meanAdapters: Double { busySeconds > 0 ? adapterSeconds / busySeconds : 0 }

  /// The average of each part of the time.
  ///
  /// - Parameters:
  ///   - duration: From the beginning to the end.
  ///   - width: Of a part, in seconds; above 0.
  func curve(duration: Double, width: Double) -> [Double] {
    guard duration > 0, width > 0, let count = Int(exactly: (duration / width).rounded(.up)),
      (1...100_000).contains(count)
    else { return [] }
    var sums = Array(repeating: 0.0, count: count)
    for (index, step) in steps.enumerated() where step.running > 0 {
      let end = min(index + 1 < steps.count ? steps[index + 1].time : duration, duration)
      var (time, part) = (max(step.time, 0), min(Int(exactly: (max(step.time, 0) / width).rounded(.down)) ?? 0, count))
      while time < end, part < count {
        let edge = min(Double(part + 1) * width, end)
        sums[part] += max(edge - time, 0) * Double(step.running)
        (time, part) = (max(edge, time), part + 1)
      }
    }
    return sums.enumerated().map { part, sum in
      let length = min(Double(part + 1) * width, duration) - Double(part) * width
      return length > 0 ? sum / length : 0
    }
  }
}
