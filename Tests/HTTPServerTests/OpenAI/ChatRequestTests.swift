import Decoder
import Files
import Foundation
import Serving
import Templates
import Testing

@testable import HTTPServer

@Suite struct ChatRequestTests {
  private func chat(_ extra: String = "") throws -> HTTPServer.ChatRequest {
    try HTTPServer.ChatRequest(body: RequestBodies.chat(extra))
  }

  private func messages(_ text: String) throws -> HTTPServer.ChatRequest {
    try HTTPServer.ChatRequest(body: RequestBodies.messages(text))
  }

  @Test func whatIsNotAskedIsUsual() throws {
    let request = try chat()
    #expect(request.model == "m" && request.messages.map(\.content) == ["hi"] && request.messages[0].role == .user)
    #expect(!request.stream.isAsked && !request.stream.includesUsage && request.ignored.isEmpty)
    #expect(request.sampling.maxTokens == nil && request.sampling.seed == nil && request.sampling.stops.isEmpty)
    let options = request.sampling.options(maxTokens: 9, seed: 7)
    #expect(options.temperature == 1 && options.topP == 1 && options.topK == 0 && options.minP == 0)
    #expect(options.maxTokens == 9 && options.seed == 7 && options.stopsAtEnd && options.topLogprobs == nil)
    #expect(throws: Never.self) { try options.validate() }
    guard case .text = request.format else {
      Issue.record("\(request.format)")
      return
    }
  }

