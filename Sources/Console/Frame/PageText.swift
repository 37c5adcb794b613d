import Files
import Foundation
import Markup

/// Dates, digests and numbers as the page writes them.
enum PageText {
  /// The beginning of a digest, which is enough to tell versions apart.
  static func short(_ digest: Digest) -> String { String(digest.hexadecimal.prefix(12)) }

  /// The same with all of it for whoever points at it.
  static func digest(_ digest: Digest) -> HTML {
    HTML("code", ["title": digest.description], .text(short(digest)))
  }

  /// The same below a name.
  static func digestBelow(_ digest: Digest) -> HTML {
    HTML.text(" ") + HTML("small", [:], Self.digest(digest))
  }

  /// A number with what it means, less prominent.
  static func number(_ text: String, detail: String) -> HTML {
    HTML.text(text + " ") + HTML("small", [:], .text(detail))
  }

  static func count(_ number: Int) -> String { Format.grouped("\(number)") }

  /// How long ago something was.
  static func age(_ date: Date, at now: Date) -> String {
    let seconds = now.timeIntervalSince(date)
    // Days are what a release's age is told in.
    return seconds >= 48 * 3600 && seconds < 1e9
      ? Format.count(Int(saturating: seconds / (24 * 3600)), "day") : Format.duration(seconds)
  }

  /// A moment in UTC; a dash for one that no calendar has.
  static func moment(_ date: Date) -> HTML {
    time(date) { $0.replacingOccurrences(of: "T", with: " ").replacingOccurrences(of: "Z", with: " UTC") }
  }

  /// The same without the day: for what is over within minutes.
  static func timeOfDay(_ date: Date) -> HTML { time(date) { $0.dropFirst(11).prefix(5) + " UTC" } }

  /// - Parameter words: What is shown of a moment as ISO 8601 writes it.
  private static func time(_ date: Date, _ words: (String) -> String) -> HTML {
    let seconds = date.timeIntervalSince1970
    guard seconds > -62_000_000_000, seconds < 253_000_000_000 else { return .text("–") }
    let text = date.formatted(.iso8601)
    return HTML("time", ["datetime": text], .text(words(text)))
  }

  /// A share as it is filled in a bar, 0 to 100.
  static func width(_ share: Double) -> String { Format.coordinate(100 * (share > 0 ? min(share, 1) : 0), 2) }

  /// A number with the interval that it lies in.
  static func estimate(_ estimate: PageEstimate?) -> HTML {
    guard let estimate else { return .text("–") }
    return number(Format.percent(estimate.value), detail: estimate.interval)
  }

  /// How long something still lasts, or that it is over.
  static func left(days: Double) -> String {
    guard days > 0 else { return "over" }
    return days >= 2 ? Format.count(Int(saturating: days), "day") : Format.duration(days * 24 * 3600)
  }

  /// A probability, with as many digits as tell it from one.
  static func probability(_ value: Double?) -> String { value.map { Format.decimals($0, $0 > 0.999 ? 4 : 3) } ?? "–" }
}
