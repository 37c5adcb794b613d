import Files
import Foundation
import HTTPTypes
import Testing

@testable import HTTPServer

/// Does a request that asks for it learn how long it took, and no other?
@Suite struct TraceTests {
  private static let chat = "/v1/chat/completions"
  private static func chat(_ model: String, _ rest: String = "") -> String {
    #""model":"\#(model)","messages":[{"role":"user","content":"abc"}]\#(rest)"#
  }
  private static let ids = ["trace_id", "span_id"]
  private static let written = ids + ["queue_seconds", "prefill_seconds", "decode_seconds", "total_seconds"]
  private static let labelled = ids + ["label_seconds", "total_seconds"]

  private func ask(_ path: String, _ members: String, isTraced: Bool = true) async throws -> FakeAnswer {
    try await FakeServer().ask(.post, path, "{\(members),\"accrete\":{\"trace\":\(isTraced)}}")
  }

  private func keys(_ trace: JSONTree?) throws -> [String] {
    guard case .object(let members)? = trace else { throw FakeAnswer.Unexpected() }
    #expect(members.allSatisfy { $0.key.hasSuffix("_id") || $0.value.number.map { $0 >= 0 && $0 < 3_600 } ?? false })
    return members.map(\.key)
  }

  @Test(
    arguments: [
      (chat, chat("base"), written), (chat, chat("spam"), labelled),
      (chat, chat("auto"), ids + ["route_seconds", "label_seconds", "total_seconds"]),
      ("/v1/completions", #""model":"base","prompt":"abc""#, written),
      ("/accrete/v1/classify", #""model":"spam","input":["abc"]"#, labelled),
    ])
  func anAnswerTellsItsTimes(_ path: String, _ members: String, _ expected: [String]) async throws {
    let answer = try await ask(path, members)
    let trace = try answer.json()["accrete"]?["trace"]
    #expect(try keys(trace) == expected, "\(answer.body)")
    // By which the span is found: the answer's own `traceparent`.
    let (id, span) = (trace?["trace_id"]?.string ?? "", trace?["span_id"]?.string ?? "")
    #expect(answer.header("traceparent")?.hasPrefix("00-\(id)-\(span)-") == true && id.utf8.count == 32)
    #expect(try await ask(path, members, isTraced: false).json()["accrete"]?["trace"] == nil)
  }

  @Test(
    arguments: [
      (chat, chat("base", #","stream":true"#), written), (chat, chat("spam", #","stream":true"#), labelled),
      ("/v1/completions", #""model":"base","prompt":"abc","stream":true"#, written),
    ])
  func theLastPieceOfAStreamTellsThem(_ path: String, _ members: String, _ expected: [String]) async throws {
    let events = try await ask(path, members).events().dropLast().map { try JSONTree(Data($0.utf8)) }
    let traces = events.map { $0["accrete"]?["trace"] }
    #expect(try keys(traces.last ?? nil) == expected)
    #expect(traces.dropLast().allSatisfy { $0 == nil } && events.last?["accrete"]?["stop_reason"] != nil)
  }

  /// Its answer is a list.
  @Test func ofARouteItIsAHeader() async throws {
    let answer = try await ask("/accrete/v1/route", #""input":["abc"]"#)
    #expect(answer.header("server-timing")?.wholeMatch(of: /route;dur=[0-9.]+, total;dur=[0-9.]+/) != nil)
    #expect(try await ask("/accrete/v1/route", #""input":["abc"]"#, isTraced: false).header("server-timing") == nil)
  }
}
