import Access
import Files
import Foundation
import HTTPTypes

/// `/openapi.json`: the paths of a listener, and of each request every field with what becomes of it, from the tables that read them.
struct OpenAPIDocument: Sendable {
  let version: String
  let requiresKeys: Bool
  /// Whether it is of the admin listener.
  var isAdmin = false

  static let empty = Data("{}".utf8)

  /// Tables of fields by the paths of requests.
  static let fields: [String: [RequestField]] = [
    "/v1/chat/completions": ChatRequest.fields, "/v1/completions": CompletionRequest.fields,
    "/accrete/v1/classify": ClassifyRequest.fields, "/accrete/v1/route": RouteRequest.fields,
  ]

  /// What a request cannot do without, by its path.
  static let required: [String: [String]] = [
    "/v1/chat/completions": ["model", "messages"], "/v1/completions": ["model", "prompt"],
    "/accrete/v1/classify": ["model", "input"], "/accrete/v1/route": ["input"],
  ]

  /// Each listener describes itself; whoever reads one description learns where the other is.
  private static let beside = (
    public:
      "Metrics, experts, what is released and keys are at the admin listener (--admin-listen), which has an /openapi.json of its own.",
    admin:
      "Chat, completions, classify and route are at the public listener (--listen), which has an /openapi.json of its own."
  )

  func json(_ routes: [Route]) -> Data {
    var paths: [JSONTree.Member] = []
    for route in routes where !paths.contains(where: { $0.key.hasSameCodePoints(as: route.pattern) }) {
      let same = routes.filter { $0.pattern.hasSameCodePoints(as: route.pattern) }
      paths.append(
        JSONTree.Member(
          route.pattern, .object(same.map { JSONTree.Member($0.method.rawValue.lowercased(), operation($0)) })))
    }
    var members: [JSONTree.Member] = [
      JSONTree.Member("openapi", .text("3.1.0")),
      JSONTree.Member(
        "info",
        .object([
          "title": .text(isAdmin ? "accrete: the admin listener" : "accrete"), "version": .text(version),
          "description": .text(isAdmin ? Self.beside.admin : Self.beside.public),
        ])),
      JSONTree.Member("paths", .object(paths)),
    ]
    var components = [JSONTree.Member("schemas", .object(["Error": Self.errorSchema]))]
    if requiresKeys {
      components.append(
        JSONTree.Member(
          "securitySchemes", .object(["key": .object(["type": .text("http"), "scheme": .text("bearer")])])))
    }
    members.append(JSONTree.Member("components", .object(components)))
    return Data(JSONTree.object(members).json)
  }

  private func operation(_ route: Route) -> JSONTree {
    var members = [JSONTree.Member("summary", .text(route.summary))]
    let names = route.parts.compactMap { part -> String? in if case .value(let name, _) = part { name } else { nil } }
    let parameters =
      names.map(Self.value) + (Self.switches[route.pattern] ?? []).map(Self.choice)
    if !parameters.isEmpty { members.append(JSONTree.Member("parameters", .list(parameters))) }
    if let fields = Self.fields[route.pattern] {
      members.append(JSONTree.Member("requestBody", Self.body(fields, of: route.pattern)))
    }
    members.append(JSONTree.Member("responses", Self.responses(of: route)))
    if requiresKeys, case .key(let needed) = route.access {
      members.append(
        JSONTree.Member("security", .list([.object(["key": .list([.text(needed.rawValue)])])])))
    }
    return .object(members)
  }

  private static func body(_ fields: [RequestField], of path: String) -> JSONTree {
    let properties = fields.filter { $0.effect != .refused }.map { field in
      let rule = field.effect == .none ? "\(field.rule); no effect" : field.rule
      return JSONTree.Member(
        field.name, .object(form(of: field.name, at: path) + [JSONTree.Member("description", .text(rule))]))
    }
    let refused = fields.filter { $0.effect == .refused }.map(\.name)
    var schema = [
      JSONTree.Member("type", .text("object")), JSONTree.Member("required", .texts(required[path] ?? [])),
      JSONTree.Member("properties", .object(properties)), JSONTree.Member("additionalProperties", .boolean(false)),
    ]
    if !refused.isEmpty {
      schema.append(JSONTree.Member("description", .text("Refused by name: \(refused.joined(separator: ", ")).")))
    }
    return .object([
      "required": .boolean(true),
      "content": .object(["application/json": .object(["schema": .object(schema)])]),
    ])
  }
}
