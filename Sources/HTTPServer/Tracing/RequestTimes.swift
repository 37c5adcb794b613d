import Files

/// How long a request took so far, part by part, and by which ids its spans are found. What has not happened is `nil`.
public struct RequestTimes: Sendable, Equatable {
  public let traceID: TraceID
  /// Of the span of the whole request, 16 digits.
  public let span: String
  /// Its task was looked for.
  public var route: Duration?
  /// A task with labels answered it, waiting included.
  public var label: Duration?
  /// It waited for a place, its prompt was read, its tokens were written.
  public var queue: Duration?
  public var prefill: Duration?
  public var decode: Duration?
  /// From its arrival to its end, or to now.
  public var total: Duration

  /// In this order, under the names that answers have for them.
  var parts: [(name: String, duration: Duration)] {
    [("route", route), ("label", label), ("queue", queue), ("prefill", prefill), ("decode", decode), ("total", total)]
      .compactMap { name, duration in duration.map { (name, $0) } }
  }

  /// The header `server-timing` (W3C), which browsers and their tools show.
  var header: String {
    parts.map { "\($0.name);dur=\(Double(($0.duration.seconds * 1e6).rounded()) / 1e3)" }.joined(separator: ", ")
  }
}
