import Foundation
import HTTPTypes
import Testing

/// A request as a client sent it, byte for byte, and what is answered to it.
///
/// In the files of `Resources/wire` a pair is written as it goes over the wire: behind `### NAME` the request's first line, its headers, an
/// empty line and its body; then `=== STATUS` with the answer's headers, an empty line and its body. Lines with `#` before the request say
/// what the server is like.
struct WireGolden: Sendable, CustomTestStringConvertible {
  /// A side of a pair.
  struct Message: Sendable, Equatable {
    /// `POST /v1/models`, or the status.
    var start: String
    /// By their names in lower case, in that order.
    var headers: [String]
    var body: String
  }

  let name: String
  /// What the engine does instead of answering; `nil`: it answers.
  let failure: String?
  let asksForKeys: Bool
  let request: Message
  let answer: Message

  var testDescription: String { name }

  struct Malformed: Error, CustomStringConvertible { let description: String }

  static let folder = "Resources/wire"

  /// The pairs of a file.
  static func all(of file: String) throws -> [WireGolden] {
    let url = try #require(Bundle.module.url(forResource: file, withExtension: "http", subdirectory: folder))
    // The end of the last line is none of the last body's.
    let text = try String(contentsOf: url, encoding: .utf8).dropLast()
    return try ("\n" + text).components(separatedBy: "\n### ").dropFirst().map { try WireGolden($0) }
  }

  private init(_ text: String) throws {
    let sides = text.components(separatedBy: "\n=== ")
    guard sides.count == 2 else { throw Malformed(description: "not one request and one answer: \(text.prefix(80))") }
    var lines = sides[0].components(separatedBy: "\n")
    name = lines.removeFirst()
    var notes: [String] = []
    while let line = lines.first, line.hasPrefix("# ") {
      notes.append(String(line.dropFirst(2)))
      lines.removeFirst()
    }
    failure = notes.first { $0.hasPrefix("engine: ") }.map { String($0.dropFirst("engine: ".count)) }
    asksForKeys = notes.contains("keys")
    request = try Message(lines.joined(separator: "\n"))
    answer = try Message(sides[1])
  }

  /// The parts of the request's first line.
  var target: (method: HTTPRequest.Method, path: String) {
    get throws {
      let words = request.start.split(separator: " ")
      guard words.count == 2, let method = HTTPRequest.Method(String(words[0])) else {
        throw Malformed(description: "\(name): no request line: \(request.start)")
      }
      return (method, String(words[1]))
    }
  }

  /// The pair as the file has it, with another answer.
  func text(_ answer: Message) -> String {
    let notes = (failure.map { "# engine: \($0)\n" } ?? "") + (asksForKeys ? "# keys\n" : "")
    return "### \(name)\n\(notes)\(request.text)\n=== \(answer.text)\n"
  }
}

extension WireGolden.Message {
  fileprivate init(_ text: String) throws {
    guard let end = text.range(of: "\n\n") else {
      throw WireGolden.Malformed(description: "no empty line behind the headers: \(text.prefix(80))")
    }
    let lines = text[..<end.lowerBound].components(separatedBy: "\n")
    self.init(start: lines[0], headers: Array(lines.dropFirst()), body: String(text[end.upperBound...]))
  }

  /// Headers that a client reads; the others are of the connection, or differ from one answer to the next.
  private static let told: Set<String> = [
    "allow", "cache-control", "connection", "content-type", "retry-after", "www-authenticate", "x-accel-buffering",
    "x-request-id", "x-should-retry",
  ]

  /// What a server answered, without what is of its time: ids and `created`.
  init(_ answer: FakeAnswer) {
    func timeless(_ text: String) -> String {
      text.replacing(#/(chatcmpl|cmpl|req)-[0-9A-HJKMNP-TV-Z]{26}/#) { "\($0.1)-ID" }.replacing(
        #/"created":[0-9]+/#, with: #""created":0"#)
    }
    let headers = answer.headers.compactMap { field -> String? in
      let name = field.name.canonicalName
      guard Self.told.contains(name) || name.hasPrefix("x-accrete-") else { return nil }
      return "\(name): \(timeless(field.value))"
    }
    self.init(start: "\(answer.status)", headers: headers.sorted(), body: timeless(answer.body))
  }

  /// As a file has it.
  var text: String { ([start] + headers).joined(separator: "\n") + "\n\n" + body }

  /// The headers as a request has them.
  var fields: HTTPFields {
    var fields = HTTPFields()
    for header in headers {
      let sides = header.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      if sides.count == 2, let name = HTTPField.Name(sides[0]) { fields[name] = sides[1] }
    }
    return fields
  }
}
