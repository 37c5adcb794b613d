import Access
import Console
import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Serving
import Streams
import TaskModels

/// The page: views for people, and the forms that they post.
struct PageHandler: Sendable {
  let core: ServerCore
  let session: PageSession

  // MARK: Views

  func overview(_ scope: RequestScope) async throws -> Response {
    try await visited(scope) { visitor in
      // Whoever reviews and does nothing else comes to work at once.
      if visitor.rights == [.review], core.reviews != nil { return Self.redirect(PagePath.review) }
      return Self.html(page(for: visitor).overview(OverviewContent(serving: data), notice: Self.notice(scope)))
    }
  }

  func serving(_ scope: RequestScope) async throws -> Response {
    try await visited(scope, .administer) { Self.html(page(for: $0).serving(data, notice: Self.notice(scope))) }
  }

  func live(_ scope: RequestScope) async throws -> Response {
    guard let visitor = try await visitor(scope), visitor.rights.contains(.administer) else {
      return Self.html(Page.problem("Logged out", "Log in again."), status: .unauthorized)
    }
    return Self.html(page(for: visitor).live(data))
  }

  func style() -> Response { Self.asset(PageAssets.styleSheet, PageHeaders.styleSheet) }

  func script() -> Response { Self.asset(PageAssets.script, PageHeaders.script) }

  // MARK: Sessions

  func login(_ scope: RequestScope) async throws -> Response {
    try requireOwnSite(scope)
    guard core.admission.keys != nil else { return Self.redirect(PagePath.overview) }
    return Self.html(Page.login())
  }

  func logIn(_ scope: RequestScope) async throws -> Response {
    guard let keys = core.admission.keys else { return Self.redirect(PagePath.overview) }
    let form = try await form(scope)
    var grant: AccessGrant?
    do {
      let found = try keys.verify((form.key ?? "").trimmingCharacters(in: .whitespacesAndNewlines))
      if !PageVisitor.rights(of: found.scopes).isEmpty { grant = found }
    } catch is AccessRefusal {
      // Which of the reasons it is, is not for whoever guesses.
    }
    guard let grant else {
      try await core.admission.hold(core.admission.attempts.failed(from: scope.client), scope)
      return Self.html(Page.login(isRefused: true), status: .unauthorized)
    }
    let opened = try await session.open(for: grant.id)
    return Self.redirect(PagePath.overview, cookie: opened.cookie)
  }

  func logOut(_ scope: RequestScope) async throws -> Response {
    try await posted(scope, nil) { _, _ in Self.redirect(PagePath.login, cookie: session.logOut) }
  }

  // MARK: Actions

  func pin(_ scope: RequestScope) async throws -> Response {
    try await posted(scope, .administer) { form, _ in
      await act(form) { digest in
        let isPinned = form.isPinned ?? true
        try await core.engine.pin(digest, isPinned)
        return isPinned ? .pinned : .unpinned
      }
    }
  }

  func unload(_ scope: RequestScope) async throws -> Response {
    try await posted(scope, .administer) { form, _ in
      await act(form) { digest in
        let expert = core.engine.statistics.experts.first { $0.version == digest }
        guard let expert else { return .notResident }
        guard form.isForced || expert.references == 0 else { return .inUse }
        try await core.engine.unload(digest, force: form.isForced)
        return .unloaded
      }
    }
  }

  private func act(_ form: PageForm, _ body: (Digest) async throws -> PageNotice) async -> Response {
    guard let digest = form.digest.flatMap({ Digest($0) }), core.catalog.version(digest) != nil else {
      return Self.redirect(PageNotice.notResident.location(PagePath.serving))
    }
    do {
      return Self.redirect(try await body(digest).location(PagePath.serving))
    } catch {
      core.logger.error("an action of the page failed", metadata: ["cause": .string("\(error)")])
      return Self.redirect(PageNotice.failed.location(PagePath.serving))
    }
  }

  func tryText(_ scope: RequestScope) async throws -> Response {
    try await posted(scope, .administer) { form, visitor in
      let trial = try await PageTrials(core: core).trial(
        form.text ?? "", model: form.model ?? ModelName.autoName, scope)
      return Self.html(page(for: visitor).serving(data, trial: trial))
    }
  }

  // MARK: Who looks

  /// A view for whoever is logged in and may see it; others are sent to where people log in.
  ///
  /// - Parameter right: What the view takes; `nil`: any key that opens the page.
  func visited(
    _ scope: RequestScope, _ right: PageViewer.Right? = nil, _ view: (PageVisitor) async throws -> Response
  ) async throws -> Response {
    try requireOwnSite(scope)
    if let visitor = try await visitor(scope) {
      try Self.require(right, of: visitor)
      return try await view(visitor)
    }
    guard core.admission.keys == nil else { return Self.redirect(PagePath.login) }
    // No keys are asked for: the session is there for the forms' tokens.
    let grant = AccessGrant.unrestricted
    let opened = try await session.open(for: grant.id)
    var response = try await view(PageVisitor(opened.visit, name: grant.name, scopes: grant.scopes))
    response.headers[.setCookie] = opened.cookie
    return response
  }

