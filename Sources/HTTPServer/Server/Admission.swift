import Access
import Files
import Foundation
import HTTPTypes
import HummingbirdCore
import Serving

/// Who asks, and what that key may.
struct Caller: Sendable {
  let grant: AccessGrant

  /// Whose requests wait behind each other, and whose beginnings of prompts are kept apart.
  var id: String { grant.id }

  /// Where beginnings of prompts are kept: with a salt, apart from the key's others.
  func scope(_ salt: String?) -> String { salt.map { "\(id)/\($0)" } ?? id }
}

/// Lets requests in: by key, and by how much that key has asked already.
struct Admission: Sendable {
  /// `nil`: no keys are asked for.
  let keys: AccessKeys?
  let limiter = RateLimiter()
  let attempts = AttemptLimiter()
  /// Whether only programs of this machine reach the listeners, so that no key is needed and browsers are looked at instead.
  let isLocal: Bool

  /// Finds out who asks. Guessing is slow: after some failures of an address each takes a while.
  ///
  /// - Throws: `AccessRefusal`; what the file of keys throws.
  func caller(_ scope: RequestScope) async throws -> Caller {
    guard let keys else {
      if isLocal { try LocalRequest.requireNoOtherSite(scope) }
      return Caller(grant: .unrestricted)
    }
    do {
      guard let text = Self.key(of: scope.request.headers) else { throw AccessRefusal.invalidKey }
      return Caller(grant: try keys.verify(text))
    } catch let refusal as AccessRefusal {
      try await hold(attempts.failed(from: scope.client), scope)
      throw refusal
    }
  }

  /// Lets an answer wait, as long as somebody waits for it: guesses whose clients have left hold no connection.
  ///
  /// - Throws: ``Disconnected``.
  func hold(_ time: Duration, _ scope: RequestScope) async throws {
    guard time > .zero else { return }
    try await scope.connection.whileConnected { try await Task.sleep(for: time) }
  }

  /// The key of `authorization: Bearer KEY`.
  static func key(of headers: HTTPFields) -> String? {
    guard let text = headers[.authorization] else { return nil }
    let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
    guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
    return String(words[1]).trimmingCharacters(in: .whitespaces)
  }
}
