import Files
import Tracing

/// A span that is over, as it is written: a line of OpenTelemetry's JSON (OTLP), which its collectors read from files.
struct FinishedSpan: Sendable {
  /// Something that happened in it.
  struct Event: Sendable {
    let name: String
    let nanoseconds: UInt64
    let attributes: KnownAttributes
  }

  /// Another span that it has to do with.
  struct Link: Sendable {
    let span: TraceParent
    let attributes: KnownAttributes
  }

  /// Attributes that may be written, and how many others there were.
  struct KnownAttributes: Sendable {
    private(set) var members: [(name: String, value: JSONTree)] = []
    private(set) var dropped = 0

    init(_ attributes: SpanAttributes) {
      // Attributes are no sequence.
      // swift-format-ignore: ReplaceForEachWithForLoop
      attributes.forEach { name, value in
        if let value = SpanAttributeRules.json(value, of: name) {
          members.append((name, value))
        } else {
          dropped += 1
        }
      }
      members.sort { $0.name < $1.name }
    }

    var json: JSONTree {
      .list(members.map { .object(["key": .text($0.name), "value": $0.value]) })
    }
  }

  var name: String
  var kind: SpanKind
  var span: TraceParent
  var parent: TraceParent?
  var start: UInt64
  var end: UInt64
  var attributes: KnownAttributes
  var events: [Event]
  var droppedEvents: Int
  var links: [Link]
  var status: SpanStatus.Code?

  /// The line, with its end.
  var line: [UInt8] {
    let scope = JSONTree.object(["scope": .object(["name": .text("accrete")]), "spans": .list([json])])
    let service = JSONTree.object(["key": .text("service.name"), "value": .object(["stringValue": .text("accrete")])])
    let resource = JSONTree.object([
      "resource": .object(["attributes": .list([service])]), "scopeSpans": .list([scope]),
    ])
    return JSONTree.object(["resourceSpans": .list([resource])]).json + [UInt8(ascii: "\n")]
  }

  private var json: JSONTree {
    var json = JSONTree.object([
      "traceId": .text(span.traceID.description), "spanId": .text(span.spanText),
    ])
    if let parent { json["parentSpanId"] = .text(parent.spanText) }
    json["name"] = .text(name)
    json["kind"] = .integer(kindCode)
    json["startTimeUnixNano"] = .text(String(start))
    json["endTimeUnixNano"] = .text(String(end))
    json["attributes"] = attributes.json
    if attributes.dropped > 0 { json["droppedAttributesCount"] = .integer(attributes.dropped) }
    if !events.isEmpty { json["events"] = .list(events.map(Self.json)) }
    if droppedEvents > 0 { json["droppedEventsCount"] = .integer(droppedEvents) }
    if !links.isEmpty { json["links"] = .list(links.map(Self.json)) }
    json["status"] = statusJSON
    return json
  }

  private var statusJSON: JSONTree {
    guard let status else { return .object([:]) }
    return .object(["code": .integer(status == .ok ? 1 : 2)])
  }

  private var kindCode: Int {
    switch kind {
    case .internal: 1
    case .server: 2
    case .client: 3
    case .producer: 4
    case .consumer: 5
    }
  }

  private static func json(_ event: Event) -> JSONTree {
    .object([
      "timeUnixNano": .text(String(event.nanoseconds)), "name": .text(event.name), "attributes": event.attributes.json,
    ])
  }

  private static func json(_ link: Link) -> JSONTree {
    .object([
      "traceId": .text(link.span.traceID.description), "spanId": .text(link.span.spanText),
      "attributes": link.attributes.json,
    ])
  }
}
