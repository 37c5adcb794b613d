import Files

/// A bucket that is full at first, and fills up again within a minute.
struct TokenBucket {
  /// What it holds at most, and what comes in a minute.
  let limit: Int
  private var level: Double
  private var filled: ContinuousClock.Instant

  /// What floating-point sums may be off by.
  private static let tolerance = 1e-6

  init(limit: Int, now: ContinuousClock.Instant) {
    self.limit = limit
    level = Double(limit)
    filled = now
  }

  private var perSecond: Double { Double(limit) / 60 }

  /// Adds what has come since the last time.
  mutating func fill(at now: ContinuousClock.Instant) {
    level = min(Double(limit), level + max(0, filled.duration(to: now).seconds) * perSecond)
    filled = now
  }

  /// Seconds until so much is in it; 0: it is there now. More than it holds never is.
  func wait(for amount: Int) -> Double {
    let missing = Double(amount) - level
    return missing <= Self.tolerance ? 0 : (missing - Self.tolerance) / perSecond
  }

  mutating func take(_ amount: Int) { level = max(0, level - Double(amount)) }

  /// Gives back what was taken and not used.
  mutating func giveBack(_ amount: Int) { level = min(Double(limit), level + Double(amount)) }

  var isFull: Bool { level >= Double(limit) - Self.tolerance }

  /// What is left, and how long it takes until it is full.
  var standing: RateLimitStanding.Part {
    RateLimitStanding.Part(
      limit: limit, remaining: Int(saturating: level + Self.tolerance),
      reset: isFull
        ? .zero : .milliseconds(Int(saturating: ((Double(limit) - level) / perSecond * 1000 - 1e-3).rounded(.up))))
  }
}
