import Files

/// Seconds since a measurement began, of a clock that nobody sets.
struct RunClock: Sendable {
  let start: ContinuousClock.Instant

  init() { start = .now }

  var seconds: Double { (ContinuousClock.now - start).seconds }

  /// Waits until so many seconds have passed.
  func wait(until seconds: Double) async {
    guard seconds > self.seconds else { return }
    // Cancelled, the load goes on at once; nobody cancels it.
    try? await Task.sleep(until: start + .seconds(seconds), tolerance: .zero, clock: .continuous)
  }
}
