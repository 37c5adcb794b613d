import Files
import Foundation
import Testing

/// A line of a trace file, read back.
struct SpanLine {
  let span: JSONTree

  /// All lines of a file, each of which must be OpenTelemetry's JSON for one span.
  static func read(_ url: URL) throws -> [SpanLine] {
    let data = try Data(contentsOf: url)
    try #require(data.isEmpty || data.last == UInt8(ascii: "\n"))
    return try data.split(separator: UInt8(ascii: "\n")).map { line in
      let tree = try JSONTree(Data(line), rules: JSONTree.Rules(keysAreUnique: true))
      let resources = try #require(list(tree["resourceSpans"]))
      let scopes = try #require(list(resources.first?["scopeSpans"]))
      let spans = try #require(list(scopes.first?["spans"]))
      try #require(resources.count == 1 && scopes.count == 1 && spans.count == 1)
      return SpanLine(span: spans[0])
    }
  }

  private static func list(_ tree: JSONTree?) -> [JSONTree]? {
    if case .list(let values)? = tree { values } else { nil }
  }

  func text(_ name: String) -> String? { span[name]?.string }
  var name: String { text("name") ?? "" }
  var start: UInt64 { text("startTimeUnixNano").flatMap { UInt64($0) } ?? 0 }
  var end: UInt64 { text("endTimeUnixNano").flatMap { UInt64($0) } ?? 0 }
  var dropped: Int { span["droppedAttributesCount"]?.integer ?? 0 }
  var events: [JSONTree] { Self.list(span["events"]) ?? [] }

  /// An attribute's value, as text.
  func attribute(_ key: String) -> String? {
    let found = (Self.list(span["attributes"]) ?? []).first { $0["key"]?.string == key }?["value"]
    return found?["stringValue"]?.string ?? found?["intValue"]?.string ?? found?["doubleValue"]?.number.map { "\($0)" }
      ?? found?["arrayValue"].map { String(decoding: $0.json, as: UTF8.self) }
  }
}
