import Files
import Foundation
import HTTPTypes
import Serving
import Synchronization
import Testing

@testable import HTTPServer

/// Do completions, classification, routing and the admin's endpoints answer what they should?
@Suite struct OtherEndpointTests {
  @Test func aCompletionOfSeveralPrompts() async throws {
    let server = FakeServer()
    let answer = try await server.ask(
      .post, "/v1/completions", #"{"model":"base","prompt":["ab","c"],"echo":true,"max_tokens":4}"#)
    guard case .list(let choices)? = try answer.json()["choices"] else { throw FakeAnswer.Unexpected() }
    #expect(choices.map { $0["text"]?.string } == ["abHello", "cHello"])
    #expect(choices.map { $0["index"]?.integer } == [0, 1])
    #expect(try answer.json()["usage"]?["completion_tokens"]?.integer == 6)
    #expect(answer.header("x-request-id")?.hasPrefix("cmpl-") == true)
    #expect(server.engine.state.withLock { $0.requests.map(\.prompt) } == [[97, 98], [99]])
  }

  /// The prompt's tokens come first, with `null` for the one that follows nothing; a stream has them in its first pieces.
  @Test func anEchoHasTheLogprobsOfItsPrompt() async throws {
    let body = #"{"model":"base","prompt":"abc","echo":true,"logprobs":1,"max_tokens":1"#
    let answer = try await FakeServer().ask(.post, "/v1/completions", body + "}")
    let logprobs = try #require(try answer.json()["choices"]?.list?.first?["logprobs"])
    #expect(logprobs["tokens"]?.list?.prefix(3).map(\.string) == ["a", "b", "c"])
    #expect(logprobs["text_offset"]?.list?.prefix(3).map(\.integer) == [0, 1, 2])
    let values = try #require(logprobs["token_logprobs"]?.list)
    #expect(values.count == logprobs["tokens"]?.list?.count && values.first == .null && values[1] == .number(-0.5))
    #expect(logprobs["top_logprobs"]?.list?.first == .null)

    let stream = try await FakeServer().ask(.post, "/v1/completions", body + #","stream":true}"#)
    let first = try JSONTree(.init(try #require(stream.events().first).utf8))
    let piece = try #require(first["choices"]?.list?.first)
    #expect(piece["text"]?.string == "abc" && piece["logprobs"]?["tokens"]?.list?.count == 3)
  }

  @Test func aStreamOfSeveralPromptsNumbersItsChoices() async throws {
    let answer = try await FakeServer().ask(
      .post, "/v1/completions", #"{"model":"base","prompt":["ab","c"],"stream":true}"#)
    let events = answer.events()
    #expect(events.last == "[DONE]")
    let chunks = try events.dropLast().map { try JSONTree(.init($0.utf8)) }
    var texts = ["", ""]
    for chunk in chunks {
      guard case .list(let choices)? = chunk["choices"], let choice = choices.first else { continue }
      texts[try #require(choice["index"]?.integer)] += choice["text"]?.string ?? ""
    }
    #expect(texts == ["Hello", "Hello"])
  }

  @Test(arguments: [
    #"{"model":"base","prompt":[[300]]}"#, #"{"model":"base","prompt":""}"#, #"{"model":"auto","prompt":["a","b"]}"#,
    #"{"model":"auto","prompt":[1]}"#, #"{"model":"base","prompt":"a","suffix":"b"}"#,
  ])
  func completionsThatCannotBe(_ body: String) async throws {
    let answer = try await FakeServer().ask(.post, "/v1/completions", body)
    #expect(answer.status == 400, "\(answer.body)")
    _ = try answer.code()
  }

  @Test func labelsOfTexts() async throws {
    let server = FakeServer()
    server.engine.state.withLock { $0.labels = [0, 1] }
    let answer = try await server.ask(.post, "/accrete/v1/classify", #"{"model":"spam","input":["a","b"]}"#)
    guard case .list(let results)? = try answer.json()["results"] else { throw FakeAnswer.Unexpected() }
    #expect(results.map { $0["label"]?.string } == ["spam", "ok"])
    #expect(results.allSatisfy { $0["calibrated"] == .boolean(true) && $0["version"]?.string == "spam@7" })
    #expect(try answer.json()["model"]?.string == "spam@7")
    #expect(try answer.json()["usage"]?["prompt_tokens"]?.integer == 14)
    #expect(try answer.json()["accrete"]?["usage"] == nil)
    // What finding the task takes is counted apart.
    let routed = try await server.ask(.post, "/accrete/v1/classify", #"{"model":"auto","input":["a","b"]}"#).json()
    #expect(routed["usage"]?["prompt_tokens"]?.integer == 14)
    #expect(routed["accrete"]?["usage"]?["routing_tokens"]?.integer == 10)
  }

  /// Of a version whose gate rows do not show it, and in a list of texts of both.
  @Test func notAllProbabilitiesAreCalibrated() async throws {
    let answer = try await FakeServer().ask(.post, "/accrete/v1/classify", #"{"model":"tickets","input":["a"]}"#)
    guard case .list(let results)? = try answer.json()["results"] else { throw FakeAnswer.Unexpected() }
    #expect(results.map { $0["calibrated"] } == [.boolean(false)])
  }

  /// Texts would be written and counted as nothing: they are asked for elsewhere.
  @Test func freeAnswersAreNoLabels() async throws {
    let server = FakeServer()
    let named = try await server.ask(.post, "/accrete/v1/classify", #"{"model":"notes@1","input":"a"}"#)
    #expect(named.status == 400 && named.body.contains("has no labels"))
    #expect(try named.json()["error"]?["param"]?.string == "model")
    server.engine.state.withLock {
      $0.route = RequestRouter.Route(task: "notes", confidence: 0.9, distance: 1, nearest: "notes", distances: [:])
    }
    let found = try await server.ask(.post, "/accrete/v1/classify", #"{"model":"auto","input":["a"]}"#)
    #expect(found.status == 400)
    #expect(try found.json()["error"]?["param"]?.string == "input[0]")
  }

  /// No digest, and no line in the log: whoever asks has to ask otherwise.
  @Test(arguments: [
    "", #","stream":true"#, #","echo":true,"logprobs":1"#,
  ]) func whatHasNoExpertDoesNotWrite(_ rest: String) async throws {
    let lines = Mutex(0)
    let server = FakeServer(logger: HeardLog.errors { lines.withLock { $0 += 1 } })
    let answer = try await server.ask(.post, "/v1/completions", #"{"model":"tickets","prompt":"a"\#(rest)}"#)
    #expect(answer.status == 400 && answer.body.contains("tickets@2") && !answer.body.contains("sha256"))
    #expect(try answer.json()["error"]?["param"]?.string == "model")
    #expect(lines.withLock { $0 } == 0 && server.engine.state.withLock { $0.requests.isEmpty })
  }

  /// A task's labels are chosen of as much as its rows had; a client finds a model by the name that it asked for.
  @Test(arguments: [
    ("spam", 64), ("spam@7", 64), ("spam:production", 64), ("notes", 256), ("tickets@2", 256), ("base", 256),
  ]) func whatAModelReads(_ name: String, _ tokens: Int) async throws {
    let entry = try await FakeServer().ask(.get, "/v1/models/\(name)").json()
    #expect(entry["max_model_len"]?.integer == tokens && entry["id"]?.string == name)
  }

  @Test func classificationRefusesWhatNoTaskClaims() async throws {
    let server = FakeServer()
    server.engine.state.withLock {
      $0.route = RequestRouter.Route(task: nil, confidence: 0.1, distance: 9, nearest: "spam", distances: [:])
    }
    let answer = try await server.ask(.post, "/accrete/v1/classify", #"{"model":"auto","input":"a"}"#)
    #expect(answer.status == 422 && answer.body.contains("leave this text out"))
    #expect(try await server.ask(.post, "/accrete/v1/classify", #"{"model":"base","input":"a"}"#).status == 400)
    let routed = try await server.ask(.post, "/accrete/v1/route", #"{"input":["a"]}"#)
    guard case .list(let routes) = try routed.json() else { throw FakeAnswer.Unexpected() }
    #expect(routes.first?["unknown"] == .boolean(true) && routes.first?["model"] == .null)
  }

  @Test func expertsAreNamedByTheirDigests() async throws {
    let server = FakeServer()
    let path = "/admin/v1/experts/\(FakeCatalog.spamDigest)"
    for (verb, told) in [
      (":load", "load"), (":unload", "unload"), (":unload?force=1", "unload by force"), (":pin", "pin"),
      (":pin?pinned=0", "unpin"),
    ] {
      let answer = try await server.ask(.post, path + verb, isAdmin: true)
      #expect(answer.status == 200)
      #expect(server.engine.state.withLock { $0.told.last } == told)
      #expect(try answer.json()["id"]?.string == "spam@7")
    }
    for wrong in ["spam@7", "sha256:00", "..%2Fetc", "\(Digest(of: .init("other".utf8)))"] {
      let answer = try await server.ask(.post, "/admin/v1/experts/\(wrong):load", isAdmin: true)
      #expect(try answer.code() == "version_not_found", "\(wrong)")
    }
  }

  @Test func metricsAreText() async throws {
    let server = FakeServer()
    _ = try await server.ask(
      .post, "/v1/chat/completions", #"{"model":"base","messages":[{"role":"user","content":"a"}]}"#)
    let answer = try await server.ask(.get, "/metrics", isAdmin: true)
    #expect(answer.header("content-type")?.hasPrefix("text/plain; version=0.0.4") == true)
    #expect(
      answer.body.contains("accrete_request_success_total{") && answer.body.contains("accrete_release_revision 42"))
    // None is on its way any more.
    #expect(server.core.drain.running == 0)
  }

  @Test func nothingIsReleased() async throws {
    #expect(try await FakeServer().ask(.get, "/admin/v1/registry/release", isAdmin: true).status == 404)
  }

  @Test func thePageOpensAndItsFormsNeedItsToken() async throws {
    let server = FakeServer()
    let page = try await server.ask(.get, "/", isAdmin: true)
    #expect(page.status == 200 && page.header("content-security-policy") != nil)
    #expect(page.header("set-cookie")?.contains("HttpOnly") == true)
    let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
    let posted = try await server.ask(
      .post, "/serving/unload", "digest=\(FakeCatalog.spamDigest)", headers: form, isAdmin: true)
    #expect(posted.status == 303 && posted.header("location") == "/login")
    #expect(server.engine.state.withLock { $0.told.isEmpty })
  }
}

extension JSONTree {
  fileprivate var list: [JSONTree]? { if case .list(let items) = self { items } else { nil } }
}
