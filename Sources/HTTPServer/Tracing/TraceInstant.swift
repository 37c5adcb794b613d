import Files
import Foundation
public import Tracing

/// A moment of a trace: the time of day when this process first asked, and from then on the monotonic clock. So a span never ends before it begins,
/// whatever becomes of the time of day.
public struct TraceInstant: TracerInstant {
  public let nanosecondsSinceEpoch: UInt64

  /// A moment of the monotonic clock.
  public init(_ instant: ContinuousClock.Instant) {
    let (seconds, attoseconds) = Self.start.instant.duration(to: instant).components
    let nanoseconds = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let offset = nanoseconds.overflow ? 0 : nanoseconds.partialValue &+ attoseconds / 1_000_000_000
    nanosecondsSinceEpoch = UInt64(clamping: Self.start.nanoseconds &+ offset)
  }

  /// Now.
  public static var now: TraceInstant { TraceInstant(ContinuousClock.now) }

  public static func < (one: TraceInstant, other: TraceInstant) -> Bool {
    one.nanosecondsSinceEpoch < other.nanosecondsSinceEpoch
  }

  private static let start: (instant: ContinuousClock.Instant, nanoseconds: Int64) = (
    ContinuousClock.now, Int64(saturating: Date.now.timeIntervalSince1970 * 1e9)
  )
}