  @Test func whatIsAskedReachesTheEngine() throws {
    let request = try chat(
      joined(
        #""temperature":0,"top_p":0.5,"top_k":-1,"min_p":0.1,"repetition_penalty":1.5,"presence_penalty":-1,"frequency_penalty":2,"#,
        #""logit_bias":{"5":-100},"n":3,"seed":-1,"stop":["a","b"],"ignore_eos":true,"logprobs":true,"top_logprobs":4,"#,
        #""max_completion_tokens":12,"stream":true,"stream_options":{"include_usage":true},"metadata":{"k":"v"},"#,
        #""accrete":{"unknown":"refuse","deadline_ms":1500,"cache_salt":"s","labels":["x"],"trace":true},"#,
        #""chat_template_kwargs":{"enable_thinking":false}"#))
    let options = request.sampling.options(maxTokens: 12, seed: 1)
    #expect(options.temperature == 0 && options.topP == 0.5 && options.topK == 0 && options.minP == 0.1)
    #expect(options.repetitionPenalty == 1.5 && options.presencePenalty == -1 && options.frequencyPenalty == 2)
    #expect(options.logitBias == [5: -100] && options.seed == .max && !options.stopsAtEnd && options.topLogprobs == 4)
    #expect(request.sampling.choices == 3 && request.sampling.stops == ["a", "b"] && request.sampling.maxTokens == 12)
    #expect(request.stream.isAsked && request.stream.includesUsage)
    #expect(request.options.unknown == .refuse && request.options.deadline == .milliseconds(1500))
    #expect(request.options.cacheSalt == "s" && request.options.labels == ["x"] && request.options.isTraced)
    #expect(request.variables["enable_thinking"] == .boolean(false))
    #expect(request.metadata.map(\.name) == ["k"] && request.metadata.map(\.value) == ["v"])
    #expect(throws: Never.self) { try options.validate() }
  }

  @Test func contentIsATextOrTextParts() throws {
    let request = try messages(
      joined(
        #"[{"role":"system","content":"s"},{"role":"developer","content":"d"},"#,
        #"{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"","cache_control":{"type":"x"}},{"type":"text","text":"b"}]},"#,
        #"{"role":"assistant","content":"","refusal":null,"name":"n"},{"role":"user","content":[]}]"#))
    #expect(request.messages.map(\.role) == [.system, .system, .user, .assistant, .user])
    #expect(request.messages.map(\.content) == ["s", "d", "ab", "", ""])
    #expect(request.ignored == ["messages[2].content[1].cache_control", "messages[3].name"])
  }

  static let wrong: [(text: String, param: String, code: HTTPServer.APIError.Code)] = [
    ("null", "messages", .invalidValue), ("[]", "messages", .invalidValue),
    ("{}", "messages", .invalidValue), ("[1]", "messages[0]", .invalidValue),
    (#"[{"content":"a"}]"#, "messages[0].role", .invalidValue),
    (#"[{"role":"User","content":"a"}]"#, "messages[0].role", .invalidValue),
    (#"[{"role":1,"content":"a"}]"#, "messages[0].role", .invalidValue),
    (#"[{"role":"user"}]"#, "messages[0].content", .invalidValue),
    (#"[{"role":"user","content":null}]"#, "messages[0].content", .invalidValue),
    (#"[{"role":"user","content":{"type":"text","text":"a"}}]"#, "messages[0].content", .invalidValue),
    (#"[{"role":"user","content":["a"]}]"#, "messages[0].content[0]", .invalidValue),
    (#"[{"role":"user","content":[{"text":"a"}]}]"#, "messages[0].content[0].type", .invalidValue),
    (#"[{"role":"user","content":[{"type":"text"}]}]"#, "messages[0].content[0].text", .invalidValue),
    (
      #"[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]"#, "messages[0].content[0]",
      .unsupportedContent
    ),
    (#"[{"role":"user","content":"a"},{"role":"tool","content":"a"}]"#, "messages[1].role", .unsupportedParameter),
    (#"[{"role":"function","content":"a"}]"#, "messages[0].role", .unsupportedParameter),
  ]

  @Test(arguments: ChatRequestTests.wrong)
  func wrongMessages(_ text: String, _ param: String, _ code: HTTPServer.APIError.Code) {
    let error = RequestBodies.refusalOfChat(RequestBodies.messages(text))
    #expect(error?.code == code && error?.param == param, "\(text): \(error?.message ?? "taken")")
  }

  @Test func theModelIsAsked() throws {
    let message = #"{"messages":[{"role":"user","content":"a"}]"#
    for (rest, isTaken) in [
      ("}", false), (#","model":""}"#, false), (#","model":1}"#, false), (#","model":null}"#, false),
      (#","model":\#(RequestBodies.text(256))}"#, true), (#","model":\#(RequestBodies.text(257))}"#, false),
    ] {
      let error = RequestBodies.refusalOfChat(Data((message + rest).utf8))
      #expect((error == nil) == isTaken, "\(rest.prefix(40))")
      if !isTaken { #expect(error?.code == .invalidValue && error?.param == "model") }
    }
  }

  /// Fields that do not go together.
  @Test(arguments: [
    (#""max_tokens":1,"max_completion_tokens":2"#, "max_tokens"), (#""top_logprobs":1"#, "top_logprobs"),
    (#""top_logprobs":0,"logprobs":false"#, "top_logprobs"), (#""stream_options":{}"#, "stream_options"),
    (#""stream":false,"stream_options":{"include_usage":true}"#, "stream_options"),
    (#""accrete":{"choice":["a"]},"structured_outputs":{"choice":["a"]}"#, "structured_outputs"),
    (#""accrete":{"choice":["a"]},"response_format":{"type":"json_object"}"#, "response_format"),
    (#""structured_outputs":{"choice":["a"],"json":{}}"#, "structured_outputs.json"),
    (#""structured_outputs":{"json":{}},"accrete":{"choice":["a"]}"#, "structured_outputs"),
    (#""structured_outputs":{"json":{}},"response_format":{"type":"json_object"}"#, "response_format"),
  ])
  func contradictions(_ extra: String, _ param: String) {
    let error = RequestBodies.refusalOfChat(RequestBodies.chat(extra))
    #expect(error?.code == .invalidValue && error?.param == param, "\(extra): \(error?.message ?? "taken")")
  }

  @Test(arguments: [
    (#""response_format":{"type":"grammar"}"#, "response_format.type"),
    (#""structured_outputs":{"regex":"a*"}"#, "structured_outputs.regex"),
    (#""structured_outputs":{"grammar":"a"}"#, "structured_outputs.grammar"),
    (#""stream":true,"stream_options":{"include_obfuscation":true}"#, "stream_options.include_obfuscation"),
    (#""accrete":{"special":true}"#, "accrete.special"),
  ])
  func unsupportedInside(_ extra: String, _ param: String) {
    let error = RequestBodies.refusalOfChat(RequestBodies.chat(extra))
    #expect(error?.code == .unsupportedParameter && error?.param == param, "\(extra): \(error?.message ?? "taken")")
  }

  @Test func equalLimitsAreOne() throws {
    #expect(try chat(#""max_tokens":2,"max_completion_tokens":2"#).sampling.maxTokens == 2)
  }

  @Test func formatsAreKeptAsTheyCame() throws {
    guard
      case .jsonSchema(let name, let schema, let field) =
        try chat(#""response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"b":1,"a":2}}}"#).format
    else {
      Issue.record("no schema")
      return
    }
    #expect(name == "n" && String(decoding: schema.json, as: UTF8.self) == #"{"b":1,"a":2}"#)
    #expect(field == "response_format.json_schema.schema")
    guard case .jsonSchema(_, let other, let place) = try chat(#""structured_outputs":{"json":{"b":1,"a":2}}"#).format
    else {
      Issue.record("no schema under the other name")
      return
    }
    #expect(place == "structured_outputs.json" && other == schema)
    for extra in [
      #""accrete":{"choice":["b","a"]}"#,
      #""structured_outputs":{"choice":["b","a"]},"response_format":{"type":"text"}"#,
    ] {
      guard case .choice(let texts) = try chat(extra).format else {
        Issue.record("no choice: \(extra)")
        return
      }
      #expect(texts == ["b", "a"])
    }
    // Canonically equivalent texts are two.
    guard case .choice(let texts) = try chat(#""accrete":{"choice":["\u00e9","e\u0301"]}"#).format else {
      Issue.record("no choice")
      return
    }
    #expect(texts.count == 2)
  }

  @Test func theContextHoldsPromptAndAnswer() throws {
    func tokens(_ extra: String, _ prompt: Int, _ usual: Int = 512) throws -> Int {
      try chat(extra).sampling.newTokens(prompt: prompt, context: 512, usual: usual, input: "messages")
    }
    #expect(try tokens("", 500) == 12)
    #expect(try tokens("", 500, 4) == 4)
    #expect(try tokens(#""max_tokens":12"#, 500) == 12)
    for (extra, prompt, asked) in [(#""max_tokens":13"#, 500, 13), ("", 512, 1), ("", 513, 1), ("", Int.max, 1)] {
      let error = try #require(throws: HTTPServer.APIError.self) { try tokens(extra, prompt) }
      #expect(error.code == .contextLengthExceeded && error.param == "messages")
      for number in [prompt, asked, 512] { #expect(error.message.contains("\(number)")) }
    }
  }

  @Test func tokensThatTheModelHasNotAreRefused() throws {
    let sampling = try chat(#""logit_bias":{"5":1,"10":1}"#).sampling
    #expect(throws: Never.self) { try sampling.requireTokens(below: 11) }
    let error = try #require(throws: HTTPServer.APIError.self) { try sampling.requireTokens(below: 10) }
    #expect(error.code == .invalidValue && error.param == "logit_bias" && error.message.contains("10"))
  }
}
