import Files

extension ContinuousClock {
  /// Seconds that a piece of work takes.
  static func seconds(_ work: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try work()
    return start.duration(to: clock.now).seconds
  }
}
