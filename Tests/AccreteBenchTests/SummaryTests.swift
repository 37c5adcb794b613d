import Testing

@testable import accrete_bench

@Suite struct SummaryTests {
  /// A request of 10 prompt tokens: `tokens` tokens, the first 0.5 s behind sending, the others 0.1 s each.
  private func record(_ number: Int, sent: Double, tokens: Int, adapter: String? = nil) -> RequestRecord {
    var answer = StreamedAnswer(sent: sent)
    for place in 0..<tokens {
      let event = Array(#"{"choices":[{"text":"t"}]}"#.utf8)
      try? answer.take(event, at: sent + 0.5 + 0.1 * Double(place))
    }
    let usage = #"{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":\#(tokens)}}"#
    try? answer.take(Array(usage.utf8), at: sent + 0.5 + 0.1 * Double(tokens))
    answer.ended = sent + 0.5 + 0.1 * Double(tokens - 1)
    return RequestRecord(
      .init(number: number, arrival: 0, adapter: nil, words: 8, maxTokens: tokens), answer, adapter: adapter)
  }

  private func failed(_ number: Int, _ code: String) -> RequestRecord {
    var answer = StreamedAnswer(sent: 0)
    answer.failure = RequestFailure(code: code, message: "")
    return RequestRecord(.init(number: number, arrival: 0, adapter: nil, words: 8, maxTokens: 4), answer, adapter: nil)
  }

  /// Two requests of 6 tokens, from 0 to 1 and from 1 to 2, and two that failed.
  @Test func sums() throws {
    let records = [
      record(0, sent: 0, tokens: 6), record(1, sent: 1, tokens: 6), failed(2, "http-503"), failed(3, "http-503"),
    ]
    let summary = Summary(records, limits: try GoodputLimits(["ttft:400"]), isOpen: true)
    #expect(summary.requests == 4 && summary.answered == 2 && summary.failures == ["http-503": 2])
    #expect(summary.duration == 2 && summary.requestsPerSecond == 1 && summary.outputTokensPerSecond == 6)
    #expect(summary.tokensPerSecond == 16 && summary.promptTokens == 20 && summary.outputTokens == 12)
    #expect(summary.goodput == 0)
    #expect(abs((summary.ttft?.mean ?? 0) - 0.5) < 1e-9 && abs((summary.tpot?.mean ?? 0) - 0.1) < 1e-9)
    #expect(summary.itl?.count == 10 && summary.concurrency.greatest == 1)
    #expect(summary.lateness?.greatest == 1)
  }

  /// One at a time: a step has a sequence; 32 tokens are in 2 s of steps of 0.1 s, so 1.6 in each; 10 + 6/2 are read.
  @Test func stepFigures() throws {
    let records = [record(0, sent: 0, tokens: 6, adapter: "a"), record(1, sent: 1, tokens: 6, adapter: "b")]
    let step = try #require(Summary(records, limits: GoodputLimits(), isOpen: false).step)
    #expect(abs(step.seconds - 0.1) < 1e-9 && abs(step.tokens - 1.6) < 1e-9)
    #expect(abs(step.sequences - 1) < 1e-9 && abs(step.length - 13) < 1e-9 && abs(step.adapters - 1) < 1e-9)
  }

  @Test func ofNothing() {
    let summary = Summary([], limits: GoodputLimits(), isOpen: false)
    #expect(summary.duration == 0 && summary.requestsPerSecond == 0 && summary.ttft == nil && summary.step == nil)
    #expect(summary.goodput == nil && summary.lateness == nil)
  }

  @Test func textsAgree() {
    func round(_ texts: [String?]) -> [RequestRecord] {
      texts.enumerated().map { number, text in
        guard let text else { return failed(number, "timeout") }
        var answer = StreamedAnswer(sent: 0)
        try? answer.take(Array(#"{"choices":[{"text":"\#(text)"}]}"#.utf8), at: 1)
        return RequestRecord(
          .init(number: number, arrival: 0, adapter: nil, words: 1, maxTokens: 1), answer, adapter: nil)
      }
    }
    // The second é is e with an accent behind it: another text for every program but Swift's ==.
    let found = TextAgreement([(round(["a", "\u{E9}", nil, "d"]), round(["a", "e\u{301}", "c", "d"]))])
    #expect(found == TextAgreement([(round(["a", "d", "x"]), round(["a", "d", "y"]))]))
    #expect(found.compared == 3 && found.equal == 2)
    #expect(TextAgreement([]).share == nil)
  }

  @Test func processesOfServers() {
    // A name may hold what separates fields.
    let stat = "71 (a) R (b) S 1 71 71 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 1 0 1 1 1"
    #expect(ServerProcess.name(in: stat) == "a) R (b")
    #expect(ServerProcess.processorSeconds(in: stat, ticksPerSecond: 100) == 3)
    #expect(ServerProcess.processorSeconds(in: "71 (a) S 1", ticksPerSecond: 100) == nil)
    #expect(ServerProcess.processorSeconds(in: "", ticksPerSecond: 100) == nil)
    #expect(ServerProcess.bytes("VmHWM", in: "Name:\tx\nVmHWM:\t    12 kB\n") == 12_288)
    #expect(ServerProcess.bytes("VmHWM", in: "VmHWM:\t9223372036854775807 kB\n") == nil)
    #expect(ServerProcess.bytes("VmRSS", in: "VmHWM:\t1 kB\n") == nil)
    #expect(Machine.processor(in: "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n") == "Some CPU @ 2 GHz")
    #expect(Machine.processor(in: "") == nil)
  }
}
