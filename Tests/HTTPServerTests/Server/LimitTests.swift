import Access
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import HTTPServer

/// Do limits hold at the limit, and one beyond it? Those of single fields are in `FieldCase`.
@Suite struct LimitTests {
  private let path = "/v1/chat/completions"

  /// The base reads 256 tokens here, a byte each.
  @Test(arguments: [(6, 200), (7, 400)]) func aPromptThatFillsTheContext(_ written: Int, _ status: Int) async throws {
    let prompt = String(repeating: "a", count: 250)
    let body = #"{"model":"base","max_tokens":\#(written),"messages":[{"role":"user","content":"\#(prompt)"}]}"#
    let answer = try await FakeServer().ask(.post, path, body)
    #expect(answer.status == status, "\(answer.body)")
  }

  /// Three tokens are read, and eight times five may be written.
  @Test(arguments: [(43, 200), (42, 429)]) func everyTextCounts(_ tokensPerMinute: Int, _ status: Int) async throws {
    let scratch = try Scratch()
    let keys = try AccessKeys.open(in: scratch.url)
    let key = try keys.create(AccessKeyRequest("k", limits: AccessLimits(tokensPerMinute: tokensPerMinute))).key
    let server = FakeServer(keys: keys)
    let body = #"{"model":"base","max_tokens":5,"n":8,"messages":[{"role":"user","content":"abc"}]}"#
    let answer = try await server.ask(.post, path, body, headers: [.authorization: "Bearer \(key)"])
    #expect(answer.status == status, "\(answer.body)")
  }
}
