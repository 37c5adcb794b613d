import Files
import Foundation
import Logging
import TestSupport
import Testing
import Tracing

@testable import HTTPServer

/// Are spans written with where they belong, and never with what was said?
@Suite struct ServerTracerTests {
  private struct Fields: Extractor, Injector {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
  }

  private struct Quotes: Error, CustomStringConvertible {
    var description: String { "my secret prompt" }
  }

  private static let caller = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
  private let scratch: Scratch
  private let file: TraceFile
  private let tracer: ServerTracer

  init() throws {
    scratch = try Scratch()
    file = TraceFile(scratch.url("traces.jsonl"), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    tracer = ServerTracer(file)
  }

  private func written() async throws -> [SpanLine] {
    await file.flush()
    return try SpanLine.read(scratch.url("traces.jsonl"))
  }

  private func extracted(_ headers: [String: String]) -> InstrumentationContext {
    var context = InstrumentationContext.topLevel
    tracer.extract(headers, into: &context, using: Fields())
    return context
  }

  @Test func aCallersTraceGoesOn() async throws {
    let context = extracted(["traceparent": Self.caller, "tracestate": "a=1"])
    let request = tracer.startSpan("accrete.request", context: context, ofKind: .server)
    let part = tracer.startSpan("queue", context: request.context)
    part.end()
    request.end()

    var headers: [String: String] = [:]
    tracer.inject(request.context, into: &headers, using: Fields())
    let lines = try await written()
    #expect(lines.map(\.name) == ["queue", "accrete.request"])
    #expect(lines.allSatisfy { $0.text("traceId") == "4bf92f3577b34da6a3ce929d0e0e4736" })
    #expect(
      lines[1].text("parentSpanId") == "00f067aa0ba902b7" && lines[0].text("parentSpanId") == lines[1].text("spanId"))
    #expect(lines[1].span["kind"]?.integer == 2 && lines[0].span["kind"]?.integer == 1)
    #expect(lines.allSatisfy { $0.start <= $0.end && $0.start > 1_700_000_000_000_000_000 })
    let own = try #require(lines[1].text("spanId"))
    #expect(headers == ["traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-\(own)-01", "tracestate": "a=1"])
  }

  @Test(
    arguments: [[:], ["traceparent": "00-nonsense", "tracestate": "a=1"], ["tracestate": "a=1"]] as [[String: String]])
  func otherwiseATraceBegins(headers: [String: String]) async throws {
    let context = extracted(headers)
    #expect(context.traceParent == nil && context.traceState == nil)
    let spans = [tracer.startSpan("a", context: context), tracer.startSpan("a", context: context)]
    for span in spans { span.end() }
    let lines = try await written()
    #expect(lines.count == 2 && Set(lines.map { $0.text("traceId") }).count == 2)
    #expect(lines.allSatisfy { $0.text("parentSpanId") == nil })
  }

  @Test func aBrokenStateIsNotPassedOn() {
    let context = extracted(["traceparent": Self.caller, "tracestate": "A"])
    #expect(context.traceParent?.text == Self.caller && context.traceState == nil)
  }

  @Test func whatTheCallerDoesNotKeepIsNotWritten() async throws {
    let context = extracted(["traceparent": Self.caller.dropLast(2) + "00"])
    let span = tracer.startSpan("a", context: context)
    #expect(!span.isRecording)
    span.attributes["error.type"] = "x"
    span.end()
    var headers: [String: String] = [:]
    tracer.inject(span.context, into: &headers, using: Fields())
    #expect(headers["traceparent"]?.hasSuffix("-00") == true)
    await file.flush()
    #expect(!FileManager.default.fileExists(atPath: scratch.url("traces.jsonl").path))
  }

  @Test func withoutAFileTracesArePassedOn() {
    let tracer = ServerTracer()
    let span = tracer.startSpan("a", context: extracted(["traceparent": Self.caller]))
    span.end()
    #expect(!span.isRecording && span.context.traceParent?.traceID == TraceParent(Self.caller)?.traceID)
  }

  @Test func attributesAreNamesAndNumbers() async throws {
    let span = tracer.startSpan("a")
    span.attributes["gen_ai.usage.input_tokens"] = 12
    span.attributes["gen_ai.response.model"] = "spam@7"
    span.attributes["accrete.route.confidence"] = 0.5
    span.attributes["gen_ai.response.finish_reasons"] = ["stop", "length"] as [String]
    span.attributes["accrete.request.id"] = "ak_12_abcdefgh"
    span.end()
    let line = try #require(try await written().first)
    #expect(line.attribute("gen_ai.usage.input_tokens") == "12" && line.attribute("gen_ai.response.model") == "spam@7")
    #expect(line.attribute("accrete.route.confidence") == "0.5")
    #expect(line.attribute("gen_ai.response.finish_reasons")?.contains(#""stringValue":"length""#) == true)
    #expect(line.attribute("accrete.request.id") == Redaction.mark && line.dropped == 0)
  }

  @Test(
    arguments: [
      ("gen_ai.prompt", "hello"), ("gen_ai.request.model", "my secret prompt"),
      ("gen_ai.request.model", "geheim\u{301}"),
      ("gen_ai.request.model", ""), ("gen_ai.request.model", "a\nb"),
      ("gen_ai.request.model", String(repeating: "x", count: 1 << 20)),
      ("url.query", "q=secret"),
    ])
  func textsAreNot(key: String, text: String) async throws {
    let span = tracer.startSpan("a")
    span.attributes[key] = text
    span.addEvent(SpanEvent(name: "token", attributes: SpanAttributes([key: .string(text)])))
    span.end()
    let line = try #require(try await written().first)
    #expect(line.attribute(key) == nil && line.dropped == 1)
    #expect(line.span.json.count < 1_000)
  }

  @Test func whatAnErrorSaysIsNot() async throws {
    #expect(throws: Quotes.self) { try tracer.withSpan("a") { (_: ServerSpan) -> Void in throw Quotes() } }
    let span = tracer.startSpan("my secret\nprompt")
    span.setStatus(SpanStatus(code: .error, message: "my secret prompt"))
    span.end()
    let lines = try await written()
    let text = try scratch.text("traces.jsonl")
    #expect(!text.contains("secret") && !text.contains("prompt"))
    #expect(lines.count == 2 && lines.allSatisfy { $0.span["status"]?["code"]?.integer == 2 })
    #expect(text.contains("Quotes"))
  }

  @Test func aSpanEndsOnceAndThenStaysAsItWas() async throws {
    let span = tracer.startSpan("a")
    span.end()
    span.operationName = "b"
    span.attributes["error.type"] = "late"
    span.end()
    let lines = try await written()
    #expect(lines.map(\.name) == ["a"] && lines.first?.attribute("error.type") == nil)
  }

  @Test func manyEvents() async throws {
    let span = tracer.startSpan("a")
    for number in 0..<100 { span.addEvent(SpanEvent(name: "e\(number)")) }
    span.end()
    let line = try #require(try await written().first)
    #expect(line.events.count == 32 && line.span["droppedEventsCount"]?.integer == 68)
  }

  @Test func momentsOfTheMonotonicClock() {
    let now = ContinuousClock.now
    let moments = [now - .seconds(2), now, now + .nanoseconds(1), now + .seconds(3)].map {
      TraceInstant($0).nanosecondsSinceEpoch
    }
    #expect(
      moments[1] - moments[0] == 2_000_000_000 && moments[2] - moments[1] == 1
        && moments[3] - moments[1] == 3_000_000_000)
    #expect(abs(Double(moments[1]) - Date.now.timeIntervalSince1970 * 1e9) < 60e9)
  }
}
