import Foundation
import HTTPServer
import Testing

@Suite struct ServerSentEventTests {
  private func text(_ event: ServerSentEvent) -> String { String(decoding: event.bytes, as: UTF8.self) }

  @Test func bytesOfEvents() {
    #expect(text(.data(Data(#"{"a":"é"}"#.utf8))) == "data: {\"a\":\"é\"}\n\n")
    #expect(text(.ping) == ": ping\n\n")
    #expect(text(.done) == "data: [DONE]\n\n")
  }

  /// Clients that split lines as Python's `str` does end one at these, too; the JSON means the same.
  @Test func noEventHasAnotherLineEnd() throws {
    for end in ["\u{85}", "\u{2028}", "\u{2029}", "â\u{80}", "\u{2027}", "\u{202A}", "Â", "\u{86}"] {
      let json = Data("{\"a\":\"x\(end)y\"}".utf8)
      let line = text(.data(json))
      #expect(
        !line.dropLast(2).unicodeScalars.contains { ["\u{85}", "\u{2028}", "\u{2029}", "\n", "\r"].contains($0) })
      let body = Data(line.dropFirst(6).dropLast(2).utf8)
      #expect(
        try JSONDecoder().decode([String: String].self, from: body)["a"].map { Array($0.utf8) }
          == Array("x\(end)y".utf8))
    }
    #expect(text(.data(Data("{\n\"a\":\r\n1}".utf8))) == "data: { \"a\":  1}\n\n")
  }

  @Test func headersOfAStream() {
    #expect(ServerSentEvent.headers["content-type"] == "text/event-stream; charset=utf-8")
    #expect(
      ServerSentEvent.headers["cache-control"] == "no-store" && ServerSentEvent.headers["x-accel-buffering"] == "no")
  }
}
