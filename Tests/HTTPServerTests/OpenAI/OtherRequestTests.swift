import Foundation
import HTTPServer
import Testing

@Suite struct CompletionRequestTests {
  private func prompts(_ text: String) throws -> [CompletionRequest.Prompt] {
    try CompletionRequest(body: Data("{\"model\":\"m\",\"prompt\":\(text)}".utf8)).prompts
  }

  private func shown(_ prompts: [CompletionRequest.Prompt]) -> [String] {
    prompts.map { prompt in
      switch prompt {
      case .text(let text): "text \(text)"
      case .tokens(let ids): "ids \(ids)"
      }
    }
  }

  @Test func promptsOfEveryForm() throws {
    #expect(try shown(prompts("\"a\"")) == ["text a"])
    #expect(try shown(prompts("\"\"")) == ["text "])
    #expect(try shown(prompts(#"["a","b"]"#)) == ["text a", "text b"])
    #expect(try shown(prompts("[1,2.0,0]")) == ["ids [1, 2, 0]"])
    #expect(try shown(prompts("[[1],[2,3]]")) == ["ids [1]", "ids [2, 3]"])
    #expect(try prompts(RequestBodies.list(16) { "\"\($0)\"" }).count == 16)
    // Ids are one prompt, however many there are.
    #expect(try prompts(RequestBodies.list(5_000) { "\($0)" }).count == 1)
  }

  @Test(arguments: [
    ("null", "prompt"), ("[]", "prompt"), ("1", "prompt"), ("{}", "prompt"), ("true", "prompt"), ("[1.5]", "prompt[0]"),
    ("[1,-1]", "prompt[1]"), ("[2147483648]", "prompt[0]"), ("[1e300]", "prompt[0]"), ("[[]]", "prompt[0]"),
    ("[[1],[\"a\"]]", "prompt[1][0]"), ("[\"a\",1]", "prompt[1]"), ("[1,\"a\"]", "prompt[0]"), ("[null]", "prompt[0]"),
    ("[\"a\",{}]", "prompt[1]"),
  ])
  func wrongPrompts(_ text: String, _ param: String) {
    let error = RequestBodies.refusalOfCompletion(Data("{\"model\":\"m\",\"prompt\":\(text)}".utf8))
    #expect(error?.code == .invalidValue && error?.param == param, "\(text): \(error?.message ?? "taken")")
  }

  @Test func seventeenPromptsAreTooMany() {
    for element in ["\"a\"", "[1]"] {
      let body = Data("{\"model\":\"m\",\"prompt\":\(RequestBodies.list(17) { _ in element })}".utf8)
      #expect(RequestBodies.refusalOfCompletion(body)?.param == "prompt")
    }
  }