  /// `nil`: nobody is logged in, or the key is not what it was.
  func visitor(_ scope: RequestScope) async throws -> PageVisitor? {
    try requireOwnSite(scope)
    guard let visit = await session.visit(cookies: scope.request.headers[values: .cookie]) else { return nil }
    guard let keys = core.admission.keys else {
      let grant = AccessGrant.unrestricted
      return PageVisitor(visit, name: grant.name, scopes: grant.scopes)
    }
    // A session ends with its key, and is no longer one of a server that asked for none.
    let key = try keys.list().first { $0.id.hasSameCodePoints(as: visit.subject) }
    guard let key, key.isUsable(at: Date()) else { return nil }
    let visitor = PageVisitor(visit, name: key.name, scopes: key.scopes)
    return visitor.rights.isEmpty ? nil : visitor
  }

  private static func require(_ right: PageViewer.Right?, of visitor: PageVisitor) throws {
    guard let right, !visitor.rights.contains(right) else { return }
    throw APIError(.scopeMissing, "Your key has not the scope for this view. Log in with one that has it.")
  }

  private func requireOwnSite(_ scope: RequestScope) throws {
    if core.admission.keys == nil, core.admission.isLocal { try LocalRequest.requireNoOtherSite(scope, isForm: true) }
  }

  private func body(_ scope: RequestScope) async throws -> Data {
    try await BodyReader.read(scope, as: "application/x-www-form-urlencoded", limits: core.options.limits)
  }

  private func form(_ scope: RequestScope) async throws -> PageForm {
    guard let form = PageForm(try await body(scope)) else { throw APIError(.invalidValue, PageForm.refusal) }
    return form
  }

  /// A form of somebody who is logged in and may send it, from a page of that session.
  private func posted(
    _ scope: RequestScope, _ right: PageViewer.Right?, _ answer: (PageForm, PageVisitor) async throws -> Response
  ) async throws -> Response {
    guard let visitor = try await visitor(scope) else { return Self.redirect(PagePath.login) }
    let form = try await form(scope)
    guard session.accepts(form.csrf, of: visitor.visit) else { return Self.foreignForm }
    try Self.require(right, of: visitor)
    return try await answer(form, visitor)
  }

  /// The same of a form with other fields than those of the view of serving.
  func sent(
    _ scope: RequestScope, _ right: PageViewer.Right, _ answer: (PageFields, PageVisitor) async throws -> Response
  ) async throws -> Response {
    guard let visitor = try await visitor(scope) else { return Self.redirect(PagePath.login) }
    guard let fields = PageFields(try await body(scope)) else { throw APIError(.invalidValue, PageForm.refusal) }
    guard session.accepts(fields["csrf"], of: visitor.visit) else { return Self.foreignForm }
    try Self.require(right, of: visitor)
    return try await answer(fields, visitor)
  }

  private static var foreignForm: Response {
    html(
      Page.problem("Not done", "The form is not of this session, or too old. Open the page again, and repeat it."),
      status: .forbidden)
  }

  // MARK: Answers

  var data: ServingContent { ServingContent(core) }

  func page(for visitor: PageVisitor) -> Page {
    let viewer = PageViewer(
      csrf: visitor.visit.csrf, name: core.admission.keys == nil ? "" : visitor.name, rights: visitor.rights,
      canLogOut: core.admission.keys != nil)
    return Page(for: viewer, missing: missing)
  }

  /// Views of what this server does not have.
  private var missing: Set<String> {
    var paths: Set = [PagePath.items, PagePath.loop, PagePath.certificates, PagePath.novelty]
    if core.reviews == nil { paths.insert(PagePath.review) }
    if core.registry == nil { paths.formUnion([PagePath.experts, PagePath.releases, PagePath.audit]) }
    if core.admission.keys == nil { paths.insert(PagePath.keys) }
    return paths
  }

  /// What became of an action, from the address.
  static func notice(_ scope: RequestScope) -> PageNotice? {
    scope.target.query[PageNotice.key].flatMap { PageNotice(rawValue: $0) }
  }

  static func html(_ body: Data, status: HTTPResponse.Status = .ok) -> Response {
    asset(body, PageHeaders.html, status: status)
  }

  private static func asset(_ body: Data, _ type: String, status: HTTPResponse.Status = .ok) -> Response {
    var headers = PageHeaders.all
    headers[.contentType] = type
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }

  static func redirect(_ path: String, cookie: String? = nil) -> Response {
    var headers = PageHeaders.all
    headers[.location] = path
    headers[.setCookie] = cookie
    return Response(status: .seeOther, headers: headers)
  }
}
