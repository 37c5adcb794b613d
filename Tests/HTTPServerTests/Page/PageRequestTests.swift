import Access
import Console
import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

/// Do the page's forms do what they say for whoever is logged in, and nothing for anybody else?
@Suite struct PageRequestTests {
  /// Somebody's browser, with one cookie or none.
  private struct Browser {
    let application: Application<ServerResponder>
    var cookie: String?

    func send(
      _ method: HTTPRequest.Method, _ path: String, _ fields: [(String, String)] = []
    ) async throws -> FakeAnswer {
      var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
      headers[.cookie] = cookie
      let body = fields.map { "\($0)=\($1)" }.joined(separator: "&")
      return try await application.test(.router) { [headers] client in
        let response = try await client.executeRequest(
          uri: path, method: method, headers: headers, body: method == .post ? ByteBuffer(string: body) : nil)
        return FakeAnswer(
          status: Int(response.status.code), headers: response.headers, body: String(buffer: response.body))
      }
    }

    /// What it keeps of an answer.
    mutating func keep(_ answer: FakeAnswer) {
      cookie = answer.header("set-cookie")?.split(separator: ";").first.map { String($0) }
    }

    /// The token that the page's forms have.
    func token() async throws -> String {
      let page = try await send(.get, PagePath.serving).body
      return try #require(page.firstMatch(of: #/name="csrf" value="([0-9a-f]+)"/#).map { String($0.1) })
    }
  }

  private func browser(_ server: FakeServer) async -> Browser {
    let session = await PageSession(PageSecret(), isSecure: false)
    return Browser(application: server.listener(.ofAdmin(server.core, session: session)) { _ in }.application)
  }

  private static let pin = [("digest", "\(FakeCatalog.spamDigest)"), ("pinned", "1")]

  @Test func formsNeedTheTokenOfTheirSession() async throws {
    let server = FakeServer()
    var own = await browser(server)
    var other = Browser(application: own.application)
    own.keep(try await own.send(.get, PagePath.overview))
    other.keep(try await other.send(.get, PagePath.overview))
    let (mine, others) = (try await own.token(), try await other.token())
    #expect(mine != others)
    for wrong: [(String, String)] in [[], [("csrf", "")], [("csrf", others)], [("csrf", String(mine.dropLast()))]] {
      for path in [PagePath.pin, PagePath.unload, PagePath.trial, PagePath.logout] {
        let answer = try await own.send(.post, path, Self.pin + [("text", "a")] + wrong)
        #expect(answer.status == 403 && answer.header("set-cookie") == nil, "\(path), \(wrong)")
      }
    }
    #expect(server.engine.state.withLock { $0.told.isEmpty && $0.queueTimes.isEmpty })
    let done = try await own.send(.post, PagePath.pin, Self.pin + [("csrf", mine)])
    #expect(done.status == 303 && done.header("location") == PageNotice.pinned.location(PagePath.serving))
    #expect(server.engine.state.withLock { $0.told } == ["pin"])
    // Whoever has no session has no forms either.
    let nobody = try await Browser(application: own.application).send(.post, PagePath.pin, Self.pin + [("csrf", mine)])
    #expect(nobody.status == 303 && nobody.header("location") == PagePath.login)
    #expect(server.engine.state.withLock { $0.told } == ["pin"])
  }

  @Test func sessionsEndWithTheirKeys() async throws {
    let scratch = try Scratch()
    let keys = try AccessKeys.open(in: scratch.url)
    let admin = try keys.create(AccessKeyRequest("ops", scopes: [.admin])).key
    let asker = try keys.create(AccessKeyRequest("asker", scopes: [.infer])).key
    var own = await browser(FakeServer(keys: keys))
    #expect(try await own.send(.get, PagePath.overview).header("location") == PagePath.login)
    #expect(try await own.send(.get, PagePath.live).status == 401)
    for wrong in ["", "ak_x", asker] {
      let answer = try await own.send(.post, PagePath.login, [("key", wrong)])
      #expect(answer.status == 401 && answer.header("set-cookie") == nil, "\(wrong)")
    }
    let opened = try await own.send(.post, PagePath.login, [("key", admin)])
    let cookie = try #require(opened.header("set-cookie"))
    #expect(opened.status == 303 && cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
    #expect(!cookie.contains(admin) && !opened.body.contains(admin))
    own.keep(opened)
    #expect(try await own.send(.get, PagePath.overview).status == 200)
    #expect(try await own.send(.get, PagePath.live).status == 200)
    let left = try await own.send(.post, PagePath.logout, [("csrf", try await own.token())])
    #expect(left.status == 303 && left.header("set-cookie")?.contains("Max-Age=0") == true)
    // Of this process, which sees it at once.
    try keys.revoke("ops")
    #expect(try await own.send(.get, PagePath.overview).header("location") == PagePath.login)
  }
}
