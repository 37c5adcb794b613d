import Crypto
import Files
public import Foundation
import JWTKit

/// A person who is logged in.
public struct PageVisit: Sendable, Equatable {
  /// Who it is: the id of the key that opened the session. Ask at each request whether that key still may.
  public let subject: String
  public let expires: Date
  /// What a form of this session has in its field `csrf`.
  public let csrf: String
  /// Of the session.
  let id: String
}

/// Logs people in to the page, and knows them again by a cookie: a JWT that this server has signed.
///
/// ```swift
/// let session = await PageSession(try PageSecret(of: registry.url), isSecure: usesTLS)
/// if let login = try await session.logIn(key, subject: id, isAdmin: { … }) { headers[.setCookie] = login.cookie }
/// guard let visit = await session.visit(cookies: request.headers[values: .cookie]) else { … }
/// guard session.accepts(form.csrf, of: visit) else { … }
/// ```
public struct PageSession: Sendable {
  /// How long a session lasts.
  public static let seconds = 8 * 3600
  /// What the tokens are for, so that no other token of this key is one.
  private static let audience = "accrete page"
  /// Cookies of that name that are tried: another program on this host may have set some.
  private static let mostCookies = 4

  /// Whether browsers reach the server by TLS.
  private let isSecure: Bool
  private let tokens: JWTKeyCollection
  private let csrfKey: SymmetricKey

  private struct Claims: JWTPayload {
    var sub: String
    var jti: String
    var aud: String
    var iat: Int
    var exp: Int

    // The time is looked at by whoever asks, who has the clock.
    func verify(using algorithm: some JWTAlgorithm) {}
  }

  /// - Parameters:
  ///   - secret: What signs the cookies.
  ///   - isSecure: Whether browsers reach the server by TLS, its own or a proxy's: cookies go nowhere else then.
  public init(_ secret: PageSecret, isSecure: Bool) async {
    self.isSecure = isSecure
    tokens = JWTKeyCollection()
    await tokens.add(hmac: HMACKey(key: secret.key(for: "session")), digestAlgorithm: .sha256)
    csrfKey = secret.key(for: "csrf")
  }

  /// The cookie's name. Browsers take one that begins with `__Host-` from this host over TLS alone.
  var cookieName: String { isSecure ? "__Host-accrete-page" : "accrete-page" }

  /// Opens a session for whoever has a key that may.
  ///
  /// - Parameters:
  ///   - key: As it was typed.
  ///   - subject: Whom the session names: the key's id, never the key.
  ///   - now: When it begins.
  ///   - isAdmin: Whether a key is valid and has the scope `admin`.
  /// - Returns: The session, and the value of the header `set-cookie`; `nil`: the key may not.
  public func logIn(
    _ key: String, subject: String, now: Date = Date(), isAdmin: (String) -> Bool
  ) async throws -> (visit: PageVisit, cookie: String)? {
    guard isAdmin(key) else { return nil }
    return try await open(for: subject, now: now)
  }

  /// Opens a session without a key, where the server asks for none.
  public func open(for subject: String, now: Date = Date()) async throws -> (visit: PageVisit, cookie: String) {
    let id = SymmetricKey(size: .bits128).withUnsafeBytes { Hexadecimal.text($0) }
    let begin = Int(saturating: now.timeIntervalSince1970)
    let (end, overflow) = begin.addingReportingOverflow(Self.seconds)
    let claims = Claims(sub: subject, jti: id, aud: Self.audience, iat: begin, exp: overflow ? begin : end)
    let token = try await tokens.sign(claims)
    return (visit(claims), cookie(token, seconds: Self.seconds))
  }

  /// Who a request comes from; `nil`: nobody who is logged in.
  ///
  /// - Parameter cookies: The request's headers `cookie`.
  public func visit(cookies: [String], now: Date = Date()) async -> PageVisit? {
    let now = Int(saturating: now.timeIntervalSince1970)
    for token in candidates(cookies).prefix(Self.mostCookies) {
      // Why a cookie is none of ours, or no longer one, makes no difference: its owner logs in.
      guard let claims = try? await tokens.verify(token, as: Claims.self), claims.aud == Self.audience,
        claims.iat <= now, now < claims.exp
      else { continue }
      return visit(claims)
    }
    return nil
  }

  /// Whether a form comes from a page of this session. It takes as long for a token that is nearly right as for any other.
  public func accepts(_ csrf: String?, of visit: PageVisit) -> Bool {
    guard let csrf, let bytes = Hexadecimal.bytes(csrf.utf8) else { return false }
    return HMAC<SHA256>.isValidAuthenticationCode(bytes, authenticating: Data(visit.id.utf8), using: csrfKey)
  }

  /// The value of the header `set-cookie` that ends a session in the browser.
  public var logOut: String { cookie("", seconds: 0) }

  private func visit(_ claims: Claims) -> PageVisit {
    let code = HMAC<SHA256>.authenticationCode(for: Data(claims.jti.utf8), using: csrfKey)
    return PageVisit(
      subject: claims.sub, expires: Date(timeIntervalSince1970: Double(claims.exp)),
      csrf: code.withUnsafeBytes { Hexadecimal.text($0) }, id: claims.jti)
  }

  private func cookie(_ value: String, seconds: Int) -> String {
    "\(cookieName)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
  }

  /// What cookies of our name hold.
  private func candidates(_ cookies: [String]) -> [String] {
    let start = Array("\(cookieName)=".utf8)
    return cookies.flatMap { $0.utf8.split(separator: UInt8(ascii: ";")) }.compactMap { pair in
      let pair = pair.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      return pair.starts(with: start) ? String(Substring(pair.dropFirst(start.count))) : nil
    }
  }
}
