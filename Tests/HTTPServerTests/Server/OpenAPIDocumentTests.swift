import Files
import Foundation
import HTTPTypes
import Testing

@testable import HTTPServer

/// Does the description of the API say what the API does?
@Suite struct OpenAPIDocumentTests {
  /// The description has every field that is read, and every path.
  @Test func theDescriptionIsWhole() async throws {
    let server = FakeServer()
    let document = try await server.ask(.get, "/openapi.json").json()
    let paths = try #require(document["paths"])
    for route in RouteTable.ofPublic(server.core).routes {
      #expect(paths[route.pattern]?[route.method.rawValue.lowercased()] != nil, "\(route.pattern)")
    }
    let schema = paths["/v1/chat/completions"]?["post"]?["requestBody"]?["content"]?["application/json"]?["schema"]
    for field in ChatRequest.fields where field.effect != .refused {
      #expect(schema?["properties"]?[field.name] != nil, "\(field.name)")
    }
    #expect(schema?["description"]?.string?.contains("tools") == true)
  }

  /// What the description says that a request needs is what is refused when it is missing.
  @Test func theDescriptionSaysWhatIsNeeded() async throws {
    let server = FakeServer()
    #expect(Set(OpenAPIDocument.required.keys) == Set(OpenAPIDocument.fields.keys))
    let values = [
      "model": "\"spam\"", "messages": #"[{"role":"user","content":"a"}]"#, "prompt": "\"a\"", "input": "\"a\"",
    ]
    for (path, names) in OpenAPIDocument.required {
      for missing in names {
        let members = try names.filter { $0 != missing }.map { "\"\($0)\":\(try #require(values[$0]))" }
        let answer = try await server.ask(.post, path, "{\(members.joined(separator: ","))}")
        #expect(answer.status == 400, "\(path)")
        #expect(try answer.json()["error"]?["param"]?.string == missing, "\(path)")
      }
    }
  }

