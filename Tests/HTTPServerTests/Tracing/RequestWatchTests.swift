import Files
import Foundation
import Logging
import Serving
import TestSupport
import Testing
import Tracing

@testable import HTTPServer

/// Does a request leave the spans and the numbers that it should, however it ends?
@Suite struct RequestWatchTests {
  private let scratch: Scratch
  private let file: TraceFile
  private let metrics = ServerMetrics(base: "seedling", maxExperts: 64)

  init() throws {
    scratch = try Scratch()
    file = TraceFile(scratch.url("t"), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func watch(_ model: String? = "auto") -> RequestWatch {
    RequestWatch("chat", model: model, in: .topLevel, metrics: metrics, tracer: ServerTracer(file))
  }

  private func spans() async throws -> [String: SpanLine] {
    await file.flush()
    return Dictionary(try SpanLine.read(scratch.url("t")).map { ($0.name, $0) }) { one, _ in one }
  }

  private func page() throws -> PrometheusPage { try PrometheusPage(metrics.text()) }

  private func tokens(_ count: Int) -> [SampledToken] { (0..<count).map { SampledToken(id: $0) } }

  @Test func anAnswer() async throws {
    let (watch, digest) = (watch(), ResidentExpert.digest(1))
    let answer = await watch.routing { "spam" }
    watch.routed(to: answer, .routed, confidence: 0.75)
    watch.resolved(model: "spam@7", expert: ExpertName(name: "spam", version: 7), digest: digest)
    watch.submitted()
    watch.observe(.admitted(cachedTokens: 64))
    watch.observe(.piece(choice: 0, text: "", tokens: []))
    watch.observe(.piece(choice: 0, text: "my secret", tokens: tokens(1)))
    watch.observe(.piece(choice: 1, text: "b", tokens: tokens(1)))
    watch.observe(.piece(choice: 0, text: "c", tokens: tokens(3)))
    watch.observe(.finished(choice: 0, end: .endToken))
    watch.observe(.finished(choice: 1, end: .limit))
    watch.observe(.completed(EngineUsage(promptTokens: 100, cachedTokens: 64, completionTokens: 5)))
    // Nothing follows.
    watch.observe(.failed(.cancelled))
    watch.cancelled(.disconnected)

    let spans = try await spans()
    #expect(spans.keys.sorted() == ["accrete.request", "decode", "prefill", "queue", "route"])
    let request = try #require(spans["accrete.request"])
    for name in ["route", "queue", "prefill", "decode"] {
      let part = try #require(spans[name])
      #expect(part.text("parentSpanId") == request.text("spanId") && part.text("traceId") == request.text("traceId"))
      #expect(request.start <= part.start && part.start <= part.end && part.end <= request.end, "\(name)")
    }
    let expected = [
      "gen_ai.operation.name": "chat", "gen_ai.request.model": "auto", "gen_ai.response.model": "spam@7",
      "gen_ai.usage.input_tokens": "100", "gen_ai.usage.output_tokens": "5",
      "accrete.expert.digest": digest.description,
      "accrete.cached_tokens": "64", "accrete.route.task": "spam", "accrete.route.outcome": "routed",
      "accrete.route.confidence": "0.75",
    ]
    for (key, value) in expected { #expect(request.attribute(key) == value, "\(key)") }
    #expect(request.dropped == 0 && request.span["status"]?["code"] == nil)
    #expect(!(try scratch.text("t")).contains("secret"))

    let page = try page()
    for name in [
      "request_queue_time", "request_prefill_time", "request_decode_time", "time_to_first_token", "e2e_request_latency",
    ] {
      #expect(page.value("accrete_\(name)_seconds_count") == 1, "\(name)")
    }
    // The first token of each choice has none before it.
    #expect(page.value("accrete_inter_token_latency_seconds_count") == 3)
    #expect(page.value("accrete_request_success_total", ["finished_reason": "length"]) == 1)
    #expect(page.value("accrete_request_success_total", ["finished_reason": "abort"]) == 0)
    #expect(page.value("accrete_cancelled_total", ["reason": "disconnected"]) == 0)
    #expect(page.value("accrete_expert_requests_total", ["expert": "spam", "status": "ok"]) == 1)
  }

  /// What a client writes to find its request by is kept, as it is; keys are not.
  @Test func metadata() async throws {
    let watch = watch()
    let key = "ak_0123456789ab_" + String(repeating: "Zz9-", count: 10) + "abc"
    watch.noted([("run", "nightly, of\nMonday é"), ("key", "with \(key)"), ("password", "hunter2"), (key, "x")])
    watch.answered()
    let request = try #require(try await spans()["accrete.request"])
    #expect(request.attribute("accrete.metadata.run") == "nightly, of\nMonday é" && request.dropped == 0)
    #expect(request.attribute("accrete.metadata.key") == "with ak_[redacted]")
    #expect(request.attribute("accrete.metadata.password") == "[redacted]")
    #expect(!(try scratch.text("t")).contains("Zz9-"))
  }

  /// The parts follow each other, and are told as far as they have come.
  @Test func times() async throws {
    let watch = watch()
    #expect(watch.times.parts.map(\.name) == ["total"])
    _ = await watch.routing { 1 }
    _ = await watch.labelling { 1 }
    watch.submitted()
    #expect(watch.times.parts.map(\.name) == ["route", "label", "total"])
    watch.observe(.admitted(cachedTokens: 0))
    watch.observe(.piece(choice: 0, text: "a", tokens: tokens(1)))
    try await Task.sleep(for: .milliseconds(20))
    watch.observe(.piece(choice: 0, text: "b", tokens: tokens(1)))
    watch.observe(.completed(EngineUsage(promptTokens: 1, cachedTokens: 0, completionTokens: 2)))
    let times = watch.times
    #expect(times.parts.map(\.name) == ["route", "label", "queue", "prefill", "decode", "total"])
    #expect(times.parts.allSatisfy { $0.duration >= .zero && $0.duration <= times.total })
    let decode = try #require(times.decode)
    #expect(decode >= .milliseconds(20))
    // It is over: nothing is added.
    try await Task.sleep(for: .milliseconds(5))
    #expect(watch.times == times)
    let request = try #require(try await spans()["accrete.request"])
    #expect(request.text("traceId") == "\(times.traceID)" && request.text("spanId") == times.span)
  }

  @Test func whoeverAskedLeaves() async throws {
    let watch = watch("base")
    watch.submitted()
    watch.observe(.admitted(cachedTokens: 0))
    watch.cancelled(.stalled)
    let spans = try await spans()
    #expect(spans.keys.sorted() == ["accrete.request", "prefill", "queue"])
    #expect(spans["accrete.request"]?.attribute("accrete.cancel.reason") == "stalled")
    #expect(spans["accrete.request"]?.span["status"]?["code"]?.integer == 2)
    let page = try page()
    #expect(page.value("accrete_cancelled_total", ["reason": "stalled"]) == 1)
    #expect(page.value("accrete_request_success_total", ["finished_reason": "abort"]) == 1)
    #expect(page.value("accrete_time_to_first_token_seconds_count") == 0)
    #expect(page.value("accrete_request_decode_time_seconds_count") == 0)
  }

  @Test(
    arguments: [
      (EngineFailure.queueFull(retryAfter: 3), "queue_full"),
      (.expertFailed(version: ResidentExpert.digest(1), reason: "my secret"), "expert_failed"),
      (.tooLong(prompt: 1, requested: 2, limit: 3), "context_length_exceeded"),
      (.invalid("my secret"), "invalid_value"), (.tooManyChoices(9, limit: 8), "invalid_value"),
      (.failed("my secret"), "internal"),
    ])
  func failures(failure: EngineFailure, code: String) async throws {
    let watch = watch()
    watch.submitted()
    watch.observe(.failed(failure))
    let request = try #require(try await spans()["accrete.request"])
    #expect(request.attribute("error.type") == code && request.span["status"]?["code"]?.integer == 2)
    #expect(!(try scratch.text("t")).contains("secret"))
    #expect(try page().value("accrete_request_success_total", ["finished_reason": "error"]) == 1)
  }

  @Test(
    arguments: [
      // Whoever reads it waits still: the engine gives him up with the server.
      (EngineFailure.cancelled, CancelReason.draining), (.deadlineExceeded, .deadline), (.draining, .draining),
      (.unloaded(version: ResidentExpert.digest(1)), .unloaded),
    ])
  func whatTheEngineGaveUp(failure: EngineFailure, reason: CancelReason) throws {
    let watch = watch()
    watch.observe(.failed(failure))
    let page = try page()
    for other in CancelReason.allCases {
      #expect(page.value("accrete_cancelled_total", ["reason": other.rawValue]) == (other == reason ? 1 : 0))
    }
    #expect(page.value("accrete_request_success_total", ["finished_reason": "abort"]) == 1)
    #expect(page.value("accrete_request_success_total", ["finished_reason": "error"]) == 0)
  }

  /// Whatever it was that ended a request, whether it is given up or refused is decided in one place.
  @Test func whatEndsARequest() {
    let version = ResidentExpert.digest(1)
    for (error, code, end, reason) in [
      (Disconnected(), .draining, nil, .disconnected), (Disconnected(), .draining, .left, .disconnected),
      (Disconnected(), .draining, .stalled, .stalled), (CancellationError(), .draining, nil, .disconnected),
      (EngineFailure.unloaded(version: version), .expertFailed, nil, .unloaded),
      (EngineFailure.expertFailed(version: version, reason: "x"), .expertFailed, nil, nil),
      (EngineFailure.cancelled, .draining, nil, .draining),
      (EngineFailure.queueFull(retryAfter: 1), .queueFull, nil, nil),
      (APIError(.deadlineExceeded, "x"), .deadlineExceeded, nil, .deadline),
      (APIError(.invalidValue, "x"), .invalidValue, nil, nil),
    ] as [(any Error, APIError.Code, ConnectionWatch.End?, CancelReason?)] {
      #expect(CancelReason(error, code: code, connection: end) == reason, "\(error), \(code)")
    }
  }

  @Test func aRouteThatFails() async throws {
    let watch = watch()
    await #expect(throws: EngineFailure.draining) {
      try await watch.routing { () async throws -> Int in throw EngineFailure.draining }
    }
    watch.refused("draining")
    let spans = try await spans()
    #expect(spans["route"]?.span["status"]?["code"]?.integer == 2 && spans["route"]?.events.count == 1)
    #expect(spans["accrete.request"]?.attribute("error.type") == "draining")
  }

  @Test func whatNobodyEnded() async throws {
    do { _ = watch() }
    #expect(try page().value("accrete_request_success_total", ["finished_reason": "abort"]) == 1)
    #expect(try await spans().count == 1)
  }

  @Test func aFileThatCannotBeWrittenChangesNothing() async throws {
    let file = TraceFile(
      scratch.url("no/such/folder"), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let watch = RequestWatch("chat", model: "x", in: .topLevel, metrics: metrics, tracer: ServerTracer(file))
    watch.submitted()
    watch.observe(.admitted(cachedTokens: 0))
    watch.observe(.piece(choice: 0, text: "a", tokens: tokens(1)))
    watch.observe(.completed(EngineUsage(promptTokens: 1, cachedTokens: 0, completionTokens: 1)))
    await file.flush()
    #expect(file.dropped == 4)
    #expect(try page().value("accrete_request_success_total", ["finished_reason": "stop"]) == 1)
  }
}
