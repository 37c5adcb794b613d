import Access
import Console
import HTTPTypes
import Hummingbird
import HummingbirdCore

extension RouteTable {
  /// What the admin listener answers.
  static func ofAdmin(_ core: ServerCore, session: PageSession) -> RouteTable {
    let (admin, page) = (AdminHandler(core: core), PageHandler(core: core, session: session))
    let routes: [Route] = [
      Route(.get, "/metrics", .key(.registryRead), "Metrics in Prometheus' text format") { _ in admin.metrics() },
      Route(.get, "/admin/v1/registry/release", .key(.registryRead), "What is released") { _ in try admin.release() },
      Route(.post, "/admin/v1/experts/{digest}:load", .key(.registryWrite), "Load a version") {
        try await admin.load($0)
      },
      Route(
        .post, "/admin/v1/experts/{digest}:unload", .key(.registryWrite),
        "Let a version go; ?force=1: while it is used, too"
      ) {
        try await admin.unload($0)
      },
      Route(.post, "/admin/v1/experts/{digest}:pin", .key(.registryWrite), "Keep a version loaded; ?pinned=0: no more")
      {
        try await admin.pin($0)
      },
      Route(
        .get, PagePath.events, .own, "Events for whoever looks at the page; ?topics=queue,sides,loop,serving,release"
      ) {
        try await page.events($0)
      },
      Route(.get, "/admin/v1/keys", .key(.admin), "What is known of the keys") { _ in try admin.keys() },
    ]
    return RouteTable(routes: routes + ofPage(page) + health(core), notServed: NotServed.ofAdmin).described(core)
  }

  private static func ofPage(_ page: PageHandler) -> [Route] {
    [
      Route(.get, PagePath.overview, .own, "The page: overview") { try await page.overview($0) },
      Route(.get, PagePath.serving, .own, "The page: what is served") { try await page.serving($0) },
      Route(.get, PagePath.live, .own, "The page: the parts that change") { try await page.live($0) },
      Route(.post, PagePath.trial, .own, "The page: try a text") { try await page.tryText($0) },
      Route(.post, PagePath.pin, .own, "The page: pin an expert") { try await page.pin($0) },
      Route(.post, PagePath.unload, .own, "The page: unload an expert") { try await page.unload($0) },
      Route(.get, PagePath.login, .own, "The page: log in") { try await page.login($0) },
      Route(.post, PagePath.login, .own, "The page: log in") { try await page.logIn($0) },
      Route(.post, PagePath.logout, .own, "The page: log out") { try await page.logOut($0) },
    ] + ofReviews(page) + ofRegistry(page) + [
      Route(.get, PagePath.styleSheet, .anyone, "The page's style sheet") { _ in page.style() },
      Route(.get, PagePath.script, .anyone, "The page's script") { _ in page.script() },
    ]
  }

  private static func ofReviews(_ page: PageHandler) -> [Route] {
    [
      Route(.get, PagePath.review, .own, "The page: the next item to review") { try await page.review($0) },
      Route(.get, PagePath.reviewNext, .own, "The page: another item, for the script") {
        try await page.nextReview($0)
      },
      Route(.get, "/review/item/{id}", .own, "The page: an item to review") { try await page.reviewItem($0) },
      Route(.post, "/review/item/{id}", .own, "The page: label, skip or flag it") { try await page.vote($0) },
      Route(.post, "/review/item/{id}/lease", .own, "The page: go on with it") { try await page.renewLease($0) },
      Route(.post, PagePath.undo, .own, "The page: take the last decision back") { try await page.undo($0) },
    ]
  }

  private static func ofRegistry(_ page: PageHandler) -> [Route] {
    [
      Route(.get, PagePath.experts, .own, "The page: tasks") { try await page.experts($0) },
      Route(.get, "/experts/{name}", .own, "The page: a task with its versions") { try await page.expert($0) },
      Route(.post, "/experts/{name}", .own, "The page: set an alias") { try await page.setAlias($0) },
      Route(.get, "/experts/{name}/{version}", .own, "The page: a version") { try await page.version($0) },
      Route(.post, "/experts/{name}/{version}", .own, "The page: retire a version") { try await page.retire($0) },
      Route(.get, PagePath.releases, .own, "The page: releases") { try await page.releases($0) },
      Route(.post, PagePath.rollback, .own, "The page: roll back") { try await page.rollBack($0) },
      Route(.get, PagePath.audit, .own, "The page: what was done") { try await page.audit($0) },
      Route(.post, PagePath.verify, .own, "The page: verify what was done") { try await page.verifyAudit($0) },
      Route(.get, PagePath.keys, .own, "The page: keys") { try await page.keys($0) },
      Route(.post, PagePath.keys, .own, "The page: make a key") { try await page.makeKey($0) },
      Route(.post, PagePath.revokeKey, .own, "The page: revoke a key") { try await page.revokeKey($0) },
    ]
  }
}
