import AuditedDatabase
import Files
public import Foundation
import GRDB

/// A webhook as it is to be sent.
public struct WebhookMessage: Sendable, Equatable {
  /// The same for each attempt: a receiver knows by it what it has got already.
  public let number: Int
  /// The address.
  public let url: URL
  /// The addresses of the network that its host was resolved to, all of them public: a sender connects to one of these alone.
  public let addresses: [String]
  /// The headers.
  public let headers: [String: String]
  /// The body, JSON.
  public let body: Data
}

/// How webhooks are sent; the module itself opens no connection.
public struct WebhookSender: Sendable {
  /// Where they may be sent.
  public let rules: WebhookRules
  /// Signs them.
  public let signature: WebhookSignature
  /// Looks up the addresses of a host.
  public let resolve: @Sendable (_ host: String) async throws -> [String]
  /// Posts a message to one of its addresses, follows no redirect, and says which status came back.
  public let post: @Sendable (WebhookMessage) async throws -> Int

  /// Makes a sender.
  ///
  /// - Parameters:
  ///   - rules: Where webhooks may be sent.
  ///   - signature: Signs them.
  ///   - resolve: Looks up the addresses of a host.
  ///   - post: Posts a message, follows no redirect, and says which status came back.
  public init(
    rules: WebhookRules, signature: WebhookSignature,
    resolve: @escaping @Sendable (_ host: String) async throws -> [String],
    post: @escaping @Sendable (WebhookMessage) async throws -> Int
  ) {
    self.rules = rules
    self.signature = signature
    self.resolve = resolve
    self.post = post
  }
}

extension ReviewDesk {
  /// A webhook that an attempt is made for.
  private struct Attempt {
    let number: Int
    let url: String
    let body: String
    let at: Int
    let isLast: Bool
  }

  /// Sends the webhooks that are due. Each is sent at least once: whoever dies between sending and writing that down sends it again.
  ///
  /// - Parameters:
  ///   - sender: How they are sent.
  ///   - limit: So many at most.
  ///   - actor: Who sends them.
  /// - Returns: How many were sent.
  /// - Throws: An error of the database.
  @discardableResult
  public func sendWebhooks(_ sender: WebhookSender, limit: Int = 100, actor: String) async throws -> Int {
    var sent = 0
    for attempt in try dueWebhooks(limit, actor) {
      do {
        try await send(attempt, sender)
        try finish(attempt, "sent", nil, actor)
        sent += 1
      } catch let error as WebhookError {
        try finish(attempt, attempt.isLast || !error.isPassing ? "failed" : "waiting", error.description, actor)
      } catch is CancellationError {
        // Its next attempt is written down already.
        break
      } catch {
        let problem = (error as? any AccreteError)?.description ?? "it could not be sent: \(type(of: error))"
        try finish(attempt, attempt.isLast ? "failed" : "waiting", problem, actor)
      }
    }
    return sent
  }

  /// Takes those that are due: another sender sees them only when their next attempt is due.
  private func dueWebhooks(_ limit: Int, _ actor: String) throws -> [Attempt] {
    let now = Int(saturating: clock().timeIntervalSince1970)
    // A timer asks every few seconds, and disturbs no writer where nothing is due.
    let isDue = try database.read {
      try Bool.fetchOne(
        $0, sql: "SELECT EXISTS(SELECT 1 FROM webhook WHERE state = 'waiting' AND due <= ?)", arguments: [now])
    }
    guard isDue == true else { return [] }
    return try write(actor) { ledger in
      let rows = try Row.fetchAll(
        try ledger.database.cachedStatement(
          sql: """
            SELECT number, url, body, made, attempts FROM webhook WHERE state = 'waiting' AND due <= ? ORDER BY due, number LIMIT ?
            """), arguments: [ledger.at, max(0, limit)])
      let attempts = try rows.map { row in
        let (made, before): (Int, Int) = (try row.value(3), try row.value(4))
        let attempts = before.after(seconds: 1, times: 1)
        let next = WebhookSchedule.next(attempts: attempts, made: made, now: ledger.at)
        let number: Int = try row.value(0)
        try ledger.update(
          ReviewTable.webhook,
          ["attempts": attempts, "due": next ?? ledger.at.after(seconds: 60, times: 1)], where: ["number": number])
        return Attempt(
          number: number, url: try row.value(1), body: try row.value(2), at: ledger.at, isLast: next == nil)
      }
      if !attempts.isEmpty { try ledger.record("send", "webhooks", ["count": .integer(attempts.count)]) }
      return attempts
    }
  }

  private func send(_ attempt: Attempt, _ sender: WebhookSender) async throws {
    guard let url = URL(string: attempt.url) else { throw WebhookError.invalid(host: "?", reason: "it is none") }
    let host = try sender.rules.target(url).host
    let addresses = try await sender.resolve(host)
    try sender.rules.require(addresses, of: host)
    let body = Data(attempt.body.utf8)
    let status = try await sender.post(
      WebhookMessage(
        number: attempt.number, url: url, addresses: addresses,
        headers: [
          "content-type": "application/json", "x-accrete-delivery": "\(attempt.number)",
          WebhookSignature.header: sender.signature.value(body, at: attempt.at),
        ], body: body))
    guard (200..<300).contains(status) else { throw WebhookError.refused(host: host, status: status) }
  }

  private func finish(_ attempt: Attempt, _ state: String, _ problem: String?, _ actor: String) throws {
    try write(actor) { ledger in
      try ledger.update(
        ReviewTable.webhook, ["state": state, "problem": problem], where: ["number": attempt.number])
      try ledger.record("webhook", "\(attempt.number)", ["state": .text(state)])
    }
  }
}
