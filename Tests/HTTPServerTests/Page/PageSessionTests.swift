import Crypto
import Foundation
import Testing

@testable import HTTPServer

/// Is a session whose cookie this server has signed, as long as it lasts, and nobody else's?
@Suite struct PageSessionTests {
  private static let key = "ak_k1_0123456789012345678901234567890123456789012"
  private let now = Date(timeIntervalSince1970: 1_796_000_000)
  private let secret = PageSecret()

  private func login(_ session: PageSession) async throws -> (visit: PageVisit, cookie: String) {
    try #require(try await session.logIn(Self.key, subject: "k1", now: now) { $0 == Self.key })
  }

  /// `name=token`, as browsers send it back.
  private func sent(_ cookie: String) -> String { String(cookie.prefix { $0 != ";" }) }

  @Test func oneLogsInAndIsKnown() async throws {
    let session = await PageSession(secret, isSecure: false)
    let (visit, cookie) = try await login(session)
    #expect(visit.subject == "k1" && visit.expires == now.addingTimeInterval(8 * 3600))
    let again = await session.visit(cookies: ["a=b; \(sent(cookie))", "c=d"], now: now.addingTimeInterval(60))
    #expect(again == visit)
    // Another process with the same secret knows it, too.
    let other = await PageSession(secret, isSecure: false)
    #expect(await other.visit(cookies: [sent(cookie)], now: now) == visit)
    // The key itself is not in the cookie, however it is spelled.
    let payload = try #require(cookie.split(separator: ".").dropFirst().first)
    let padded =
      payload.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
      + String(repeating: "=", count: (4 - payload.count % 4) % 4)
    let claims = String(decoding: try #require(Data(base64Encoded: padded)), as: UTF8.self)
    #expect(claims.contains("k1") && !claims.contains("0123456789"))
  }

  @Test func whoMayNotDoesNotLogIn() async throws {
    let session = await PageSession(secret, isSecure: false)
    for key in ["", "ak_k1_", String(repeating: "x", count: 1 << 20), Self.key + "\0"] {
      #expect(try await session.logIn(key, subject: "k1", now: now) { $0 == Self.key } == nil)
    }
  }

  @Test func itEnds() async throws {
    let session = await PageSession(secret, isSecure: false)
    let cookie = sent(try await login(session).cookie)
    let times: [(TimeInterval, Bool)] = [
      (-1, false), (0, true), (8 * 3600 - 1, true), (8 * 3600, false), (.infinity, false), (.nan, false),
    ]
    for (seconds, isOpen) in times {
      let visit = await session.visit(cookies: [cookie], now: Date(timeIntervalSince1970: 1_796_000_000 + seconds))
      #expect((visit != nil) == isOpen, "\(seconds)")
    }
  }

  @Test func cookies() async throws {
    let plain = await PageSession(secret, isSecure: false)
    let cookie = try await login(plain).cookie
    #expect(cookie.hasPrefix("accrete-page=ey"))
    #expect(cookie.hasSuffix("; Path=/; Max-Age=28800; HttpOnly; SameSite=Strict"))
    #expect(plain.logOut == "accrete-page=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
    let secure = await PageSession(secret, isSecure: true)
    let locked = try await login(secure).cookie
    #expect(locked.hasPrefix("__Host-accrete-page=ey") && locked.hasSuffix("; SameSite=Strict; Secure"))
    // A cookie that came without TLS opens nothing where there is TLS.
    #expect(await secure.visit(cookies: [sent(cookie)], now: now) == nil)
  }

  @Test func forgedCookies() async throws {
    let session = await PageSession(secret, isSecure: false)
    let good = sent(try await login(session).cookie)
    let strange = sent(try await login(await PageSession(PageSecret(), isSecure: false)).cookie)
    let parts = good.split(separator: ".").map(String.init)
    try #require(parts.count == 3)
    func encoded(_ json: String) -> String {
      Data(json.utf8).base64EncodedString().replacingOccurrences(of: "+", with: "-")
        .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
    let none = encoded(#"{"alg":"none","typ":"JWT"}"#)
    let claims = encoded(#"{"sub":"k2","jti":"00","aud":"accrete page","iat":1,"exp":9999999999}"#)
    let flipped = parts[2].first == "A" ? "B" : "A"
    for cookie in [
      strange, "accrete-page=", "accrete-page", "=", ";;;", "accrete-page=.", "accrete-page=..", "accrete-page=...",
      "accrete-page=\(none).\(claims).", "accrete-page=\(none).\(parts[1]).", "\(parts[0]).\(claims).\(parts[2])",
      "\(parts[0]).\(parts[1]).\(flipped)\(parts[2].dropFirst())", "\(parts[0]).\(parts[1])", good + "A",
      "other=\(parts[1])", "accrete-page=\(String(repeating: ".", count: 1 << 16))",
      "accrete-page=\(String(repeating: "A", count: 1 << 20))", "accrete-page=\u{202E}é", "x" + good,
    ] {
      #expect(await session.visit(cookies: [cookie], now: now) == nil, "\(cookie.prefix(80))")
    }
    #expect(await session.visit(cookies: [], now: now) == nil)
    // What another program on this host has set under the same name does not shut anybody out.
    #expect(await session.visit(cookies: ["\(strange); \(good)"], now: now) != nil)
    #expect(await session.visit(cookies: [good], now: now) != nil)
  }

  /// A form's token is worth something in its own session alone.
  @Test func formTokens() async throws {
    let session = await PageSession(secret, isSecure: false)
    let (first, second) = (try await login(session).visit, try await login(session).visit)
    #expect(first.csrf != second.csrf && first.csrf.utf8.count == 64)
    #expect(session.accepts(first.csrf, of: first) && session.accepts(second.csrf, of: second))
    #expect(!session.accepts(first.csrf, of: second))
    for token in [nil, "", "00", String(first.csrf.dropLast(2)), first.csrf + "00", first.csrf.uppercased() + "x", "é"]
    {
      #expect(!session.accepts(token, of: first), "\(token ?? "nil")")
    }
    // The cookie's own signature is no token, as it is made with another key.
    #expect(secret.key(for: "session") != secret.key(for: "csrf"))
  }
}
