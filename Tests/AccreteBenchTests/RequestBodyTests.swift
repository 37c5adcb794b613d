import Foundation
import Testing

@testable import accrete_bench

@Suite struct RequestBodyTests {
  private func body(_ words: [String], adapters: [String], adapter: Int?, ignoresEnd: Bool = false) throws -> String {
    var server = try ServerOptions.reading(words).server(named: "s", adapters: adapters)
    server.baseModel = server.baseModel ?? "base"
    let request = Workload.Request(number: 0, arrival: 0, adapter: adapter, words: 2, maxTokens: 9)
    let bytes = RequestBody.json(request, for: server, prompt: "a \"b\"", ignoresEnd: ignoresEnd)
    return String(decoding: bytes, as: UTF8.self)
  }

  private let rest = #""max_tokens":9,"temperature":0,"stream":true,"stream_options":{"include_usage":true}"#

  @Test func anAdapterIsTheModel() throws {
    #expect(
      try body([], adapters: ["x", "y"], adapter: 1) == #"{"model":"y","prompt":"a \"b\"",\#(rest)}"#)
    #expect(
      try body(["--endpoint=chat"], adapters: ["x"], adapter: nil)
        == #"{"model":"base","messages":[{"role":"user","content":"a \"b\""}],\#(rest)}"#)
  }

  @Test func anAdapterIsANumberOfLlama() throws {
    let words = ["--adapter-style=llama"]
    #expect(
      try body(words, adapters: ["4", "7"], adapter: 1, ignoresEnd: true)
        == #"{"model":"base","prompt":"a \"b\"",\#(rest),"ignore_eos":true,"lora":[{"id":7,"scale":1.0}]}"#)
    #expect(try body(words, adapters: ["a", "b"], adapter: 1).hasSuffix(#""lora":[{"id":1,"scale":1.0}]}"#))
    #expect(try body(words, adapters: [], adapter: nil).hasSuffix(#""lora":[]}"#))
  }

  @Test func withoutAStyleTheBaseAnswers() throws {
    let text = try body(["--adapter-style=none", "--base-model=m"], adapters: [], adapter: nil)
    #expect(text == #"{"model":"m","prompt":"a \"b\"",\#(rest)}"#)
  }

  /// A number that no adapter has, as from a plan that changed, asks the base and does not end the process.
  @Test func anAdapterThatThereIsNot() throws {
    #expect(try body([], adapters: ["x"], adapter: 5).hasPrefix(#"{"model":"base""#))
  }

  @Test func namesOfModels() {
    #expect(ServerFacts.names(in: Array(#"{"data":[{"id":"a"},{"name":"b"},{"id":"c"},7]}"#.utf8)) == ["a", "c"])
    for text in ["", "[]", "{\"data\":1}", "<html>"] { #expect(ServerFacts.names(in: Array(text.utf8)).isEmpty) }
  }
}
