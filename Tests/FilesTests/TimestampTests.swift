import Foundation
import Testing

@testable import Files

/// Is a time the same after it was written and read?
@Suite struct TimestampTests {
  @Test func everyMillisecondComesBack() throws {
    // Of 0.29 and the like the binary number lies just below what is written.
    for milliseconds in Array(0..<1000) + [1_795_862_431_290, 1_795_862_431_999, -1, -62_135_596_800_000] {
      let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
      let text = Timestamp.text(date)
      #expect(try #require(Timestamp.date(text)) == date, "\(text)")
      #expect(text.utf8.count == 24 && text.hasSuffix("Z"), "\(text)")
    }
    #expect(Timestamp.text(Date(timeIntervalSince1970: 1_795_861_231.25)) == "2026-11-28T10:20:31.250Z")
  }

  @Test(arguments: [
    ("2026-11-28T10:20:31Z", 1_795_861_231), ("2026-11-28 10:20:31", 1_795_861_231),
    ("2026-11-28T11:20:31+01:00", 1_795_861_231), ("2026-11-28T05:50:31-0430", 1_795_861_231),
    ("2026-11-28T10:20:31.5Z", 1_795_861_231.5), ("2026-11-28T10:20:31.123456789Z", 1_795_861_231.123),
    ("1970-01-01", 0), ("1969-12-31T23:59:59.999Z", -0.001), ("2024-02-29", 1_709_164_800),
  ]) func whatOthersWrite(text: String, seconds: Double) {
    #expect(Timestamp.date(text) == Date(timeIntervalSince1970: seconds), "\(text)")
  }

  @Test(arguments: [
    "", "2026", "2026-13-01", "2026-02-29", "2026-02-30T00:00:00Z", "2026-11-28T24:00:00Z", "2026-11-28T10:60:00Z",
    "2026-11-28T10:20:31+24:00", "2026-11-28T10:20:31+01:60", "2026-11-28t10:20:31z", " 2026-11-28", "2026-11-28\n",
    "٢٠٢٦-11-28", "2026-11-28T10:20:31.Z", "2026-11-28T10:20:31.1234567890Z",
    "0000-01-01", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
  ]) func whatIsNone(text: String) { #expect(Timestamp.date(text) == nil, "\(text)") }

  /// What no calendar of four digits has is written as the nearest that it has, and nothing ends the process.
  @Test func timesThatNobodyMeans() {
    for seconds in [-1e300, -.infinity] {
      #expect(Timestamp.text(Date(timeIntervalSince1970: seconds)) == "0001-01-01T00:00:00.000Z")
    }
    for seconds in [1e300, .infinity] {
      #expect(Timestamp.text(Date(timeIntervalSince1970: seconds)) == "9999-12-31T23:59:59.999Z")
    }
    #expect(Timestamp.text(Date(timeIntervalSince1970: .nan)) == "1970-01-01T00:00:00.000Z")
  }

  @Test func inJSON() throws {
    let date = Date(timeIntervalSince1970: 1_795_861_231.29)
    let data = try JSONFile.encode(["at": date], pretty: false, dates: .timestamp)
    #expect(String(decoding: data, as: UTF8.self) == #"{"at":"2026-11-28T10:20:31.290Z"}"#)
    #expect(try JSONFile.decode([String: Date].self, from: data, path: "x", dates: .timestamp) == ["at": date])
    let error = #expect(throws: FileError.self) {
      try JSONFile.decode([String: Date].self, from: Data(#"{"at":"soon"}"#.utf8), path: "x", dates: .timestamp)
    }
    #expect(error?.description.contains("at") == true && error?.description.contains("soon") == true)
  }
}
