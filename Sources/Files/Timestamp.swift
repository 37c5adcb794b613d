public import Foundation

/// Times as ISO 8601 writes them, to the millisecond and in UTC: `2026-11-28T10:20:31.250Z`.
///
/// Foundation's own styles cut a fraction off where the binary number lies just below it, so that a time would change each time it is
/// written and read.
public enum Timestamp {
  /// Milliseconds since 1970 of the first and the last moment whose year has four digits.
  private static let range = -62_135_596_800_000...253_402_300_799_999

  /// A time as text.
  ///
  /// - Parameter date: The time, which is rounded to milliseconds.
  /// - Returns: The text; of a time before the year 1 or after the year 9999 the first or last one that can be written.
  public static func text(_ date: Date) -> String {
    let wanted = Int(saturating: (date.timeIntervalSince1970 * 1000).rounded())
    let milliseconds = min(max(wanted, range.lowerBound), range.upperBound)
    let fraction = (milliseconds % 1000 + 1000) % 1000
    var (seconds, parts) = (time_t((milliseconds - fraction) / 1000), tm())
    gmtime_r(&seconds, &parts)
    func padded(_ number: some BinaryInteger, _ width: Int) -> String {
      let digits = "\(number)"
      return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
    return "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
      + "T\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2)).\(padded(fraction, 3))Z"
  }

  /// The time that a text is; `nil` for any other text, and for a day that no calendar has.
  ///
  /// - Parameter text: A day, at whose beginning in UTC it is; or day and time with `T` or a space between them, a fraction of a second or
  ///   none, and `Z`, an offset as `+01:00`, or nothing, which is UTC.
  public static func date(_ text: String) -> Date? {
    // None is longer; what is may be of any length.
    guard text.utf8.count <= 40 else { return nil }
    var rest = Array(text.utf8)[...]
    /// The number of so many digits that comes next.
    func number(_ digits: Int) -> Int32? {
      let taken = rest.prefix(digits)
      guard taken.count == digits, taken.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      rest = rest.dropFirst(digits)
      return taken.reduce(0) { 10 * $0 + Int32($1 - 0x30) }
    }
    func takes(_ characters: String) -> Bool {
      guard let next = rest.first, characters.utf8.contains(next) else { return false }
      rest = rest.dropFirst()
      return true
    }
    guard let year = number(4), takes("-"), let month = number(2), takes("-"), let day = number(2) else { return nil }
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, month - 1, day)
    var (thousandths, offset) = (0, 0)
    if !rest.isEmpty {
      guard takes("T "), let hour = number(2), takes(":"), let minute = number(2), takes(":"), let second = number(2)
      else { return nil }
      (parts.tm_hour, parts.tm_min, parts.tm_sec) = (hour, minute, second)
      if takes(".") {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...9).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        thousandths = (digits + [0x30, 0x30]).prefix(3).reduce(0) { 10 * $0 + Int($1 - 0x30) }
      }
      let isWest = rest.first == UInt8(ascii: "-")
      if takes("+-") {
        guard let hours = number(2), hours < 24 else { return nil }
        _ = takes(":")
        guard let minutes = number(2), minutes < 60 else { return nil }
        offset = Int(hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
      } else {
        _ = takes("Z")
      }
      guard rest.isEmpty else { return nil }
    }
    let asked = parts
    // It makes the first of March of the 30th of February.
    let seconds = timegm(&parts)
    guard parts.tm_year == asked.tm_year, parts.tm_mon == asked.tm_mon, parts.tm_mday == asked.tm_mday,
      parts.tm_hour == asked.tm_hour, parts.tm_min == asked.tm_min, parts.tm_sec == asked.tm_sec
    else { return nil }
    let milliseconds = (seconds - offset) * 1000 + thousandths
    // What could not be written again is none.
    guard range.contains(milliseconds) else { return nil }
    return Date(timeIntervalSince1970: Double(milliseconds) / 1000)
  }
}

extension JSONEncoder.DateEncodingStrategy {
  /// As ``Timestamp`` writes them.
  public static var timestamp: Self {
    .custom { date, encoder in
      var container = encoder.singleValueContainer()
      try container.encode(Timestamp.text(date))
    }
  }
}

extension JSONDecoder.DateDecodingStrategy {
  /// As ``Timestamp`` reads them.
  public static var timestamp: Self {
    .custom { decoder in
      let container = try decoder.singleValueContainer()
      let text = try container.decode(String.self)
      guard let date = Timestamp.date(text) else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "expected a time like 2026-11-28T10:20:31Z, got \(text.debugDescription)")
      }
      return date
    }
  }
}
