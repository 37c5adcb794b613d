/// When a webhook is tried again: after 10 seconds, then three times as long each time, at most 4 hours, for a day.
enum WebhookSchedule {
  /// Seconds for which it is tried.
  static let lifetime = 86_400
  private static let first = 10
  private static let longest = 14_400

  /// When the next attempt is due, in seconds since 1970; `nil`: there is none.
  ///
  /// - Parameter attempts: How many there were, this one among them.
  /// - Parameter made: When the webhook was made.
  /// - Parameter now: When it is.
  static func next(attempts: Int, made: Int, now: Int) -> Int? {
    let end = made.after(seconds: lifetime, times: 1)
    guard now < end else { return nil }
    var pause = first
    for _ in 1..<max(1, min(attempts, 16)) { pause = min(longest, pause * 3) }
    // The last attempt is at the very end.
    return min(end, now.after(seconds: pause, times: 1))
  }
}
