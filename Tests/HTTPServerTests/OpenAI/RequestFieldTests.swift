import Foundation
import HTTPServer
import Testing

/// Of every field: what it takes is taken, what it does not take is refused by its name.
@Suite struct RequestFieldTests {
  @Test(arguments: FieldCase.ofChat) func chat(_ field: FieldCase) {
    check(field, { RequestBodies.refusalOfChat(RequestBodies.chat($0)) })
  }

  @Test(arguments: FieldCase.ofCompletions) func completions(_ field: FieldCase) {
    check(field, { RequestBodies.refusalOfCompletion(RequestBodies.completion($0)) })
  }

  private func check(_ field: FieldCase, _ refusal: (String) -> APIError?) {
    for value in field.valid {
      let error = refusal(field.body(value))
      #expect(error == nil, "\(field.name): \(value.prefix(100)): \(error?.message ?? "")")
    }
    for value in field.invalid {
      let error = refusal(field.body(value))
      let shown = "\(field.name): \(value.prefix(100)): \(error?.message ?? "taken")"
      #expect(error?.code == field.code && error?.status == 400, "\(shown)")
      // A value inside names its place: `logit_bias.x`, `stop[0]`.
      #expect(error?.param?.hasPrefix(field.name) == true, "\(shown) \(error?.param ?? "")")
      #expect(error?.message.contains("`\(field.name)") == true, "\(shown)")
    }
  }

  /// A field that a table has and no case tries would be untested.
  @Test func everyFieldIsTried() {
    func names(_ fields: [RequestField]) -> Set<String> {
      Set(fields.filter { $0.effect != .refused }.map(\.name))
    }
    #expect(names(ChatRequest.fields) == Set(FieldCase.ofChat.map(\.name)).union(["messages", "model"]))
    #expect(names(CompletionRequest.fields) == Set(FieldCase.ofCompletions.map(\.name)).union(["prompt", "model"]))
    for fields in [ChatRequest.fields, CompletionRequest.fields, ClassifyRequest.fields, RouteRequest.fields] {
      #expect(Set(fields.map(\.name)).count == fields.count)
      #expect(fields.allSatisfy { !$0.rule.isEmpty })
    }
  }

  @Test func refusedFieldsAreRefusedByName() {
    func check(_ fields: [RequestField], _ refusal: (String) -> APIError?) {
      for field in fields where field.effect == .refused {
        for value in ["{}", "true", "1", "\"x\"", "[{}]"] {
          let error = refusal("\"\(field.name)\":\(value)")
          #expect(error?.code == .unsupportedParameter && error?.param == field.name, "\(field.name) \(value)")
        }
        // As clients write a field that they do not use.
        for value in ["null", "[]"] { #expect(refusal("\"\(field.name)\":\(value)") == nil, "\(field.name) \(value)") }
      }
    }
    check(ChatRequest.fields) { RequestBodies.refusalOfChat(RequestBodies.chat($0)) }
    check(CompletionRequest.fields) { RequestBodies.refusalOfCompletion(RequestBodies.completion($0)) }
    let names = Set(ChatRequest.fields.filter { $0.effect == .refused }.map(\.name))
    #expect(
      names == [
        "tools", "functions", "function_call", "audio", "prediction", "web_search_options", "reasoning_effort",
        "verbosity", "moderation",
      ])
    #expect(
      Set(CompletionRequest.fields.filter { $0.effect == .refused }.map(\.name)) == ["suffix", "best_of", "moderation"])
  }

  /// Every parameter that a client's types have works, has no effect by nature, or is refused by its name. `Scripts/clients/parameters.py`
  /// writes the list from the clients.
  @Test func everyParameterOfTheClientsIsKnown() throws {
    let file = try #require(
      Bundle.module.url(forResource: "parameters", withExtension: "json", subdirectory: "Resources/clients"))
    let clients = try JSONDecoder().decode([String: [String: [String]]].self, from: Data(contentsOf: file))
    #expect(Set(clients.keys.map { $0.prefix { $0 != " " } }) == ["openai-python", "openai-node"])
    for (client, kinds) in clients {
      for (kind, fields) in [("chat", ChatRequest.fields), ("completions", CompletionRequest.fields)] {
        let names = try #require(kinds[kind], "\(client)")
        // `model` and what is asked are there for certain: a list without them was read wrongly.
        #expect(names.contains("model") && names.count >= 18, "\(client), \(kind): \(names.count)")
        let unknown = Set(names).subtracting(fields.map(\.name))
        #expect(unknown.isEmpty, "\(client), \(kind): \(unknown.sorted()) need a row in the table of fields")
      }
    }
  }

  @Test func unknownFieldsAreRefusedOrListed() throws {
    let body = RequestBodies.chat(#""temprature":1,"x\n y":{}"#)
    let error = try #require(RequestBodies.refusalOfChat(body))
    #expect(error.code == .unknownParameter && error.param == "temprature")
    #expect(error.message.contains("`temperature` meant"))
    let request = try ChatRequest(body: body, unknownFields: .report)
    #expect(request.ignored == ["temprature", "x\\n y"] && request.sampling.temperature == 1)
    // Fields that are known by name stay refused.
    #expect(RequestBodies.refusalOfChat(RequestBodies.chat(#""tools":[1]"#), .report)?.code == .unsupportedParameter)
    // Inside of objects of ours, too.
    for (field, param) in [
      (#""accrete":{"x":1}"#, "accrete.x"), (#""stream":true,"stream_options":{"x":1}"#, "stream_options.x"),
      (#""response_format":{"type":"text","x":1}"#, "response_format.x"),
      (#""structured_outputs":{"x":1}"#, "structured_outputs.x"),
    ] {
      let body = RequestBodies.chat(field)
      #expect(RequestBodies.refusalOfChat(body)?.code == .unknownParameter)
      #expect(RequestBodies.refusalOfChat(body)?.param == param)
      #expect(try ChatRequest(body: body, unknownFields: .report).ignored == [param])
    }
  }

  /// An answer does not grow with what was ignored.
  @Test func ignoredNamesAreBounded() throws {
    let long = String(repeating: "x", count: 5_000)
    let many = (0..<5_000).map { "\"\($0)\(long.prefix($0 == 0 ? 5_000 : 0))\":1" }.joined(separator: ",")
    let request = try ChatRequest(body: RequestBodies.chat(many), unknownFields: .report)
    #expect(request.ignored.count == 33 && request.ignored.last == "… and 4968 more")
    #expect(request.ignored.joined().count < 500)
  }
}
