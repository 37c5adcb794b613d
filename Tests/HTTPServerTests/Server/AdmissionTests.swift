import Access
import Files
import Foundation
import HTTPTypes
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

/// Does only who may get an answer?
@Suite struct AdmissionTests {
  private let body = #"{"model":"base","messages":[{"role":"user","content":"abc"}],"max_tokens":5}"#
  private let path = "/v1/chat/completions"

  private func bearer(_ key: String) -> HTTPFields { [.authorization: "Bearer \(key)"] }

  @Test func keysOpenWhatTheyAreFor() async throws {
    let scratch = try Scratch()
    let keys = try AccessKeys.open(in: scratch.url)
    let all = try keys.create(AccessKeyRequest("all"))
    let spam = try keys.create(AccessKeyRequest("spam", models: ["spam"]))
    let reader = try keys.create(AccessKeyRequest("reader", scopes: [.registryRead]))
    let server = FakeServer(keys: keys)
    #expect(try await server.ask(.post, path, body, headers: bearer(all.key)).status == 200)
    #expect(try await server.ask(.post, path, body).status == 401)
    for wrong in ["", "Bearer", "Bearer ak_x", "Basic \(all.key)", all.key, "Bearer \(all.key)x"] {
      let answer = try await server.ask(.post, path, body, headers: [.authorization: wrong])
      #expect(answer.status == 401, "\(wrong)")
      #expect(try answer.code() == "invalid_api_key")
      #expect(answer.header("www-authenticate") == "Bearer" && !answer.body.contains(all.key))
    }
    #expect(try await server.ask(.post, path, body, headers: bearer(reader.key)).code() == "scope_missing")
    #expect(try await server.ask(.post, path, body, headers: bearer(spam.key)).code() == "model_not_allowed")
    // Others' models are not listed, and are not there.
    let list = try await server.ask(.get, "/v1/models", headers: bearer(spam.key))
    #expect(list.body.contains("spam@7") && !list.body.contains("notes"))
    let others = try await server.ask(.get, "/v1/models/notes", headers: bearer(spam.key))
    let nothing = try await server.ask(.get, "/v1/models/nothing", headers: bearer(spam.key))
    #expect(others.status == 404 && others.body == nothing.body.replacing("nothing", with: "notes"))
    let refused = try await server.ask(.post, path, body.replacing("base", with: "notes"), headers: bearer(spam.key))
    #expect(try refused.code() == "model_not_allowed" && !refused.body.contains("notes@"))
    let missing = try await server.ask(
      .post, path, body.replacing("base", with: "nothing"), headers: bearer(spam.key))
    #expect(missing.status == 404 && !missing.body.contains("notes"))
    try keys.revoke("all")
    #expect(try await server.ask(.post, path, body, headers: bearer(all.key)).status == 401)
    // What tells nothing needs none.
    #expect(try await server.ask(.get, "/readyz").status == 200)
    #expect(try await server.ask(.get, "/metrics", isAdmin: true).status == 401)
    #expect(try await server.ask(.get, "/metrics", headers: bearer(reader.key), isAdmin: true).status == 200)
    #expect(try await server.ask(.get, "/admin/v1/keys", headers: bearer(reader.key), isAdmin: true).status == 403)
    let admin = try keys.create(AccessKeyRequest("admin", scopes: [.admin]))
    let known = try await server.ask(.get, "/admin/v1/keys", headers: bearer(admin.key), isAdmin: true)
    #expect(known.status == 200 && known.body.contains("\"created\":\"20"), "\(known.body)")
    #expect(!known.body.contains(admin.key) && !known.body.contains("lastUsed"))
  }

