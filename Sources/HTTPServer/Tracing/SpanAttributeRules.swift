import Files
import Tracing

/// Which attributes of a span are written. Neither prompts nor answers may ever be among them, so that only names on this list pass, with numbers
/// and words: what has a space in it, or is not ASCII, or long, is taken for a text. The `metadata` of a request is its client's to choose.
enum SpanAttributeRules {
  /// What may be written; anything else is counted and left out.
  static let names: Set = [
    "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model",
    "gen_ai.request.max_tokens", "gen_ai.request.choice.count", "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens", "gen_ai.response.finish_reasons", "accrete.expert.digest", "accrete.expert.version",
    "accrete.cached_tokens", "accrete.request.id", "accrete.route.task", "accrete.route.outcome",
    "accrete.route.confidence", "accrete.cancel.reason", "error.type", "http.request.method", "http.route",
    "http.response.status_code",
  ]

  /// What names of a request's `metadata` begin with.
  static let metadata = "accrete.metadata."

  /// An attribute's value as it is written; `nil`: it is not.
  static func json(_ value: SpanAttribute, of name: String) -> JSONTree? {
    if names.contains(name) { return json(value) }
    // How many and how long they are was looked at when the request was read.
    guard name.hasPrefix(metadata), case .string(let text) = value else { return nil }
    return .object(["stringValue": .text(Redaction.redacted(text))])
  }

  /// How many bytes a word has at most.
  private static let longestWord = 256
  /// How many values a list has at most.
  private static let longestList = 64

  /// A value in OpenTelemetry's JSON; `nil` for what is not written.
  private static func json(_ value: SpanAttribute) -> JSONTree? {
    switch value {
    case .bool(let value): .object(["boolValue": .boolean(value)])
    case .int32(let value): integer(Int64(value))
    case .int64(let value): integer(value)
    case .double(let value): value.isFinite ? .object(["doubleValue": .number(value)]) : nil
    case .string(let text): word(text)
    case .stringConvertible(let value): word(value.description)
    case .stringArray(let texts): list(texts.prefix(longestList + 1).map(word))
    case .int64Array(let values): list(values.prefix(longestList + 1).map(integer))
    default: nil
    }
  }

  /// Whether a text can only be a name, a digest or the like.
  static func isWord(_ text: String) -> Bool {
    (1...longestWord).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }

  /// Whether a text may name a span or an event, which programs do: a method may stand before a path.
  static func isSpanName(_ text: String) -> Bool {
    (1...longestWord).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
  }

  // 64 bits are a text in OpenTelemetry's JSON.
  private static func integer(_ value: Int64) -> JSONTree? { .object(["intValue": .text(String(value))]) }

  private static func word(_ text: String) -> JSONTree? {
    isWord(text) ? .object(["stringValue": .text(Redaction.redacted(text))]) : nil
  }

  private static func list(_ values: [JSONTree?]) -> JSONTree? {
    let known = values.compactMap { $0 }
    guard known.count == values.count, known.count <= longestList else { return nil }
    return .object(["arrayValue": .object(["values": .list(known)])])
  }
}
