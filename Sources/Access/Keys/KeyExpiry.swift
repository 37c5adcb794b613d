import Files
public import Foundation

/// When a key ends, as people write it.
public enum KeyExpiry {
  /// What may be written, for messages and help.
  public static let allowed = "30d (also h for hours, w for weeks), 2027-01-31 or 2027-01-31T18:00:00Z, later than now"

  /// The moment that a text means.
  ///
  /// - Parameters:
  ///   - text: A time from now on: hours, days or weeks, as `12h`, `30d`, `8w`; or a day, at whose beginning (UTC) the key ends; or a moment in
  ///     UTC.
  ///   - now: When it is.
  /// - Throws: ``AccessError/invalid(what:got:expected:)``.
  public static func date(_ text: String, now: Date) throws -> Date {
    guard let date = span(text).map({ now.addingTimeInterval($0) }) ?? moment(text), date > now,
      date.timeIntervalSince1970 <= Double(AccessSchema.lastSecond)
    else { throw AccessError.invalid(what: "expiry", got: text, expected: allowed) }
    return date
  }

  private static func span(_ text: String) -> TimeInterval? {
    guard let match = text.wholeMatch(of: /([0-9]{1,6})([hdw])/), let count = Double(match.1) else { return nil }
    let hours: Double =
      switch match.2 {
      case "h": 1
      case "d": 24
      default: 7 * 24
      }
    return count * hours * 3600
  }

  private static func moment(_ text: String) -> Date? {
    guard text.wholeMatch(of: /[0-9-]{10}(?:T[0-9:]{8}Z)?/) != nil else { return nil }
    return Timestamp.date(text)
  }
}