  @Test func usualValues() throws {
    let request = try CompletionRequest(body: RequestBodies.completion())
    #expect(request.sampling.maxTokens == 16 && request.sampling.topLogprobs == nil && !request.echoes)
    #expect(!request.options.allowsSpecialTokens)
    let asked = try CompletionRequest(
      body: RequestBodies.completion(#""logprobs":0,"max_tokens":3,"accrete":{"special":true}"#))
    #expect(asked.sampling.topLogprobs == 0 && asked.sampling.maxTokens == 3 && asked.options.allowsSpecialTokens)
  }

  @Test func anEchoHasNoLogprobs() {
    #expect(RequestBodies.refusalOfCompletion(RequestBodies.completion(#""echo":true,"logprobs":1"#)) == nil)
    #expect(RequestBodies.refusalOfCompletion(RequestBodies.completion(#""echo":true,"max_tokens":0"#)) == nil)
  }

  @Test func chatsFieldsAreNotCompletions() {
    for field in [#""messages":[]"#, #""max_completion_tokens":1"#, #""top_logprobs":1"#] {
      #expect(RequestBodies.refusalOfCompletion(RequestBodies.completion(field))?.code == .unknownParameter, "\(field)")
    }
  }

  @Test func tokensThatTheModelHasNotAreRefused() throws {
    let request = try CompletionRequest(body: Data(#"{"model":"m","prompt":[[1],[9]]}"#.utf8))
    #expect(throws: Never.self) { try request.requireTokens(below: 10) }
    let error = try #require(throws: APIError.self) { try request.requireTokens(below: 9) }
    #expect(error.code == .invalidValue && error.param == "prompt")
  }
}

@Suite struct ClassifyRequestTests {
  @Test func oneTextOrMany() throws {
    let one = try ClassifyRequest(body: RequestBodies.classify(#""labels":["a","b"],"accrete":{"unknown":"refuse"}"#))
    #expect(one.model == "m" && one.input == ["hi"] && one.isSingle && one.labels == ["a", "b"])
    #expect(one.options.unknown == .refuse)
    let many = try ClassifyRequest(body: Data(#"{"model":"m","input":["a","b"]}"#.utf8))
    #expect(many.input == ["a", "b"] && !many.isSingle && many.labels == nil)
  }

  @Test(arguments: [
    ("null", "input"), ("[]", "input"), ("1", "input"), ("\"\"", "input"), ("\" \\n\"", "input"),
    ("[\"a\",\" \"]", "input[1]"),
    ("[\"a\",1]", "input[1]"), ("[[\"a\"]]", "input[0]"), ("{}", "input"),
  ])
  func wrongInput(_ text: String, _ param: String) {
    let body = Data("{\"model\":\"m\",\"input\":\(text)}".utf8)
    let error = RequestBodies.refusalOfClassify(body)
    #expect(error?.code == .invalidValue && error?.param == param, "\(text): \(error?.message ?? "taken")")
    let other = RequestBodies.refusalOfRoute(Data("{\"input\":\(text)}".utf8))
    #expect(other?.code == .invalidValue && other?.param == param, "\(text)")
  }

  @Test func limits() {
    for (count, isTaken) in [(256, true), (257, false)] {
      let list = RequestBodies.list(count) { "\"\($0)\"" }
      #expect((RequestBodies.refusalOfClassify(Data("{\"model\":\"m\",\"input\":\(list)}".utf8)) == nil) == isTaken)
      #expect((RequestBodies.refusalOfRoute(Data("{\"input\":\(list)}".utf8)) == nil) == isTaken)
    }
    for (count, isTaken) in [(64, true), (65, false), (0, false)] {
      let labels = "\"labels\":" + RequestBodies.list(count) { "\"\($0)\"" }
      #expect((RequestBodies.refusalOfClassify(RequestBodies.classify(labels)) == nil) == isTaken)
    }
  }

  @Test func labelsAreTheModels() throws {
    let request = try ClassifyRequest(body: RequestBodies.classify(#""labels":["b","\u00e9"]"#))
    #expect(throws: Never.self) { try request.requireLabels(["a", "b", "\u{E9}"]) }
    // Another text, though Swift's `==` calls it equal.
    let error = try #require(throws: APIError.self) { try request.requireLabels(["a", "b", "e\u{301}"]) }
    #expect(error.code == .invalidValue && error.param == "labels[1]" && error.message.contains("a, b"))
  }

  @Test func aRouteHasNoModelButAuto() throws {
    #expect(try RouteRequest(body: Data(#"{"input":["a"],"model":"auto"}"#.utf8)).input == ["a"])
    #expect(RequestBodies.refusalOfRoute(Data(#"{"input":["a"],"model":"spam"}"#.utf8))?.param == "model")
    let error = RequestBodies.refusalOfRoute(Data(#"{"input":["a"],"accrete":{"unknown":"base"}}"#.utf8))
    #expect(error?.code == .unsupportedParameter && error?.param == "accrete.unknown")
    #expect(RequestBodies.refusalOfRoute(Data(#"{"input":["a"],"temperature":0}"#.utf8))?.code == .unknownParameter)
    #expect(try RouteRequest(body: Data(#"{"input":"a","x":1}"#.utf8), unknownFields: .report).ignored == ["x"])
  }
}
