import Files
import Foundation
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Synchronization
import Testing

@testable import HTTPServer

/// Does every request get an answer, and every wrong one an error in OpenAI's form?
@Suite struct RoutingTests {
  @Test(arguments: [
    "/v2/models", "/", "/v1", "/v1/chat", "/v1/chat/completions/x", "/%", "/%ff", "//", "/v1//models", "*", "",
  ])
  func unknownPaths(_ path: String) async throws {
    let answer = try await FakeServer().ask(.get, path)
    #expect(answer.status == 404)
    #expect(try answer.code() == "route_not_found")
    #expect(answer.header("content-type") == "application/json")
    #expect(answer.header("x-request-id")?.hasPrefix("req-") == true)
  }

  @Test func aPathThatIsNearlyOne() async throws {
    let answer = try await FakeServer().ask(.post, "/v1/chat/completion", "{}")
    #expect(answer.status == 404 && answer.body.contains("/v1/chat/completions"))
  }

  /// The path that was asked for is no secret to whoever asked, and neither are ours.
  @Test func errorsNameThePath() async throws {
    let server = FakeServer()
    for (method, path, isAdmin, message) in [
      (
        HTTPRequest.Method.get, "/nothing", false,
        "There is nothing at /nothing here. GET /openapi.json lists what there is."
      ),
      (
        .get, "/", false,
        "There is nothing at / here. The page is at http://127.0.0.1:8081. GET /openapi.json lists what there is."
      ),
      (
        .get, "/servin", true,
        "There is nothing at /servin here. Did you mean `/serving`? GET /openapi.json lists what there is."
      ),
      (.post, "/healthz", false, "/healthz: expected GET, got POST. Use GET."),
    ] {
      let answer = try await server.ask(method, path, isAdmin: isAdmin)
      #expect(try answer.json()["error"]?["message"]?.string == message)
    }
    let secret = try await server.ask(.get, "/ak_0123456789ab_" + String(repeating: "Zz9-", count: 10) + "abc")
    #expect(!secret.body.contains("Zz9-Zz9-"))
  }

  /// Whoever opens a wrong address of the page in a browser gets a view, with the same status; programs get JSON.
  @Test func aBrowserReadsErrorsAsAView() async throws {
    let server = FakeServer()
    let browser: HTTPFields = [.accept: "text/html,application/xhtml+xml,*/*;q=0.8"]
    for (path, status, word) in [("/nothing", 404, "Not found"), ("/serving/try", 405, "takes a form")] {
      let answer = try await server.ask(.get, path, headers: browser, isAdmin: true)
      #expect(answer.status == status && answer.header("content-type") == PageHeaders.html)
      #expect(answer.body.contains(word) && answer.header("content-security-policy") != nil)
      #expect(try await server.ask(.get, path, isAdmin: true).header("content-type") == "application/json")
    }
    #expect(try await server.ask(.get, "/serving/try", headers: browser, isAdmin: true).header("allow") == "POST")
    // The public listener has no page.
    #expect(try await server.ask(.get, "/nothing", headers: browser).code() == "route_not_found")
  }

  @Test(arguments: [
    "/v1/embeddings", "/v1/responses", "/v1/responses/resp_1", "/v1/audio/speech", "/v1/files", "/v1/batches",
    "/v1/moderations", "/accrete/v1/review/items", "/accrete/v1/review/items/1", "/v1/load_lora_adapter",
    "/v1/unload_lora_adapter", "/tokenize", "/detokenize", "/classify", "/score", "/v1/score", "/rerank", "/pooling",
  ])
  func whatIsLeftOutSaysWhy(_ path: String) async throws {
    let answer = try await FakeServer().ask(.post, path, "{}")
    #expect(answer.status == 404)
    #expect(try answer.code() == "route_not_found")
    #expect(answer.body.contains("not served") && !answer.body.contains("[path]"), "\(answer.body)")
  }

  /// A refusal names our own paths, and none that a request made up.
  @Test func refusalsNameOurPaths() async throws {
    let server = FakeServer()
    let unknown = try await server.ask(.get, "/nothing").body
    #expect(unknown.contains("GET /openapi.json lists") && !unknown.contains("[path]"), "\(unknown)")
    let nearly = try await server.ask(.get, "/ready").body
    #expect(nearly.contains("`/readyz`"), "\(nearly)")
    let metrics = try await server.ask(.get, "/metrics").body
    #expect(metrics.contains("/metrics is not served here") && metrics.contains("--admin-listen"), "\(metrics)")
  }

