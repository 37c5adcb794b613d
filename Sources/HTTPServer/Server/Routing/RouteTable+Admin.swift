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
      Route(.get, PagePath.events, .own, "Events for whoever looks at the page; ?topics=queue,sides,loop,serving,release") {
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
      Route(.get, PagePath.styleSheet, .anyone, "The page's style sheet") { _ in page.style() },
      Route(.get, PagePath.script, .anyone, "The page's script") { _ in page.script() },
    ]
  }
}
