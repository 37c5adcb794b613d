/// What a key has left, as OpenAI's headers say it.
public struct RateLimitStanding: Sendable, Equatable {
  /// Of requests, or of tokens.
  public struct Part: Sendable, Equatable {
    /// What there is in a minute.
    public let limit: Int
    /// What is left at this moment.
    public let remaining: Int
    /// How long it takes until all of it is there again.
    public let reset: Duration
  }

  /// `nil`: they have no limit.
  public let requests: Part?
  /// `nil`: they have no limit.
  public let tokens: Part?

  /// `x-ratelimit-limit-requests`, `-remaining-requests`, `-reset-requests`, and the same of tokens; none of what has no limit.
  public var headers: [(name: String, value: String)] {
    [("requests", requests), ("tokens", tokens)].flatMap { what, part -> [(name: String, value: String)] in
      guard let part else { return [] }
      return [
        ("x-ratelimit-limit-\(what)", "\(part.limit)"), ("x-ratelimit-remaining-\(what)", "\(part.remaining)"),
        ("x-ratelimit-reset-\(what)", Self.text(part.reset)),
      ]
    }
  }

  /// A time as OpenAI writes it: `0s`, `120ms`, `1s`, `7.66s`, `6m0s`, `1h0m0s`.
  ///
  /// - Parameter duration: It is rounded up to milliseconds; below zero it is `0s`.
  public static func text(_ duration: Duration) -> String {
    // No limit takes thirty years; so nothing below is too large.
    let (seconds, rest) = (min(duration.components.seconds, 1_000_000_000), duration.components.attoseconds)
    // An attosecond more than a millisecond is one more.
    let partial = rest > 0 ? (rest - 1) / 1_000_000_000_000_000 + 1 : 0
    guard seconds >= 0, seconds > 0 || partial > 0 else { return "0s" }
    let milliseconds = seconds * 1000 + partial
    guard milliseconds >= 1000 else { return "\(milliseconds)ms" }
    let (hours, minutes) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60)
    var text = "\(milliseconds / 1000 % 60)"
    if case let fraction = milliseconds % 1000, fraction > 0 {
      var digits = "\(fraction + 1000)".dropFirst()
      while digits.last == "0" { digits.removeLast() }
      text += ".\(digits)"
    }
    if hours > 0 { return "\(hours)h\(minutes)m\(text)s" }
    return minutes > 0 ? "\(minutes)m\(text)s" : "\(text)s"
  }
}
