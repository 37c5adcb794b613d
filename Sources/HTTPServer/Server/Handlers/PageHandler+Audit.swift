import Access
import AuditedDatabase
import Console
import Files
import Foundation
import Hummingbird
import HummingbirdCore
import Registry

/// What was done by whom, and who may.
extension PageHandler {
  /// Entries on a page.
  private static let entries = 200

  func audit(_ scope: RequestScope) async throws -> Response {
    try await visited(scope, .administer) { try auditPage($0, scope, nil) }
  }

  /// Computes the whole chain again, and shows what came out.
  func verifyAudit(_ scope: RequestScope) async throws -> Response {
    try await sent(scope, .administer) { _, visitor in
      do {
        try registry.verifyAudit()
        return try auditPage(visitor, scope, .init(at: Date()))
      } catch RegistryError.auditBroken(let sequence, _) {
        return try auditPage(visitor, scope, .init(at: Date(), broken: sequence))
      }
    }
  }

  private func auditPage(
    _ visitor: PageVisitor, _ scope: RequestScope, _ verification: AuditContent.Verification?
  ) throws -> Response {
    let (registry, chain) = (try registry, "registry")
    let head = try registry.auditHead()
    let end = min(scope.target.query["before"].flatMap { Int($0) }.map { $0 &- 1 } ?? head.sequence, head.sequence)
    // Only the last ones can be asked for: those behind the page's end are left out.
    let (last, _) = (head.sequence &- max(end, 0)).addingReportingOverflow(Self.entries)
    let entries = try registry.audit(last: last).prefix { $0.sequence <= end }.suffix(Self.entries)
    let next = entries.first.flatMap { $0.sequence > 1 ? "\($0.sequence)" : nil }
    let content = AuditContent(
      chains: [.init(name: chain, entries: head.sequence, head: head.hash, verification: verification)],
      entries: entries.reversed().map { entry in
        AuditContent.Entry(
          chain: chain, number: entry.sequence, at: entry.at, who: entry.actor, what: entry.action,
          subject: entry.subject, digest: entry.hash)
      }, next: next)
    let notice = verification.map { $0.broken == nil ? PageNotice.verified : .chainBroken }
    return Self.html(page(for: visitor).audit(content, notice: notice))
  }

  func keys(_ scope: RequestScope) async throws -> Response {
    try await visited(scope, .administer) { Self.html(try keysPage($0, made: nil, Self.notice(scope))) }
  }

  /// Makes a key. The answer is the view itself: the key's text is shown once, and belongs into no address.
  func makeKey(_ scope: RequestScope) async throws -> Response {
    try await sent(scope, .administer) { fields, visitor in
      let scopes = fields.switches("scope-").compactMap { AccessScope(rawValue: $0) }
      guard let days = fields.number("days"), (1...3_650).contains(days) else {
        throw APIError(
          .invalidValue, "Days until the key ends: expected 1 to 3650. Go back, and correct it.", param: "days")
      }
      let made = try accessKeys.create(
        AccessKeyRequest(fields["name"], scopes: scopes, expires: Date().addingTimeInterval(Double(days) * 24 * 3600)))
      return Self.html(try keysPage(visitor, made: made.key, nil))
    }
  }

  func revokeKey(_ scope: RequestScope) async throws -> Response {
    try await sent(scope, .administer) { fields, _ in
      let id = fields["id"]
      guard fields["confirm"].hasSameCodePoints(as: id) else {
        return Self.redirect(PageNotice.notConfirmed.location(PagePath.keys))
      }
      guard let key = try accessKeys.list().first(where: { $0.id.hasSameCodePoints(as: id) }) else {
        return Self.redirect(PageNotice.notThere.location(PagePath.keys))
      }
      try accessKeys.revoke(key.id)
      return Self.redirect(PageNotice.revoked.location(PagePath.keys))
    }
  }

  private func keysPage(_ visitor: PageVisitor, made: String?, _ notice: PageNotice?) throws -> Data {
    let now = Date()
    let keys = try accessKeys.list().map { key in
      KeysContent.Key(
        id: key.id, name: key.name, scopes: key.scopes.map(\.rawValue), created: key.created, expires: key.expires,
        revoked: key.revoked)
    }
    let content = KeysContent(
      keys: keys.filter { $0.revoked == nil } + keys.filter { $0.revoked != nil },
      scopes: AccessScope.allCases.map { .init(name: $0.rawValue, meaning: Self.meaning(of: $0)) }, made: made, now: now
    )
    return page(for: visitor).keys(content, notice: notice)
  }

  private var accessKeys: AccessKeys {
    get throws {
      guard let keys = core.admission.keys else {
        throw APIError(
          .routeNotFound, "This server asks for no keys. `accrete keys create` makes some; start it with --keys.")
      }
      return keys
    }
  }

  private static func meaning(of scope: AccessScope) -> String {
    switch scope {
    case .infer: "ask models"
    case .reviewSubmit: "hand items in for review"
    case .reviewWork: "review items"
    case .reviewLead: "settle what reviewers disagree about"
    case .registryRead: "look at the registry"
    case .registryWrite: "change the registry"
    case .loopOperate: "start, stop and approve what the loop does"
    case .admin: "everything, keys included"
    }
  }
}
