import Decoder
import Files
import Foundation
import HTTPServer
import Serving
import Testing

/// The bytes of every form of answer, with keys in the order of OpenAI's.
@Suite struct AnswerFormTests {
  private let head = AnswerHead(
    id: "chatcmpl-1", created: 1_764_300_000, model: "spam@7", fingerprint: "fp_3f9a1c77e0b2")
  private let digest = Digest(of: Data("x".utf8))
  private let usage = AnswerUsage(EngineUsage(promptTokens: 41, cachedTokens: 0, completionTokens: 2))

  private func text(_ data: Data) -> String { String(decoding: data, as: UTF8.self) }

  private var accrete: AccreteAnswer {
    var accrete = AccreteAnswer()
    accrete.expert = AccreteAnswer.Expert(name: "spam", version: 7, digest: digest)
    accrete.requested = "auto"
    accrete.routing = AccreteAnswer.Routing(
      RequestRouter.Route(task: "spam", confidence: 0.994, distance: 1.1, nearest: "spam", distances: ["spam": 1.1]),
      router: digest)
    accrete.release = 42
    accrete.template = digest
    accrete.stopReasons = [StopReason(.endToken)]
    accrete.ignored = []
    accrete.promptTokensDigest = digest
    return accrete
  }

  @Test func chatCompletion() {
    let answer = ChatCompletion.json(
      head, choices: [ChatCompletion.Choice("viol\"ation", finish: FinishReason(.endToken))], usage: usage,
      accrete: accrete)
    #expect(
      text(answer)
        == joined(
          #"{"id":"chatcmpl-1","object":"chat.completion","created":1764300000,"model":"spam@7","#,
          #""choices":[{"index":0,"message":{"role":"assistant","content":"viol\"ation","refusal":null},"logprobs":null,"finish_reason":"stop"}],"#,
          #""usage":{"prompt_tokens":41,"completion_tokens":2,"total_tokens":43,"prompt_tokens_details":{"cached_tokens":0}},"#,
          #""system_fingerprint":"fp_3f9a1c77e0b2","#,
          #""accrete":{"expert":{"name":"spam","version":7,"digest":"\#(digest)"},"requested":"auto","#,
          #""routing":{"task":"spam","confidence":0.994,"distance":1.1,"unknown":false,"router":"\#(digest)"},"#,
          #""release":42,"template":"\#(digest)","stop_reason":"end_token","ignored":[],"prompt_tokens_digest":"\#(digest)"}}"#
        )
    )
  }

  @Test func severalChoices() {
    var accrete = AccreteAnswer()
    accrete.stopReasons = [StopReason(.limit), StopReason(.stop("x"))]
    accrete.routingTokens = 9
    let answer = ChatCompletion.json(
      head,
      choices: [
        ChatCompletion.Choice("a", finish: FinishReason(.limit)), ChatCompletion.Choice("", finish: .contentFilter),
      ], usage: usage + usage, accrete: accrete)
    #expect(
      text(answer).hasPrefix(
        joined(
          #"{"id":"chatcmpl-1","object":"chat.completion","created":1764300000,"model":"spam@7","choices":["#,
          #"{"index":0,"message":{"role":"assistant","content":"a","refusal":null},"logprobs":null,"finish_reason":"length"},"#,
          #"{"index":1,"message":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":"content_filter"}],"#,
          #""usage":{"prompt_tokens":82,"completion_tokens":4,"total_tokens":86,"#)))
    #expect(
      text(answer).hasSuffix(
        #""accrete":{"stop_reason":"limit","stop_reasons":["limit","stop_text"],"usage":{"routing_tokens":9}}}"#))
  }

  @Test func chatChunks() {
    let start =
      #"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1764300000,"model":"spam@7","system_fingerprint":"fp_3f9a1c77e0b2","#
    var routing = AccreteAnswer()
    routing.requested = "spam"
    var end = AccreteAnswer()
    end.stopReasons = [.endToken]
    for includesUsage in [false, true] {
      let stream = ChatStream(head, includesUsage: includesUsage)
      let null = includesUsage ? #","usage":null"# : ""
      #expect(
        text(stream.first(choice: 0, accrete: routing))
          == joined(
            start,
            #""choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]"#,
            null, #","accrete":{"requested":"spam"}}"#))
      #expect(
        text(stream.piece(choice: 1, text: "viol"))
          == joined(
            start, #""choices":[{"index":1,"delta":{"content":"viol"},"logprobs":null,"finish_reason":null}]"#, null,
            "}"))
      #expect(
        text(stream.last(choice: 0, finish: .stop, accrete: end))
          == joined(
            start, #""choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]"#, null,
            #","accrete":{"stop_reason":"end_token"}}"#))
      #expect(
        text(stream.usage(usage))
          == joined(
            start,
            #""choices":[],"usage":{"prompt_tokens":41,"completion_tokens":2,"total_tokens":43,"prompt_tokens_details":{"cached_tokens":0}}}"#
          )
      )
    }
  }

  @Test func textCompletionAndItsPieces() {
    let answer = TextCompletion.json(
      head, choices: [TextCompletion.Choice("a", finish: .length)], usage: usage, accrete: nil)
    #expect(
      text(answer)
        == joined(
          #"{"id":"chatcmpl-1","object":"text_completion","created":1764300000,"model":"spam@7","#,
          #""choices":[{"text":"a","index":0,"logprobs":null,"finish_reason":"length"}],"#,
          #""usage":{"prompt_tokens":41,"completion_tokens":2,"total_tokens":43,"prompt_tokens_details":{"cached_tokens":0}},"#,
          #""system_fingerprint":"fp_3f9a1c77e0b2"}"#))
    let start =
      #"{"id":"chatcmpl-1","object":"text_completion","created":1764300000,"model":"spam@7","system_fingerprint":"fp_3f9a1c77e0b2","#
    let stream = CompletionStream(head, includesUsage: true)
    #expect(
      text(stream.piece(choice: 2, text: "a"))
        == joined(start, #""choices":[{"text":"a","index":2,"logprobs":null,"finish_reason":null}],"usage":null}"#))
    #expect(
      text(stream.last(choice: 2, finish: .stop))
        == joined(start, #""choices":[{"text":"","index":2,"logprobs":null,"finish_reason":"stop"}],"usage":null}"#))
    #expect(text(stream.usage(usage)).hasPrefix(joined(start, #""choices":[],"usage":{"prompt_tokens":41"#)))
    #expect(!text(CompletionStream(head, includesUsage: false).piece(choice: 0, text: "a")).contains("usage"))
  }

  // MARK: Log-probabilities

  /// 0 is "a", 1 the first byte of "é", 2 its second byte, 3 the end token.
  private func bytes(_ id: Int) -> [UInt8] {
    switch id {
    case 0: [0x61]
    case 1: [0xC3]
    case 2: [0xA9]
    default: Array("<end>".utf8)
    }
  }

  private func token(_ id: Int, _ logprob: Float, _ top: [(Int, Float)]) -> SampledToken {
    SampledToken(
      id: id,
      logprobs: TokenLogprobs(chosen: logprob, top: top.map { TokenLogprobs.Entry(id: $0.0, logprob: $0.1) }))
  }

  @Test func logprobsOfChat() {
    let logprobs = ChatLogprobs(
      [token(0, -0.1, [(0, -0.1), (1, -2)]), SampledToken(id: 0), token(1, -1.5e-8, [])], bytes: bytes)
    let answer = ChatCompletion.json(
      head, choices: [ChatCompletion.Choice("a", finish: .stop, logprobs: logprobs)], usage: usage, accrete: nil)
    #expect(
      text(answer).contains(
        joined(
          #""logprobs":{"content":[{"token":"a","logprob":-0.1,"bytes":[97],"top_logprobs":["#,
          #"{"token":"a","logprob":-0.1,"bytes":[97]},{"token":"\#u{FFFD}","logprob":-2,"bytes":[195]}]},"#,
          #"{"token":"\#u{FFFD}","logprob":-1.5e-08,"bytes":[195],"top_logprobs":[]}],"refusal":null}"#)))
  }

  @Test func logprobsOfCompletions() {
    var position = CompletionLogprobs.Position()
    func shown(_ logprobs: CompletionLogprobs) -> String {
      let answer = TextCompletion.json(
        head, choices: [TextCompletion.Choice("a", finish: .stop, logprobs: logprobs)], usage: usage, accrete: nil)
      return text(answer)
    }
    let first = CompletionLogprobs([token(0, -1, [(1, -0.5)]), token(1, -1, [])], from: &position, bytes: bytes)
    #expect(
      shown(first).contains(
        joined(
          #""logprobs":{"tokens":["a","bytes:\\xc3"],"token_logprobs":[-1,-1],"#,
          #""top_logprobs":[{"bytes:\\xc3":-0.5,"a":-1},{"bytes:\\xc3":-1}],"text_offset":[0,1]}"#)))
    // The second byte of a character lies in it, and what follows behind it.
    let second = CompletionLogprobs(
      [token(2, -1, []), token(0, -1, []), token(3, -1, [])], from: &position, bytes: bytes)
    #expect(shown(second).contains(#""tokens":["bytes:\\xa9","a","<end>"]"#))
    #expect(shown(second).contains(#""text_offset":[1,2,3]"#))
  }

  @Test func numbersThatJSONHasNotAreNull() {
    let logprobs = ChatLogprobs([token(0, -.infinity, [(0, .nan)])], bytes: bytes)
    let answer = ChatCompletion.json(
      head, choices: [ChatCompletion.Choice("a", finish: .stop, logprobs: logprobs)], usage: usage, accrete: nil)
    #expect(text(answer).contains(#""logprob":null,"bytes":[97],"top_logprobs":[{"token":"a","logprob":null"#))
  }

  // MARK: What goes beside them

  @Test func headersOfAnAnswer() {
    let headers = accrete.headers(requestID: "chatcmpl-1", model: "spam@7")
    #expect(
      headers == [
        "x-request-id": "chatcmpl-1", "x-accrete-model": "spam@7", "x-accrete-expert-digest": "\(digest)",
        "x-accrete-routing": "task=spam;confidence=0.994;distance=1.1;unknown=0", "x-accrete-release": "42",
      ])
    var unclaimed = AccreteAnswer()
    unclaimed.routing = AccreteAnswer.Routing(
      RequestRouter.Route(task: nil, confidence: 0.5, distance: 9, nearest: "spam", distances: [:]), router: nil)
    #expect(
      unclaimed.headers(requestID: "r", model: "base\r\nx: y") == [
        "x-request-id": "r", "x-accrete-model": "base  x: y",
        "x-accrete-routing": "task=;confidence=;distance=9.0;unknown=1",
      ])
  }

  @Test func idsSortByTime() {
    let random = [UInt8](repeating: 0xFF, count: 10)
    #expect("\(AnswerID(.chat, milliseconds: 0, random: []))" == "chatcmpl-00000000000000000000000000")
    #expect(
      "\(AnswerID(.completion, milliseconds: (1 << 48) - 1, random: random))" == "cmpl-7ZZZZZZZZZZZZZZZZZZZZZZZZZ")
    // The example of the ULID specification's time, 1469918176385.
    #expect("\(AnswerID(.other, milliseconds: 1_469_918_176_385, random: random))" == "req-01ARYZ6S41ZZZZZZZZZZZZZZZZ")
    // More bits and more bytes than there are.
    #expect("\(AnswerID(.chat, milliseconds: .max, random: random + [1, 2]))" == "chatcmpl-7ZZZZZZZZZZZZZZZZZZZZZZZZZ")
    let ids = [UInt64(0), 1, 31, 32, 1_764_300_000_000].map { "\(AnswerID(.chat, milliseconds: $0, random: [9, 9]))" }
    #expect(ids == ids.sorted() && Set(ids).count == ids.count && ids.allSatisfy { $0.utf8.count == 35 })
  }
}
