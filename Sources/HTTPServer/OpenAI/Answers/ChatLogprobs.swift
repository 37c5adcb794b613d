import Decoder
import Files
public import Serving

/// How probable each token of a message was, as chat completions tell it.
public struct ChatLogprobs: Sendable {
  private let entries: [JSONTree]

  /// - Parameters:
  ///   - tokens: Those that were sampled; of which nothing is known are left out.
  ///   - bytes: What a token writes.
  public init(_ tokens: [SampledToken], bytes: TokenBytes) {
    func entry(_ id: Int, _ logprob: Float, _ rest: JSONTree?) -> JSONTree {
      let written = bytes(id)
      return .answer([
        "token": .text(TokenText.shown(written)), "logprob": .shortest(logprob),
        "bytes": .list(written.map { .integer(Int($0)) }), "top_logprobs": rest,
      ])
    }
    entries = tokens.compactMap { token in
      guard let known = token.logprobs else { return nil }
      return entry(token.id, known.chosen, .list(known.top.map { entry($0.id, $0.logprob, nil) }))
    }
  }

  var tree: JSONTree { .object(["content": .list(entries), "refusal": .null]) }
}
