import Decoder
import Files
import Foundation
import HTTPTypes
import Serving
import Synchronization
import Testing

@testable import HTTPServer

/// Is a conversation answered as OpenAI answers, by whom it should be, and told what went wrong?
@Suite struct ChatTests {
  private func body(_ model: String, _ rest: String = "") -> String {
    #"{"model":"\#(model)","messages":[{"role":"user","content":"abc"}]\#(rest)}"#
  }

  private let path = "/v1/chat/completions"

  @Test func theBaseWrites() async throws {
    let server = FakeServer()
    let answer = try await server.ask(.post, path, body("base", #","max_tokens":5,"seed":9,"temperature":0.5"#))
    let json = try answer.json()
    #expect(answer.status == 200)
    #expect(json["object"]?.string == "chat.completion" && json["model"]?.string == "seedling")
    guard case .list(let choices)? = json["choices"] else { throw FakeAnswer.Unexpected() }
    #expect(choices.first?["message"]?["content"]?.string == "Hello")
    #expect(choices.first?["finish_reason"]?.string == "stop")
    #expect(json["usage"]?["prompt_tokens_details"]?["cached_tokens"]?.integer == 2)
    #expect(
      json["id"]?.string == answer.header("x-request-id")
        && answer.header("x-request-id")?.hasPrefix("chatcmpl-") == true)
    #expect(answer.header("x-accrete-model") == "seedling" && answer.header("x-accrete-release") == "42")
    #expect(answer.header("traceparent") != nil)
    let request = try #require(server.engine.state.withLock { $0.requests.first })
    #expect(request.prompt == [97, 98, 99] && request.expert == nil && request.options.maxTokens == 5)
    #expect(request.options.seed == 9 && request.options.temperature == 0.5 && request.deadline != nil)
  }

  @Test func aTaskOfFreeAnswersWritesWithItsExpert() async throws {
    let server = FakeServer()
    let answer = try await server.ask(.post, path, body("notes", #","accrete":{"cache_salt":"s"}"#))
    #expect(try answer.json()["model"]?.string == "notes@1")
    #expect(answer.header("x-accrete-expert-digest") == "\(FakeCatalog.notesDigest)")
    let request = try #require(server.engine.state.withLock { $0.requests.first })
    #expect(request.expert == FakeCatalog.notesDigest && request.scope == "local/s")
  }

  /// Pieces, in this order and no other.
  @Test func aStream() async throws {
    let server = FakeServer()
    let answer = try await server.ask(
      .post, path, body("base", #","stream":true,"stream_options":{"include_usage":true}"#))
    #expect(answer.header("content-type") == "text/event-stream; charset=utf-8")
    #expect(answer.header("x-accel-buffering") == "no" && answer.header("cache-control") == "no-store")
    let events = answer.events()
    #expect(events.count == 6 && events.last == "[DONE]")
    let chunks = try events.dropLast().map { try JSONTree(.init($0.utf8)) }
    func delta(_ index: Int) -> JSONTree? {
      guard case .list(let choices)? = chunks[index]["choices"] else { return nil }
      return choices.first?["delta"]
    }
    #expect(delta(0)?["role"]?.string == "assistant" && chunks[0]["accrete"]?["requested"]?.string == "base")
    #expect(delta(1)?["content"]?.string == "Hel" && delta(2)?["content"]?.string == "lo")
    #expect(chunks[3]["accrete"]?["stop_reason"]?.string == "end_token")
    #expect(chunks[4]["usage"]?["total_tokens"]?.integer == 6 && chunks[4]["choices"] == .list([]))
    #expect(chunks[0]["usage"] == .null)
    // The stream was read to its end: nothing was given up.
    #expect(server.engine.state.withLock { $0.cancelled } == 0)
  }

  @Test func aLabelIsGivenWhole() async throws {
    let server = FakeServer()
    let answer = try await server.ask(.post, path, body("spam", #","temperature":0.3,"max_tokens":4"#))
    let json = try answer.json()
    guard case .list(let choices)? = json["choices"] else { throw FakeAnswer.Unexpected() }
    #expect(choices.first?["message"]?["content"]?.string == "spam")
    #expect(json["accrete"]?["label"]?.string == "spam" && json["accrete"]?["stop_reason"]?.string == "label")
    guard case .list(let probabilities)? = json["accrete"]?["probabilities"] else { throw FakeAnswer.Unexpected() }
    #expect(probabilities.map { $0["p"]?.number } == [0.75, 0.25])
    #expect(json["accrete"]?["ignored"] == .list([.text("max_tokens"), .text("temperature")]))
    #expect(server.engine.state.withLock { $0.requests.isEmpty })
  }

  @Test func aLabelInAStreamIsOnePiece() async throws {
    let events = try await FakeServer().ask(.post, path, body("spam", #","stream":true"#)).events()
    #expect(events.count == 4 && events.last == "[DONE]")
    #expect(events[1].contains(#""content":"spam""#) && events[2].contains(#""finish_reason":"stop""#))
  }

  @Test(arguments: [
    (#","logprobs":true"#, "logprobs"), (#","response_format":{"type":"json_object"}"#, "response_format"),
    (#","accrete":{"labels":["what"]}"#, "accrete.labels[0]"), (#","n":2"#, "n"),
    (#","structured_outputs":{"choice":["a"]}"#, "structured_outputs.choice"),
    (#","accrete":{"choice":["a"]}"#, "accrete.choice"),
  ])
  func whatALabelCannotHaveIsRefusedByName(_ rest: String, _ param: String) async throws {
    let answer = try await FakeServer().ask(.post, path, body("spam", rest))
    #expect(answer.status == 400)
    #expect(try answer.json()["error"]?["param"]?.string == param)
  }

  @Test func autoFindsTheTask() async throws {
    let answer = try await FakeServer().ask(.post, path, body("auto"))
    let json = try answer.json()
    #expect(json["model"]?.string == "spam@7" && json["accrete"]?["requested"]?.string == "auto")
    #expect(json["accrete"]?["routing"]?["task"]?.string == "spam")
    #expect(answer.header("x-accrete-routing")?.hasPrefix("task=spam;confidence=0.9;") == true)
  }

  @Test func whatNoTaskClaimsGoesToTheBaseOrIsRefused() async throws {
    let server = FakeServer()
    server.engine.state.withLock {
      $0.route = RequestRouter.Route(task: nil, confidence: 0.4, distance: 9, nearest: "spam", distances: ["spam": 9])
    }
    let answer = try await server.ask(.post, path, body("auto"))
    #expect(try answer.json()["model"]?.string == "seedling")
    #expect(try answer.json()["accrete"]?["routing"]?["unknown"] == .boolean(true))
    let refused = try await server.ask(.post, path, body("auto", #","accrete":{"unknown":"refuse"}"#))
    #expect(refused.status == 422)
    #expect(try refused.code() == "unknown_task")
  }

  /// `--unknown refuse`, and a request that wants the base all the same.
  @Test func theServerMayRefuseWhatNoTaskClaims() async throws {
    let server = FakeServer { $0.unknown = .refuse }
    server.engine.state.withLock {
      $0.route = RequestRouter.Route(task: nil, confidence: 0.4, distance: 9, nearest: "spam", distances: ["spam": 9])
    }
    #expect(try await server.ask(.post, path, body("auto")).code() == "unknown_task")
    #expect(
      try await server.ask(.post, "/v1/completions", #"{"model":"auto","prompt":"a"}"#).code() == "unknown_task")
    let answer = try await server.ask(.post, path, body("auto", #","accrete":{"unknown":"base"}"#))
    #expect(try answer.json()["model"]?.string == "seedling")
  }

  /// Who says how long he waits is told so, and nobody else: the log has only what the server is too slow for.
  @Test func aDeadlineOfTheClientsIsNoErrorOfTheServers() async throws {
    for (rest, isLogged) in [(#","accrete":{"deadline_ms":20}"#, false), ("", true)] {
      let lines = Mutex(0)
      let server = FakeServer(logger: HeardLog.errors { lines.withLock { $0 += 1 } })
      server.engine.state.withLock { $0.refusal = .deadlineExceeded }
      #expect(try await server.ask(.post, path, body("base", rest)).status == 504)
      #expect(lines.withLock { $0 } == (isLogged ? 1 : 0), "\(rest)")
    }
  }

  @Test func errorsOfTheEngineHaveTheirStatus() async throws {
    let version = FakeCatalog.notesDigest
    let cases: [(EngineFailure, Int, String)] = [
      (.queueFull(retryAfter: 7), 503, "queue_full"), (.draining, 503, "draining"),
      (.deadlineExceeded, 504, "deadline_exceeded"),
      (.expertFailed(version: version, reason: "/secret"), 503, "expert_failed"),
      (.unloaded(version: version), 503, "expert_failed"), (.tooManyChoices(9, limit: 8), 400, "invalid_value"),
      (.tooLong(prompt: 9, requested: 9, limit: 9), 400, "context_length_exceeded"),
      (.failed("/secret"), 500, "internal"),
    ]
    for stream in ["", #","stream":true"#] {
      for (failure, status, code) in cases {
        // Refused at once, and while it waited: both have a status.
        for isLate in [false, true] {
          let server = FakeServer()
          server.engine.state.withLock {
            if isLate { $0.events = [.failed(failure)] } else { $0.refusal = failure }
          }
          let answer = try await server.ask(.post, path, body("notes", stream))
          #expect(answer.status == status, "\(failure)")
          #expect(try answer.code() == code)
          #expect(!answer.body.contains("/secret"))
          if case .queueFull = failure { #expect(answer.header("retry-after") == "7") }
          if status == 504 { #expect(answer.header("x-should-retry") == "false") }
        }
      }
    }
  }

  @Test func aPromptIsNeverCut() async throws {
    let long = String(repeating: "a", count: 250)
    let answer = try await FakeServer().ask(
      .post, path, #"{"model":"base","max_tokens":7,"messages":[{"role":"user","content":"\#(long)"}]}"#)
    #expect(try answer.code() == "context_length_exceeded")
    #expect(answer.body.contains("250") && answer.body.contains("256"))
    // Where nobody asks for a length, none is said to be asked for.
    let longer = String(repeating: "a", count: 300)
    let open = try await FakeServer().ask(
      .post, path, #"{"model":"base","messages":[{"role":"user","content":"\#(longer)"}]}"#)
    #expect(try open.code() == "context_length_exceeded")
    #expect(open.body.contains("300") && !open.body.contains("asked for"))
  }

  @Test func bodiesThatAreNotOne() async throws {
    let server = FakeServer(
      limits: {
        var limits = ServerLimits()
        limits.bodyBytes = 200
        return limits
      }())
    #expect(try await server.ask(.post, path, "").code() == "invalid_json")
    #expect(try await server.ask(.post, path, "{").code() == "invalid_json")
    let form = try await server.ask(.post, path, "{}", headers: [.contentType: "application/x-www-form-urlencoded"])
    #expect(form.status == 415)
    let packed = try await server.ask(.post, path, "{}", headers: [.contentEncoding: "gzip"])
    #expect(packed.status == 415)
    // Of the largest size, and of one more.
    let frame = body("base", #","user":"""#).utf8.count
    let fits = body("base", #","user":"\#(String(repeating: "x", count: 200 - frame))""#)
    #expect(fits.utf8.count == 200)
    #expect(try await server.ask(.post, path, fits).status == 200)
    let large = try await server.ask(.post, path, fits + " ")
    #expect(large.status == 413 && large.header("connection") == "close")
    #expect(try large.code() == "body_too_large")
  }

  @Test func unknownFieldsAreRefusedOrReported() async throws {
    #expect(try await FakeServer().ask(.post, path, body("base", #","what":1"#)).code() == "unknown_parameter")
    let lenient = FakeServer { $0.reportsUnknownFields = true }
    let answer = try await lenient.ask(.post, path, body("base", #","what":1"#))
    #expect(try answer.json()["accrete"]?["ignored"] == .list([.text("what")]))
  }

  /// A stream that ends without its end was given up.
  @Test func anEngineThatFallsSilent() async throws {
    let server = FakeServer()
    server.engine.state.withLock { $0.events = [] }
    #expect(try await server.ask(.post, path, body("base")).status == 503)
  }
}
