import Files
import Foundation

/// One thing that happened, for programs: a line of JSON with `time`, `event` and what belongs to the event.
struct LogEvent {
  let name: String
  /// Whether it only says how far something has come: of such events one a second is enough.
  private(set) var isCounter = false
  private let fields: any Encodable

  /// - Parameter name: What happened.
  /// - Parameter fields: A value that becomes an object; without `time` and `event`.
  init(_ name: String, _ fields: some Encodable) {
    self.name = name
    self.fields = fields
  }

  /// - Parameter name: What happened.
  /// - Parameter fields: By name; what is `nil` is left out.
  init(_ name: String, _ fields: Fields = [:]) {
    self.name = name
    self.fields = fields
  }

  /// How far something has come.
  static func counter(_ name: String, _ fields: Fields) -> LogEvent {
    var event = LogEvent(name, fields)
    event.isCounter = true
    return event
  }

  /// A line that people read: its first word says what it is.
  init(text: String) {
    let kinds = [("warning: ", "warning"), ("note: ", "note"), ("accrete: ", "error")]
    let (prefix, name) = kinds.first { text.hasPrefix($0.0) } ?? ("", "message")
    self.init(name, ["text": text.dropFirst(prefix.count).description])
  }

  /// The line, without its end.
  ///
  /// - Parameter time: When it happened.
  func line(at time: Date = Date()) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    // A loss that is not a number is what somebody wants to see.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let known = (try? encoder.encode(fields)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    let begin =
      "{\"time\":\"\(time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))\",\"event\":\"\(name)\""
    return known == "{}" ? begin + "}" : "\(begin),\(known.dropFirst())"
  }
}

extension LogEvent {
  /// Values by name.
  struct Fields: ExpressibleByDictionaryLiteral, Encodable {
    private let values: [(name: String, value: any Encodable)]

    init(dictionaryLiteral elements: (String, (any Encodable)?)...) {
      values = elements.compactMap { name, value in value.map { (name, $0) } }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: JSONKey.self)
      for (name, value) in values { try container.encode(value, forKey: JSONKey(name)) }
    }
  }
}