  @Test func limitsOfAKey() async throws {
    let scratch = try Scratch()
    let keys = try AccessKeys.open(in: scratch.url)
    let key = try keys.create(
      AccessKeyRequest("few", limits: AccessLimits(requestsPerMinute: 2, tokensPerMinute: 1_000))
    ).key
    let server = FakeServer(keys: keys)
    let first = try await server.ask(.post, path, body, headers: bearer(key))
    #expect(first.header("x-ratelimit-limit-requests") == "2" && first.header("x-ratelimit-remaining-requests") == "1")
    #expect(first.header("x-ratelimit-limit-tokens") == "1000")
    #expect(try await server.ask(.post, path, body, headers: bearer(key)).status == 200)
    let third = try await server.ask(.post, path, body, headers: bearer(key))
    #expect(third.status == 429)
    #expect(try third.code() == "requests_exceeded")
    #expect(third.header("retry-after").flatMap { Int($0) }.map { $0 >= 1 } == true)
    // Refused before the engine saw it.
    #expect(server.engine.state.withLock { $0.requests.count } == 2)
  }

  @Test func tokensThatWereNotUsedComeBack() async throws {
    let scratch = try Scratch()
    let keys = try AccessKeys.open(in: scratch.url)
    // A request takes 3 + 5 at most, and 6 in the end.
    let key = try keys.create(AccessKeyRequest("few", limits: AccessLimits(tokensPerMinute: 14))).key
    let server = FakeServer(keys: keys)
    #expect(try await server.ask(.post, path, body, headers: bearer(key)).status == 200)
    #expect(try await server.ask(.post, path, body, headers: bearer(key)).status == 200)
    #expect(try await server.ask(.post, path, body, headers: bearer(key)).code() == "tokens_exceeded")
  }

  /// A page of another site, in a browser of this machine, is not this machine.
  @Test func otherSitesDoNotUseAServerWithoutKeys() async throws {
    let server = FakeServer()
    let origin = try #require(HTTPField.Name("origin"))
    let site = try #require(HTTPField.Name("sec-fetch-site"))
    var twice: HTTPFields = [site: "same-origin"]
    twice.append(HTTPField(name: site, value: "cross-site"))
    for headers: HTTPFields in [
      [origin: "https://evil.example"], [site: "cross-site"], [site: "Cross-Site"], [site: "same-origin, cross-site"],
      [site: ""], [site: "other"], twice,
    ] {
      #expect(try await server.ask(.post, path, body, headers: headers).status == 403)
      #expect(try await server.ask(.get, "/", headers: headers, isAdmin: true).status == 403)
    }
    #expect(try await server.ask(.post, path, body, headers: [origin: "http://localhost:3000"]).status == 200)
    for text in ["same-origin", "same-site", "none", "None"] {
      #expect(try await server.ask(.post, path, body, headers: [site: text]).status == 200, "\(text)")
    }
    // A page can hide where it is from; what is not known to be ours is not.
    for text in [
      "null", "", "http:evil.example", "localhost", "http://localhost@evil.example", "http://localhost:1@evil.example",
    ] {
      #expect(try await server.ask(.post, path, body, headers: [origin: text]).status == 403, "\(text)")
      let pin = try await server.ask(.post, "/admin/v1/experts/x:pin", "", headers: [origin: text], isAdmin: true)
      #expect(pin.status == 403, "\(text)")
    }
    // Our own page does: its forms have a token instead.
    #expect(try await server.ask(.get, "/login", headers: [origin: "null"], isAdmin: true).status == 303)
    #expect(
      try await server.ask(.get, "/login", headers: [origin: "https://evil.example"], isAdmin: true).status == 403)
    for (authority, isOurs) in [
      ("localhost", true), ("localhost:8080", true), ("127.0.0.1:1", true), ("[::1]:8080", true),
      ("evil.example", false),
      ("127.0.0.1.evil.example:80", false), ("", false), ("10.0.0.1", false), ("localhost:1@evil.example", false),
      ("[::1]", true), ("[::1].evil.example", false), ("[::1", false), ("::1", true),
    ] { #expect(LocalRequest.isLocal(authority) == isOurs, "\(authority)") }
  }
}
