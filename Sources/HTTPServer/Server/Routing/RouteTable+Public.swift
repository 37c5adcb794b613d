import Access
import HTTPTypes
import Hummingbird
import HummingbirdCore

extension RouteTable {
  /// What the public listener answers.
  static func ofPublic(_ core: ServerCore) -> RouteTable {
    let (chat, completion, classify) = (
      ChatHandler(core: core), CompletionHandler(core: core), ClassifyHandler(core: core)
    )
    let models = ModelsHandler(core: core)
    let routes: [Route] = [
      Route(.get, "/v1/models", .key(.infer), "What can be asked for; ?all=1: every version in use") {
        try models.list($0)
      },
      Route(.get, "/v1/models/{id}", .key(.infer), "What a name means now") { try models.one($0) },
      Route(.post, "/v1/chat/completions", .key(.infer), "Answer a conversation", kind: .chat) {
        try await chat.answer($0)
      },
      Route(.post, "/v1/completions", .key(.infer), "Go on with a text", kind: .completion) {
        try await completion.answer($0)
      },
      Route(.post, "/accrete/v1/classify", .key(.infer), "Labels of texts, with their probabilities") {
        try await classify.classify($0)
      },
      Route(.post, "/accrete/v1/route", .key(.infer), "The task that each text belongs to") {
        try await classify.route($0)
      },
    ]
    return RouteTable(routes: routes + health(core), notServed: NotServed.ofPublic).described(core)
  }

  /// What both listeners have.
  static func health(_ core: ServerCore) -> [Route] {
    let health = HealthHandler(core: core)
    return [
      Route(.get, "/healthz", .anyone, "Whether the engine lives") { _ in health.alive() },
      Route(.get, "/readyz", .anyone, "Whether requests may come, and why not") { _ in health.ready() },
      Route(.get, "/health", .anyone, "The same without a body") { _ in health.health() },
      Route(.get, "/version", .anyone, "Which program this is") { _ in health.version() },
    ]
  }

  /// With a route that describes all others.
  func described(_ core: ServerCore) -> RouteTable {
    let own = Route(.get, "/openapi.json", .anyone, "This description") { _ in Response(json: OpenAPIDocument.empty) }
    let document = OpenAPIDocument(
      version: core.options.version, requiresKeys: core.options.requiresKeys, isAdmin: hasPage)
    let body = document.json(routes + [own])
    let route = Route(.get, own.pattern, .anyone, own.summary) { _ in Response(json: body) }
    return RouteTable(routes: routes + [route], notServed: notServed)
  }
}
