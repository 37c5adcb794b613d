import Console
import Files

extension OpenAPIDocument {
  /// Switches in the address, by the paths of requests.
  static let switches: [String: [String]] = [
    "/v1/models": ["all"], "/admin/v1/experts/{digest}:unload": ["force"], "/admin/v1/experts/{digest}:pin": ["pinned"],
  ]

  /// A value in the path.
  static func value(_ name: String) -> JSONTree {
    .object(["name": .text(name), "in": .text("path"), "required": .boolean(true), "schema": ofType("string")])
  }

  /// A switch in the address.
  static func choice(_ name: String) -> JSONTree {
    .object([
      "name": .text(name), "in": .text("query"), "required": .boolean(false),
      "schema": .object(["type": .text("string"), "enum": .texts(["0", "1"])]),
    ])
  }

  /// What comes back: of what type it is, and what it has in it for certain.
  static func responses(of route: Route) -> JSONTree {
    let contents = contents(of: route)
    let problem = content("application/json", .object(["$ref": .text("#/components/schemas/Error")]))
    var members = [JSONTree.Member("200", response("done", contents))]
    switch route.pattern {
    case "/healthz": members.append(JSONTree.Member("500", response("not alive", contents)))
    case "/readyz", "/health": members.append(JSONTree.Member("503", response("not ready, and why not", contents)))
    default: break
    }
    if route.access == .own {
      // A form leads to a view, and whoever is not logged in to where that is done.
      members.append(JSONTree.Member("303", response("go on at `location`", [])))
    }
    let problems = route.access == .own ? [html, problem] : [problem]
    members.append(JSONTree.Member("default", response("what went wrong", problems)))
    return .object(members)
  }

  /// The body of every error.
  static let errorSchema = ofMembers([
    "error": ofMembers([
      "message": ofType("string"), "type": ofType("string"),
      "param": .object(["type": .texts(["string", "null"])]), "code": ofType("string"),
    ])
  ])

  /// Of the answers that are objects, by their paths: what they always have.
  private static let answers: [String: JSONTree] = [
    "/v1/models": ofMembers(["object": ofType("string"), "data": ofType("array")]),
    "/v1/models/{id}": ofMembers(["id": ofType("string"), "object": ofType("string")]),
    "/v1/chat/completions": completion, "/v1/completions": completion,
    "/accrete/v1/classify": classified, "/accrete/v1/route": routed,
    "/healthz": ofMembers(["alive": ofType("boolean")]), "/readyz": ofMembers(["ready": ofType("boolean")]),
    "/version": ofMembers(["version": ofType("string"), "server": ofType("string")]),
  ]

  private static let completion = ofMembers([
    "id": ofType("string"), "object": ofType("string"), "model": ofType("string"), "choices": ofType("array"),
  ])

  private static let html = content("text/html", ofType("string"))

  private static func contents(of route: Route) -> [JSONTree.Member] {
    switch route.pattern {
    case "/health": return []
    case "/metrics": return [content("text/plain", ofType("string"))]
    case PagePath.styleSheet: return [content("text/css", ofType("string"))]
    case PagePath.events: return [content("text/event-stream", ofType("string"))]
    case PagePath.script: return [content("text/javascript", ofType("string"))]
    default: break
    }
    guard route.access != .own else { return [html] }
    let json = content("application/json", answers[route.pattern] ?? .object(["type": .texts(["object", "array"])]))
    // Those that write can do so bit by bit.
    return route.kind == .other ? [json] : [json, content("text/event-stream", ofType("string"))]
  }

  // MARK: Forms

  private static func response(_ description: String, _ contents: [JSONTree.Member]) -> JSONTree {
    var members = [JSONTree.Member("description", .text(description))]
    if !contents.isEmpty { members.append(JSONTree.Member("content", .object(contents))) }
    return .object(members)
  }

  private static func content(_ type: String, _ schema: JSONTree) -> JSONTree.Member {
    JSONTree.Member(type, .object(["schema": schema]))
  }

  private static func ofType(_ name: String) -> JSONTree { .object(["type": .text(name)]) }

  /// An object that has all these, and perhaps others.
  private static func ofMembers(_ members: KeyValuePairs<String, JSONTree>) -> JSONTree {
    .object([
      "type": .text("object"), "required": .texts(members.map(\.key)), "properties": .object(members),
    ])
  }
}