  @Test func theLoopIsNotServedYet() async throws {
    let answer = try await FakeServer().ask(.get, "/admin/v1/loop/jobs", isAdmin: true)
    #expect(answer.status == 404 && answer.body.contains("not served yet"))
  }

  @Test func wrongMethods() async throws {
    let server = FakeServer()
    for (method, path, allowed) in [
      (HTTPRequest.Method.get, "/v1/chat/completions", "POST"), (.delete, "/v1/models", "GET"),
      (.options, "/healthz", "GET"),
    ] {
      let answer = try await server.ask(method, path)
      #expect(answer.status == 405 && answer.header("allow") == allowed)
      #expect(try answer.code() == "method_not_allowed")
    }
  }

  @Test func headIsGetWithoutABody() async throws {
    let answer = try await FakeServer().ask(.head, "/version")
    #expect(answer.status == 200 && answer.body.isEmpty)
  }

  @Test func valuesOfAPathAreDecoded() async throws {
    let server = FakeServer()
    for path in ["/v1/models/spam@7", "/v1/models/spam%407", "/v1/models/spam:production"] {
      let answer = try await server.ask(.get, path)
      #expect(try answer.json()["root"]?.string == "spam@7", "\(path)")
    }
    #expect(try await server.ask(.get, "/v1/models/spam@6").code() == "version_not_found")
    #expect(try await server.ask(.get, "/v1/models/nothing").code() == "model_not_found")
    // Three segments are no model: names have no slash.
    #expect(try await server.ask(.get, "/v1/models/a/b").code() == "route_not_found")
  }

  @Test func targets() {
    #expect(RequestTarget("/a/b%2Fc?x=1&y=%20z+").parts == ["a", "b/c"])
    #expect(RequestTarget("/a?x=1&y=%20z+&x=2").query == ["x": "2", "y": " z "])
    #expect(RequestTarget("/%zz").parts == nil)
    #expect(RequestTarget("").parts == [])
  }

  /// A switch is 0 or 1; what is neither is refused, as nothing is dropped in silence.
  @Test func switchesOfTheAddress() async throws {
    let server = FakeServer()
    for value in ["0", "1"] { #expect(try await server.ask(.get, "/v1/models?all=\(value)").status == 200) }
    #expect(try await server.ask(.get, "/v1/models?other=x").status == 200)
    let expert = "/admin/v1/experts/\(FakeCatalog.spamDigest)"
    for (method, path, isAdmin) in [
      (HTTPRequest.Method.get, "/v1/models?all=", false), (.get, "/v1/models?all=AAA", false),
      (.post, "\(expert):unload?force=yes", true), (.post, "\(expert):pin?pinned=false", true),
    ] {
      let answer = try await server.ask(method, path, isAdmin: isAdmin)
      #expect(answer.status == 400, "\(path)")
      #expect(try answer.code() == "invalid_value", "\(path)")
    }
    #expect(server.engine.state.withLock { $0.told.isEmpty })
  }

  @Test func patternsWithSuffixes() throws {
    let parts = Route.parts(of: "/admin/v1/experts/{digest}:load")
    #expect(parts.last == .value(name: "digest", suffix: ":load"))
    let route = Route(.post, "/x/{digest}:load", .anyone, "") { _ in Response(json: Data()) }
    #expect(route.values(of: ["x", "sha256:ab:load"]) == ["digest": "sha256:ab"])
    #expect(route.values(of: ["x", ":load"]) == nil)
    #expect(route.values(of: ["x", "sha256:ab"]) == nil)
  }

  @Test func models() async throws {
    let answer = try await FakeServer().ask(.get, "/v1/models?all=1").json()
    guard case .list(let entries)? = answer["data"] else { throw FakeAnswer.Unexpected() }
    // Asked for by its id, a task is the version that is released then.
    #expect(entries.map { $0["id"]?.string } == ["seedling", "auto", "notes", "spam"])
    #expect(entries.map { $0["root"]?.string } == ["seedling", "auto", "notes@1", "spam@7"])
  }

  @Test func health() async throws {
    let server = FakeServer()
    #expect(try await server.ask(.get, "/healthz").status == 200)
    #expect(try await server.ask(.get, "/readyz").body == "{\"ready\":true}")
    server.core.isTested = false
    #expect(try await server.ask(.get, "/readyz").status == 503)
    let health = try await server.ask(.get, "/health")
    #expect(health.status == 503 && health.body.isEmpty)
    let lost = try await FakeServer(problem: "gone").ask(.get, "/readyz")
    // What is wrong with which file is for the log.
    #expect(lost.status == 503 && lost.body.contains("registry") && !lost.body.contains("gone"))
  }
}
