import Files
public import Foundation

/// What time it is for a template that asks (`strftime_now`).
///
/// Without one, two renderings of the same messages may differ: give a fixed date where that matters.
public struct TemplateClock: Sendable {
  private let date: Date?
  private let zone: TimeZone

  /// The time of the rendering, in the zone of the machine.
  public static let system = TemplateClock(date: nil, zone: .current)

  /// Always the same time.
  ///
  /// - Parameters:
  ///   - date: What time it is.
  ///   - zone: Where; the zone of the machine if it is left out.
  public init(_ date: Date, zone: TimeZone = .current) { self.init(date: date, zone: zone) }

  private init(date: Date?, zone: TimeZone) {
    self.date = date
    self.zone = zone
  }

  /// By C's `strftime`, as Python has it, in English; `nil` for a format that it does not take, or a very long one.
  func formatted(_ format: String) -> String? {
    guard format.utf8.count <= 1000, !format.utf8.contains(0) else { return nil }
    if format.isEmpty { return "" }
    let date = date ?? Date()
    // The clock of that zone, read as if it were that of Greenwich.
    var seconds = time_t(
      saturating: (date.timeIntervalSince1970 + Double(zone.secondsFromGMT(for: date))).rounded(.down))
    var parts = tm()
    guard gmtime_r(&seconds, &parts) != nil else { return nil }
    var buffer = [CChar](repeating: 0, count: 8192)
    // The first character tells an empty result from one that does not fit.
    let count = strftime(&buffer, buffer.count, "|" + format, &parts)
    guard count > 0 else { return nil }
    return String(decoding: buffer[1..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
