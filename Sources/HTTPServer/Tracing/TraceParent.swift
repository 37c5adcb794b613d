import Files

/// Where a span belongs, in the form that W3C's Trace Context gives it: `traceparent: 00-TRACE-SPAN-FLAGS`.
public struct TraceParent: Sendable, Hashable {
  /// The 128 bits of a trace; never all zero.
  public let traceID: TraceID
  /// The 64 bits of a span; never all zero.
  public let spanID: UInt64
  /// Whether whoever began the trace keeps it.
  public let isSampled: Bool

  /// - Parameter spanID: Zero names no span, and becomes one.
  public init(traceID: TraceID, spanID: UInt64, isSampled: Bool) {
    (self.traceID, self.spanID, self.isSampled) = (traceID, max(spanID, 1), isSampled)
  }

  /// A span of a trace that begins here.
  public static func random(isSampled: Bool = true) -> TraceParent {
    TraceParent(
      traceID: TraceID(high: .random(in: 1 ... .max), low: .random(in: .min ... .max)),
      spanID: .random(in: 1 ... .max), isSampled: isSampled)
  }

  /// Another span of the same trace.
  public var child: TraceParent {
    TraceParent(traceID: traceID, spanID: .random(in: 1 ... .max), isSampled: isSampled)
  }

  /// The span's 16 digits.
  public var spanText: String { Self.hexadecimal(spanID) }

  /// The header's value.
  public var text: String { "00-\(traceID)-\(spanText)-\(isSampled ? "01" : "00")" }

  /// The header's value as somebody sent it; `nil` for anything that W3C's Trace Context does not allow, and a new trace begins.
  ///
  /// Later versions may have more behind the flags, and are read as far as this one knows them.
  public init?(_ text: String) {
    let bytes = Array(text.utf8.prefix(Self.longest + 1))
    guard bytes.count >= Self.length, bytes.count <= Self.longest,
      [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }),
      let version = Self.number(bytes[0..<2]), version != 0xFF,
      let high = Self.number(bytes[3..<19]), let low = Self.number(bytes[19..<35]), high | low != 0,
      let span = Self.number(bytes[36..<52]), span != 0, let flags = Self.number(bytes[53..<55])
    else { return nil }
    if bytes.count > Self.length {
      guard version > 0, bytes[Self.length] == UInt8(ascii: "-") else { return nil }
    }
    self.init(traceID: TraceID(high: high, low: low), spanID: span, isSampled: flags & 1 == 1)
  }

  /// How many bytes version 00 has.
  private static let length = 55
  /// How many a later one may have; the standard sets no bound.
  private static let longest = 512

  private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
    Hexadecimal.bytes(digits)?.reduce(0) { $0 << 8 | UInt64($1) }
  }

  fileprivate static func hexadecimal(_ number: UInt64) -> String {
    withUnsafeBytes(of: number.bigEndian) { Hexadecimal.text($0) }
  }
}

/// What names a trace.
public struct TraceID: Sendable, Hashable, CustomStringConvertible {
  public let high: UInt64
  public let low: UInt64

  /// - Parameter low: All zero names no trace, and becomes one.
  public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, high | low == 0 ? 1 : low) }

  /// 32 digits.
  public var description: String { TraceParent.hexadecimal(high) + TraceParent.hexadecimal(low) }
}
