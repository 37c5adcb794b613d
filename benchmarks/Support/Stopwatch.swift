package enum Stopwatch {
  /// Wall-clock seconds of `body`.
  package static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try body()
    return seconds(start.duration(to: clock.now))
  }

  /// The same of one that waits.
  package static func seconds(_ duration: Duration) -> Double { Double(duration / .nanoseconds(1)) * 1e-9 }
}
