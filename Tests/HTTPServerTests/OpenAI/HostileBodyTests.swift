import Foundation
import HTTPServer
import TestSupport
import Testing

/// Bodies that are changed at random: each is a request, or an error of a status of 4xx.
@Suite struct HostileBodyTests {
  private static let bodies: [Data] = [
    RequestBodies.chat(
      #""temperature":0.5,"logit_bias":{"5":1},"stop":["a","b"],"n":2,"seed":7,"stream":true,"stream_options":{"include_usage":true}"#
    ),
    RequestBodies.chat(
      #""response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"}}},"metadata":{"k":"v"},"logprobs":true,"top_logprobs":3"#
    ),
    RequestBodies.messages(
      #"[{"role":"user","content":[{"type":"text","text":"a\u00e9é"}],"name":"x"},{"role":"assistant","content":"b"}]"#),
    RequestBodies.completion(#""echo":true,"max_tokens":0,"accrete":{"special":true,"deadline_ms":5,"choice":["a"]}"#),
    Data(#"{"model":"m","prompt":[[1,2],[3]],"logprobs":2,"structured_outputs":{"choice":["a","b"]}}"#.utf8),
    Data(#"{"model":"m","input":["a","b"],"labels":["x","y"]}"#.utf8),
    Data(#"{"input":"a","accrete":{"trace":true}}"#.utf8),
  ]

  /// What stands for trouble in JSON and in numbers.
  private static let pieces = [
    "{", "}", "[", "]", "\"", ",", ":", "\\", "\\u0000", "\\ud800", "null", "true", "-0", "1e300", "1e999", "-1",
    "9223372036854775808", "1.5", "NaN", "\u{0}", "\u{FEFF}", "é", "\"a\":1,", "[[[[[[[[[[[[[[[[", "{\"a\":", "tools",
    "n",
    "\"\"",
  ].map { Array($0.utf8) }

  private static func mutated(_ body: Data, _ draws: inout SplitMix64) -> Data {
    var bytes = [UInt8](body)
    for _ in 0..<Int.random(in: 1...4, using: &draws) {
      let at = Int.random(in: 0...bytes.count, using: &draws)
      switch Int.random(in: 0..<6, using: &draws) {
      case 0 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &draws)
      case 1 where at < bytes.count: bytes.remove(at: at)
      case 2: bytes.removeSubrange(at..<Int.random(in: at...bytes.count, using: &draws))
      case 3:
        let end = Int.random(in: at...bytes.count, using: &draws)
        bytes.insert(contentsOf: Array(bytes[at..<end]), at: Int.random(in: 0...bytes.count, using: &draws))
      case 4:
        // A whole token for another: the JSON stays one more often.
        let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
        if let digit = digits.randomElement(using: &draws), let piece = pieces.randomElement(using: &draws) {
          bytes.replaceSubrange(digit...digit, with: piece)
        }
      default: if let piece = pieces.randomElement(using: &draws) { bytes.insert(contentsOf: piece, at: at) }
      }
    }
    return Data(bytes)
  }

  @Test(arguments: [UInt64(1), 2, 3, 4]) func everyBodyIsARequestOrRefused(seed: UInt64) {
    var draws = SplitMix64(seed)
    var (taken, refused) = (0, 0)
    for round in 0..<5_000 {
      let body = Self.mutated(Self.bodies[round % Self.bodies.count], &draws)
      let policy = UnknownFields.allCases[round % 2]
      let errors = [
        RequestBodies.refusalOfChat(body, policy), RequestBodies.refusalOfCompletion(body, policy),
        RequestBodies.refusalOfClassify(body, policy), RequestBodies.refusalOfRoute(body, policy),
      ]
      for error in errors {
        guard let error else {
          taken += 1
          continue
        }
        refused += 1
        let shown = "seed \(seed), round \(round): \(String(decoding: body, as: UTF8.self)): \(error)"
        if !(400..<500).contains(error.status) { Issue.record("\(shown)") }
        if error.message.isEmpty { Issue.record("\(shown)") }
      }
    }
    // It would be no test if nothing were taken.
    #expect(taken > 100 && refused > 1_000, "seed \(seed): \(taken) taken, \(refused) refused")
  }
}
