import Foundation
import Testing

@testable import Access

/// Does a key end when somebody wanted it to?
@Suite struct KeyExpiryTests {
  /// 2027-01-15 08:00:00 UTC.
  private static let now = Date(timeIntervalSince1970: 1_800_000_000)

  @Test(
    arguments: [
      ("1h", 3600), ("30d", 30 * 86_400), ("2w", 14 * 86_400), ("2027-01-16", 57_600), ("2027-01-15T08:00:01Z", 1),
      ("2028-02-29", 35_395_200), ("9999-12-31", 251_602_214_400),
    ] as [(String, Int)]) func moments(text: String, seconds: Int) throws
  {
    #expect(try KeyExpiry.date(text, now: Self.now).timeIntervalSince(Self.now) == Double(seconds))
  }

  @Test(arguments: [
    "", "30", "d", "0d", "-1d", "+1d", "1.5d", "1e3d", "30 d", "30m", "30y", "1000000d", "999999w", "٣d", "never",
    "2027-01-15", "2027-01-15T08:00:00Z", "2026-01-01", "2027-02-29", "2027-13-01", "2027-00-10", "2027-01-32",
    "2027-1-16", "27-01-16", "10000-01-01", "2027-01-16T24:00:00Z", "2027-01-16T08:60:00Z", "2027-01-16T08:00:00",
    "2027-01-16T08:00:00+01:00", "2027-01-16 08:00:00Z", "2027-01-16\n", "0000-00-00",
  ]) func whatIsNoMoment(text: String) {
    expectRefusal("expiry", "30d", "2027-01-31") { _ = try KeyExpiry.date(text, now: Self.now) }
  }
}
