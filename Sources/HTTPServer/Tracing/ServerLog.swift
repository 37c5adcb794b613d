import Files
import Foundation
public import Logging
import Tracing

/// Writes the log: a JSON object or a plain line for each event, on standard error. What looks like a key is taken out first.
///
/// ```swift
/// let output = LogOutput()
/// LoggingSystem.bootstrap { ServerLog($0, form: .json, output: output) }
/// ```
///
/// A line has time, level and message, the values that came with it, and the trace and span that it belongs to, if any:
///
///     {"time":"2026-11-30T18:24:05.120Z","level":"warning","logger":"accrete","message":"…","trace_id":"…","span_id":"…","key":"value"}
///     2026-11-30T18:24:05.120Z warning accrete: … key=value trace_id=…
public struct ServerLog: LogHandler {
  /// How lines are written.
  public enum Form: String, Sendable, CaseIterable {
    case json, plain
  }

  /// How many bytes of a message or a value are written.
  private static let longestText = 8_192
  /// How deep values lie in one another at most.
  private static let deepest = 4

  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?
  public var logLevel: Logger.Level
  private let label: String
  private let form: Form
  private let output: LogOutput

  /// - Parameters:
  ///   - label: The logger's.
  ///   - form: How lines are written.
  ///   - level: What is less severe is left out.
  ///   - output: Where lines go.
  public init(_ label: String, form: Form, level: Logger.Level = .info, output: LogOutput) {
    (self.label, self.form, self.logLevel, self.output) = (label, form, level, output)
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) { output.write(line(event, at: .now)) }

  /// A line without its end.
  func line(_ event: LogEvent, at date: Date) -> String {
    let time = date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    let message = Self.clean(event.message.description)
    let values = self.values(event)
    switch form {
    case .json:
      let head: [JSONTree.Member] = [
        ("time", time), ("level", event.level.rawValue), ("logger", label), ("message", message),
      ].map { .init($0, .text($1)) }
      let taken = Set(head.map { String(decoding: $0.name, as: UTF8.self) })
      // A value of the same name as one of ours must not hide it.
      let members = values.map { JSONTree.Member(taken.contains($0.name) ? $0.name + "_" : $0.name, $0.value) }
      return String(decoding: JSONTree.object(head + members).json, as: UTF8.self).withoutControls
    case .plain:
      let tail = values.map { " \($0.name.printable)=\(Self.plain($0.value))" }.joined()
      return "\(time) \(event.level.rawValue) \(label.printable): \(message.printable)\(tail)"
    }
  }

  private func values(_ event: LogEvent) -> [(name: String, value: JSONTree)] {
    var all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
    if let error = event.error {
      all["error.type"] = .string(String(describing: type(of: error)))
      all["error.message"] = .string("\(error)")
    }
    if let span = InstrumentationContext.current?.traceParent {
      all["trace_id"] = .string(span.traceID.description)
      all["span_id"] = .string(span.spanText)
    }
    return all.sorted { $0.key < $1.key }.map { (Self.clean($0.key), Self.json($0.value, of: $0.key, depth: 1)) }
  }

  private static func json(_ value: Logger.Metadata.Value, of name: String, depth: Int) -> JSONTree {
    guard !Redaction.secretNames.contains(name.lowercased()) else { return .text("[redacted]") }
    guard depth <= deepest else { return .text("…") }
    switch value {
    case .string(let text): return .text(clean(text))
    case .stringConvertible(let value): return .text(clean(value.description))
    case .array(let values): return .list(values.map { json($0, of: "", depth: depth + 1) })
    case .dictionary(let values):
      return .object(
        values.sorted { $0.key < $1.key }.map {
          JSONTree.Member(clean($0.key), json($0.value, of: $0.key, depth: depth + 1))
        })
    }
  }

  /// A text without keys, and not longer than what is worth reading.
  private static func clean(_ text: String) -> String {
    // Keys are looked for in what is cut, too: half a key is a secret.
    let text = Redaction.redacted(text)
    guard text.utf8.count > longestText else { return text }
    let kept = String(decoding: text.utf8.prefix(longestText), as: UTF8.self)
    return "\(kept)… (\(text.utf8.count - longestText) bytes more)"
  }

  private static func plain(_ value: JSONTree) -> String {
    if case .text(let bytes) = value {
      let text = String(decoding: bytes, as: UTF8.self)
      // Quotes only where somebody could not see where it ends.
      let isWord =
        !bytes.isEmpty && bytes.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
      if isWord { return text.printable }
    }
    return String(decoding: value.json, as: UTF8.self).printable
  }
}
