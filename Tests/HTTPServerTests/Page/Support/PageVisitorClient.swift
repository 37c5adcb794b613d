import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import HTTPServer

/// A browser of the page, with its cookie and the token of its forms.
struct PageVisitorClient: Sendable {
  private let client: any TestClientProtocol
  private let cookie: String
  let csrf: String

  /// Opens the page of a server, and does something there.
  ///
  /// - Parameter key: What is typed where people log in; `nil`: the server asks for none.
  static func visit(
    _ server: FakeServer, key: String? = nil, _ body: @escaping @Sendable (PageVisitorClient) async throws -> Void
  ) async throws {
    let application = await server.adminApplication()
    try await application.test(.router) { client in
      var headers = HTTPFields()
      if key != nil { headers[.contentType] = "application/x-www-form-urlencoded" }
      let opened = try await client.executeRequest(
        uri: key == nil ? "/" : "/login", method: key == nil ? .get : .post, headers: headers,
        body: key.map { ByteBuffer(string: "key=\($0)") })
      let cookie = try #require(opened.headers[.setCookie]).prefix { $0 != ";" }
      let visitor = PageVisitorClient(client: client, cookie: String(cookie), csrf: "")
      // Which view has a form depends on what the key allows.
      let page = try await visitor.get("/review/next").body + visitor.get("/").body + visitor.get("/serving").body
      let token = page.firstMatch(of: #/name="csrf" value="([0-9a-f]+)"/#).map { String($0.1) }
      try await body(PageVisitorClient(client: client, cookie: String(cookie), csrf: try #require(token)))
    }
  }

  func get(_ path: String) async throws -> FakeAnswer { try await ask(.get, path, nil, accept: "text/html") }

  /// - Parameter isScript: Whether the page's script asks, which takes JSON.
  func post(_ path: String, _ fields: String, isScript: Bool = false, csrf: String? = nil) async throws -> FakeAnswer {
    try await ask(
      .post, path, "csrf=\(csrf ?? self.csrf)&\(fields)", accept: isScript ? "application/json" : "text/html")
  }

  private func ask(
    _ method: HTTPRequest.Method, _ path: String, _ body: String?, accept: String
  ) async throws -> FakeAnswer {
    var headers = HTTPFields()
    headers[.cookie] = cookie
    headers[.accept] = accept
    if body != nil { headers[.contentType] = "application/x-www-form-urlencoded" }
    let response = try await client.executeRequest(
      uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
    return FakeAnswer(
      status: Int(response.status.code), headers: response.headers, body: String(buffer: response.body))
  }
}
