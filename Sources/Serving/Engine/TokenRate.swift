import Files

/// Tokens a second over the last seconds of work.
///
/// Only time in which the engine works counts: what comes in short bursts is added up. The first steps of a process are no measure of the
/// others, nor is one step by itself, so that nothing is said before there was a second of work.
struct TokenRate {
  /// Work that has to be seen before there is a rate.
  static let enough: Duration = .seconds(1)
  /// Work that is remembered.
  static let remembered: Duration = .seconds(5)
  /// Work is added up to pieces of this length, which are forgotten one by one.
  private static let piece: Duration = .milliseconds(100)

  private var pieces: [(time: Duration, tokens: Int)] = []
  private var time: Duration = .zero
  private var tokens = 0
  /// Since when there is work, or when tokens were counted last, and how many there were; `nil`: nothing is done.
  private var since: (at: ContinuousClock.Instant, tokens: Int)?

  /// Work begins, unless it did before.
  ///
  /// - Parameters:
  ///   - tokens: How many there were so far, in all.
  ///   - now: The time.
  mutating func begin(_ tokens: Int, at now: ContinuousClock.Instant) {
    if since == nil { since = (now, tokens) }
  }

  /// A step was made.
  ///
  /// - Parameters:
  ///   - tokens: How many there are now, in all.
  ///   - now: The time.
  ///   - goesOn: Whether there is more to do at once; otherwise the time until ``begin(_:at:)`` does not count.
  mutating func note(_ tokens: Int, at now: ContinuousClock.Instant, goesOn: Bool) {
    guard let began = since else { return }
    if tokens > began.tokens {
      add(began.at.duration(to: now), tokens - began.tokens)
      since = (now, tokens)
    }
    if !goesOn { since = nil }
  }

  /// The rate; 0: not known yet.
  var perSecond: Double { time >= Self.enough ? Double(tokens) / time.seconds : 0 }

  private mutating func add(_ more: Duration, _ count: Int) {
    if let last = pieces.indices.last, pieces[last].time < Self.piece {
      pieces[last].time += more
      pieces[last].tokens += count
    } else {
      pieces.append((more, count))
    }
    time += more
    tokens += count
    while pieces.count > 1, time - pieces[0].time >= Self.remembered {
      time -= pieces[0].time
      tokens -= pieces[0].tokens
      pieces.removeFirst()
    }
  }
}
