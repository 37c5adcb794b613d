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
    try await visited(scope) { Self.html(page(for: $0).overview(OverviewContent(serving: data))) }
  }

  func serving(_ scope: RequestScope) async throws -> Response {
    let notice = scope.target.query[PageNotice.key].flatMap { PageNotice(rawValue: $0) }
    return try await visited(scope) { Self.html(page(for: $0).serving(data, notice: notice)) }
  }

  func live(_ scope: RequestScope) async throws -> Response {
    guard let visit = try await visit(scope) else {
      return Self.html(Page.problem("Logged out", "Log in again."), status: .unauthorized)
    }
    return Self.html(page(for: visit).live(data))
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
      if found.allows(.admin) { grant = found }
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
    try await posted(scope) { _, _ in Self.redirect(PagePath.login, cookie: session.logOut) }
  }

  // MARK: Actions

  func pin(_ scope: RequestScope) async throws -> Response {
    try await posted(scope) { form, _ in
      await act(form) { digest in
        let isPinned = form.isPinned ?? true
        try await core.engine.pin(digest, isPinned)
        return isPinned ? .pinned : .unpinned
      }
    }
  }

  func unload(_ scope: RequestScope) async throws -> Response {
    try await posted(scope) { form, _ in
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
    try await posted(scope) { form, visit in
      let trial = try await PageTrials(core: core).trial(
        form.text ?? "", model: form.model ?? ModelName.autoName, scope)
      return Self.html(page(for: visit).serving(data, trial: trial))
    }
  }

  // MARK: Who looks

  /// A view for whoever is logged in; others are sent to where that is done.
  func visited(_ scope: RequestScope, _ view: (PageVisit) -> Response) async throws -> Response {
    try requireOwnSite(scope)
    if let visit = try await visit(scope) { return view(visit) }
    guard core.admission.keys == nil else { return Self.redirect(PagePath.login) }
    // No keys are asked for: the session is there for the forms' tokens.
    let opened = try await session.open(for: AccessGrant.unrestricted.id)
    var response = view(opened.visit)
    response.headers[.setCookie] = opened.cookie
    return response
  }

  /// `nil`: nobody is logged in, or the key is not what it was.
  func visit(_ scope: RequestScope) async throws -> PageVisit? {
    try requireOwnSite(scope)
    guard let visit = await session.visit(cookies: scope.request.headers[values: .cookie]) else { return nil }
    guard let keys = core.admission.keys else { return visit }
    // A session ends with its key, and is no longer one of a server that asked for none.
    let key = try keys.list().first { $0.id.hasSameCodePoints(as: visit.subject) }
    guard let key, key.isUsable(at: Date()), key.scopes.contains(.admin) else { return nil }
    return visit
  }

  private func requireOwnSite(_ scope: RequestScope) throws {
    if core.admission.keys == nil, core.admission.isLocal { try LocalRequest.requireNoOtherSite(scope, isForm: true) }
  }

  private func form(_ scope: RequestScope) async throws -> PageForm {
    let body = try await BodyReader.read(
      scope, as: "application/x-www-form-urlencoded", limits: core.options.limits)
    guard let form = PageForm(body) else { throw APIError(.invalidValue, PageForm.refusal) }
    return form
  }

  /// A form of somebody who is logged in, from a page of that session.
  func posted(
    _ scope: RequestScope, _ answer: (PageForm, PageVisit) async throws -> Response
  ) async throws -> Response {
    guard let visit = try await visit(scope) else { return Self.redirect(PagePath.login) }
    let form = try await form(scope)
    guard session.accepts(form.csrf, of: visit) else {
      return Self.html(
        Page.problem("Not done", "The form is not of this session, or too old. Open the page again, and repeat it."),
        status: .forbidden)
    }
    return try await answer(form, visit)
  }

  // MARK: Answers

  var data: ServingContent { ServingContent(core) }

  func page(for visit: PageVisit) -> Page {
    Page(for: PageViewer(csrf: visit.csrf, canLogOut: core.admission.keys != nil))
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
