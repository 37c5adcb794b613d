import Access
import Files
import Foundation
import HTTPTypes

/// `/openapi.json`: the paths of a listener, and of each request every field with what becomes of it, from the tables that read them.
struct OpenAPIDocument: Sendable {
  let version: String
  let requiresKeys: Bool

  static let empty = Data("{}".utf8)

  /// Tables of fields by the paths of requests.
  static let fields: [String: [RequestField]] = [
    "/v1/chat/completions": ChatRequest.fields, "/v1/completions": CompletionRequest.fields,
    "/accrete/v1/classify": ClassifyRequest.fields, "/accrete/v1/route": RouteRequest.fields,
  ]

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
      JSONTree.Member("info", .object(["title": .text("accrete"), "version": .text(version)])),
      JSONTree.Member("paths", .object(paths)),
    ]
    if requiresKeys {
      members.append(
        JSONTree.Member(
          "components",
          .object(["securitySchemes": .object(["key": .object(["type": .text("http"), "scheme": .text("bearer")])])])))
    }
    return Data(JSONTree.object(members).json)
  }

  private func operation(_ route: Route) -> JSONTree {
    var members = [JSONTree.Member("summary", .text(route.summary))]
    let names = route.parts.compactMap { part -> String? in if case .value(let name, _) = part { name } else { nil } }
    if !names.isEmpty {
      members.append(
        JSONTree.Member(
          "parameters",
          .list(
            names.map {
              .object([
                "name": .text($0), "in": .text("path"), "required": .boolean(true),
                "schema": .object(["type": .text("string")]),
              ])
            })))
    }
    if let fields = Self.fields[route.pattern] {
      members.append(JSONTree.Member("requestBody", Self.body(fields)))
    }
    members.append(
      JSONTree.Member(
        "responses",
        .object([
          "200": .object(["description": .text("done")]),
          "default": .object(["description": .text("{\"error\":{\"message\",\"type\",\"param\",\"code\"}}")]),
        ])))
    if requiresKeys, case .key(let needed) = route.access {
      members.append(
        JSONTree.Member("security", .list([.object(["key": .list([.text(needed.rawValue)])])])))
    }
    return .object(members)
  }

  private static func body(_ fields: [RequestField]) -> JSONTree {
    let properties = fields.filter { $0.effect != .refused }.map { field in
      JSONTree.Member(
        field.name,
        .object(["description": .text(field.effect == .none ? "\(field.rule); no effect" : field.rule)]))
    }
    let refused = fields.filter { $0.effect == .refused }.map(\.name)
    let schema: JSONTree = .object([
      "type": .text("object"), "properties": .object(properties), "additionalProperties": .boolean(false),
      "description": .text(refused.isEmpty ? "" : "Refused by name: \(refused.joined(separator: ", "))."),
    ])
    return .object([
      "required": .boolean(true),
      "content": .object(["application/json": .object(["schema": schema])]),
    ])
  }
}
