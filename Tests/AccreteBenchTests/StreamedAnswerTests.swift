import Testing

@testable import accrete_bench

@Suite struct StreamedAnswerTests {
  private func answer(_ events: [(Double, String)], sent: Double = 1) throws -> StreamedAnswer {
    var answer = StreamedAnswer(sent: sent)
    for (time, event) in events { try answer.take(Array(event.utf8), at: time) }
    return answer
  }

  /// Sent at 1; text at 1.5, 1.6 and 1.9, the end at 2: by hand.
  @Test func measuresACompletion() throws {
    let answer = try answer([
      (1.5, #"{"choices":[{"index":0,"text":"a","finish_reason":null}],"system_fingerprint":"fp_1","usage":null}"#),
      (1.6, #"{"choices":[{"text":"b"}]}"#), (1.9, #"{"choices":[{"text":"c"}]}"#),
      (2.0, #"{"choices":[{"text":"","finish_reason":"stop"}]}"#),
      (
        2.1,
        #"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":2}}}"#
      ),
      (2.2, "[DONE]"), (3.0, "not read any more"),
    ])
    #expect(answer.text == "abc" && answer.chunks == 3 && answer.isDone)
    #expect(answer.ttft == 0.5 && answer.e2el == 1)
    #expect(answer.gaps.count == 2 && abs(answer.gaps[0] - 0.1) < 1e-12 && abs(answer.gaps[1] - 0.3) < 1e-12)
    // Half a second for the four tokens behind the first.
    #expect(answer.tpot == 0.125)
    #expect(answer.usage == CompletionChunk.Usage(promptTokens: 7, completionTokens: 5, cachedTokens: 2))
    #expect(answer.finishReason == "stop" && answer.fingerprint == "fp_1")
    try answer.requireWhole(beginning: [])
  }

  @Test func measuresAChat() throws {
    let answer = try answer([
      (1.1, #"{"choices":[{"delta":{"role":"assistant","content":""}}]}"#),
      (1.2, #"{"choices":[{"delta":{"content":"a"}}]}"#), (1.4, #"{"choices":[{"delta":{"content":"b"}}]}"#),
      (1.5, #"{"choices":[{"delta":{},"finish_reason":"length"}]}"#), (1.5, "[DONE]"),
    ])
    // The role is no token; without usage, events with text count.
    #expect(abs((answer.ttft ?? 0) - 0.2) < 1e-12)
    #expect(answer.outputTokens == 2 && answer.usage == nil)
    #expect(abs((answer.tpot ?? 0) - 0.3) < 1e-12)
  }

  @Test func anAnswerWithoutTextHasAFirstToken() throws {
    let answer = try answer([(1.25, #"{"choices":[{"text":"","finish_reason":"stop"}]}"#)])
    #expect(answer.ttft == 0.25 && answer.tpot == nil)
    try answer.requireWhole(beginning: [])
  }

  @Test(arguments: [
    "nonsense", "", "[1]", "7", #"{"choices":[{"text":"a"}"#, #"{"choices":[{"text":"a"}]} x"#,
    #"{"error":{"message":"out of memory","type":"server_error"}}"#, #"{"error":"boom"}"#,
  ])
  func refusesBrokenEvents(_ event: String) {
    #expect(throws: RequestFailure.self) { try answer([(2, event)]) }
  }

  @Test func saysTheServersOwnError() {
    #expect(throws: RequestFailure(code: "server-error", message: "out of memory")) {
      try answer([(2, #"{"error":{"message":"out of\nmemory"}}"#)])
    }
  }

  @Test func oddFieldsAreNoAnswer() throws {
    let answer = try answer([
      (2, #"{"choices":"x"}"#), (2, #"{"choices":[]}"#), (2, #"{}"#), (2, #"{"error":null}"#),
      (2, #"{"choices":[],"usage":{"prompt_tokens":-1,"completion_tokens":1e300}}"#),
    ])
    #expect(answer.usage == nil && answer.first == nil)
    #expect(throws: RequestFailure.self) { try answer.requireWhole(beginning: Array("<html>".utf8)) }
  }

  @Test func anAnswerThatBreaksOffHasFailed() throws {
    let answer = try answer([(2, #"{"choices":[{"text":"a"}]}"#)])
    do {
      try answer.requireWhole(beginning: [])
      Issue.record("it was taken for whole")
    } catch {
      #expect(error.code == "cut-short")
    }
  }

  @Test func anAnswerWithoutEndIsRefused() throws {
    var answer = StreamedAnswer(sent: 0)
    let event = Array(#"{"choices":[{"text":"\#(String(repeating: "x", count: 1 << 19))"}]}"#.utf8)
    #expect(throws: RequestFailure.self) { for _ in 0...8 { try answer.take(event, at: 1) } }
  }
}