  /// The smallest and the largest number of a field are taken, and what lies beyond is refused by the field's name.
  @Test(arguments: ["/v1/chat/completions", "/v1/completions"]) func boundsAreThoseOfTheReader(path: String) throws {
    let isChat = path.contains("chat")
    let base = isChat ? #""messages":[{"role":"user","content":"a"}]"# : #""prompt":"a""#
    func refused(_ name: String, _ value: String) -> String? {
      // What the field needs beside it.
      let beside =
        name == "top_logprobs" ? #","logprobs":true"# : !isChat && name == "max_tokens" ? #","echo":true"# : ""
      let body = Data("{\"model\":\"spam\",\(base)\(beside),\"\(name)\":\(value)}".utf8)
      do throws(APIError) {
        if isChat { _ = try ChatRequest(body: body) } else { _ = try CompletionRequest(body: body) }
        return nil
      } catch { return error.param ?? "" }
    }
    var checked = 0
    for field in OpenAPIDocument.fields[path] ?? [] where field.effect != .refused {
      let form = JSONTree.object(OpenAPIDocument.form(of: field.name, at: path))
      #expect(form["type"] != nil || form["enum"] != nil, "\(field.name)")
      #expect(
        ["model", "messages", "prompt"].contains(field.name) || refused(field.name, "null") == nil, "\(field.name)")
      for (key, step) in [("minimum", -1), ("maximum", 1)] {
        guard let bound = form[key] else { continue }
        #expect(refused(field.name, String(decoding: bound.json, as: UTF8.self)) == nil, "\(field.name), \(key)")
        let beyond = bound.integer.map { "\($0 + step)" } ?? "\((bound.number ?? 0) + Double(step) / 1000)"
        #expect(refused(field.name, beyond) == field.name, "\(field.name), \(beyond)")
        checked += 1
      }
    }
    #expect(checked >= 16)
  }

  /// Of `accrete` each request has the options that the description lists, and refuses the others by their names.
  @Test func optionsAreThoseOfTheReader() async throws {
    let server = FakeServer()
    let bodies = [
      "/v1/chat/completions": #""model":"spam","messages":[{"role":"user","content":"a"}]"#,
      "/v1/completions": #""model":"base","prompt":"a""#, "/accrete/v1/classify": #""model":"spam","input":"a""#,
      "/accrete/v1/route": #""input":["a"]"#,
    ]
    #expect(Set(bodies.keys) == Set(OpenAPIDocument.fields.keys))
    for (path, body) in bodies {
      let form = JSONTree.object(OpenAPIDocument.form(of: "accrete", at: path))
      guard case .object(let listed)? = form["properties"] else { throw FakeAnswer.Unexpected() }
      let names = Set(listed.map(\.key))
      #expect(names.contains("deadline_ms") && names.contains("trace"), "\(path): \(names)")
      for option in AccreteOptions.Name.allCases.map(\.rawValue) {
        // Of a value that no option takes each says so; one that a request has not says that.
        let answer = try await server.ask(.post, path, "{\(body),\"accrete\":{\"\(option)\":{}}}")
        let code = try answer.code()
        #expect(code == (names.contains(option) ? "invalid_value" : "unsupported_parameter"), "\(path), \(option)")
      }
    }
  }

  /// Answers have the type and the members that the description promises, errors among them.
  @Test(arguments: [false, true]) func answersAreAsDescribed(isAdmin: Bool) async throws {
    let server = FakeServer()
    let document = try await server.ask(.get, "/openapi.json", isAdmin: isAdmin).json()
    let bodies = [
      "/v1/chat/completions": #"{"model":"base","messages":[{"role":"user","content":"a"}]}"#,
      "/v1/completions": #"{"model":"base","prompt":"a"}"#, "/accrete/v1/classify": #"{"model":"spam","input":"a"}"#,
      "/accrete/v1/route": #"{"input":["a"]}"#,
    ]
    guard case .object(let paths)? = document["paths"] else { throw FakeAnswer.Unexpected() }
    for path in paths {
      let pattern = String(decoding: path.name, as: UTF8.self)
      let body = bodies[pattern]
      let operation = path.value[body == nil ? "get" : "post"]
      guard let operation else { continue }
      let answer = try await server.ask(
        body == nil ? .get : .post, pattern.replacingOccurrences(of: "{id}", with: "spam"), body, isAdmin: isAdmin)
      let status = "\(answer.status)"
      let response = try #require(operation["responses"]?[status] ?? operation["responses"]?["default"], "\(pattern)")
      guard case .object(let contents)? = response["content"] else {
        #expect(answer.body.isEmpty, "\(pattern)")
        continue
      }
      let type = answer.header("content-type") ?? ""
      let content = contents.first { type.hasPrefix(String(decoding: $0.name, as: UTF8.self)) }
      var schema = try #require(content?.value["schema"], "\(pattern): \(type)")
      if schema["$ref"] != nil { schema = try #require(document["components"]?["schemas"]?["Error"]) }
      guard case .list(let required)? = schema["required"] else { continue }
      for name in required.compactMap(\.string) {
        #expect(try answer.json()[name] != nil, "\(pattern): \(name)")
      }
    }
  }

  /// Of what `classify` and `route` say of a text every member is described, and what is needed is there.
  @Test(arguments: ["/accrete/v1/classify", "/accrete/v1/route"]) func elementsAreAsDescribed(path: String) async throws
  {
    let server = FakeServer()
    let document = try await server.ask(.get, "/openapi.json").json()
    let schema = try #require(
      document["paths"]?[path]?["post"]?["responses"]?["200"]?["content"]?["application/json"]?["schema"])
    let bodies =
      path.hasSuffix("route")
      ? [#"{"input":["a","b"]}"#] : [#"{"model":"spam","input":["a","b"]}"#, #"{"model":"auto","input":["a"]}"#]
    for body in bodies {
      let answer = try await server.ask(.post, path, body)
      try #require(answer.status == 200, "\(answer.body)")
      check(try answer.json(), schema, at: path)
    }
  }

  private func check(_ value: JSONTree, _ schema: JSONTree, at place: String) {
    let names = schema["type"]?.string.map { [$0] } ?? []
    switch value {
    case .list(let elements):
      #expect(names == ["array"], "\(place)")
      guard let items = schema["items"] else { break }
      for (index, element) in elements.enumerated() { check(element, items, at: "\(place)[\(index)]") }
    case .object(let members):
      #expect(names == ["object"], "\(place)")
      guard let properties = schema["properties"] else { break }
      for member in members {
        guard let inner = properties[member.key] else {
          Issue.record("\(place).\(member.key) is not described")
          continue
        }
        check(member.value, inner, at: "\(place).\(member.key)")
      }
      guard case .list(let required)? = schema["required"] else { break }
      for name in required.compactMap(\.string) where value[name] == nil { Issue.record("\(place).\(name) is missing") }
    default: #expect(schema["type"] != nil, "\(place)")
    }
  }

  /// Each description says where the other is, and has the paths of its own listener.
  @Test func eachListenerDescribesItself() async throws {
    let server = FakeServer()
    for isAdmin in [false, true] {
      let document = try await server.ask(.get, "/openapi.json", isAdmin: isAdmin).json()
      #expect(
        (document["paths"]?["/metrics"] != nil) == isAdmin && (document["paths"]?["/v1/models"] != nil) != isAdmin)
      let words = document["info"]?["description"]?.string ?? ""
      #expect(words.contains(isAdmin ? "--listen" : "--admin-listen"), "\(words)")
    }
  }
}
