import Decoder
import Files
public import Serving

/// How probable each token of a text was, as completions tell it.
public struct CompletionLogprobs: Sendable {
  /// Where the next token of a text begins.
  public struct Position: Sendable {
    /// Characters, counted as code points, that began so far.
    private(set) var characters = 0

    public init() {}

    /// Goes on behind a token; where it began.
    mutating func take(_ bytes: [UInt8]) -> Int {
      // Bytes 10xxxxxx go on with a character that an earlier one began.
      let goesOn = bytes.first.map { $0 & 0xC0 == 0x80 } ?? false
      let start = goesOn ? max(characters - 1, 0) : characters
      characters += bytes.count { $0 & 0xC0 != 0x80 }
      return start
    }
  }

  private let tokens: [JSONTree]
  private let logprobs: [JSONTree]
  private let top: [JSONTree]
  private let offsets: [JSONTree]

  /// - Parameters:
  ///   - prompt: Tokens of an echoed prompt before them: of the first nothing can be known.
  ///   - sampled: The tokens that were sampled; of which nothing is known are left out.
  ///   - position: Where the first begins; afterwards where the next one does.
  ///   - bytes: What a token writes.
  public init(
    prompt: [SampledToken] = [], _ sampled: [SampledToken], from position: inout Position, bytes: TokenBytes
  ) {
    var (tokens, logprobs, top, offsets) = ([JSONTree](), [JSONTree](), [JSONTree](), [JSONTree]())
    for (number, token) in (prompt + sampled).enumerated() {
      let written = bytes(token.id)
      let start = position.take(written)
      guard let known = token.logprobs else {
        guard number < prompt.count else { continue }
        tokens.append(.text(TokenText.key(written)))
        logprobs.append(.null)
        offsets.append(.integer(start))
        top.append(.null)
        continue
      }
      tokens.append(.text(TokenText.key(written)))
      logprobs.append(.shortest(known.chosen))
      offsets.append(.integer(start))
      top.append(Self.object(of: token.id, known, bytes))
    }
    (self.tokens, self.logprobs, self.top, self.offsets) = (tokens, logprobs, top, offsets)
  }

  /// The most probable ones, and the chosen one where it is not among them. Two tokens that write the same are one name: the more probable
  /// one has it.
  private static func object(of chosen: Int, _ known: TokenLogprobs, _ bytes: TokenBytes) -> JSONTree {
    var entries = known.top
    if !entries.contains(where: { $0.id == chosen }) {
      entries.append(TokenLogprobs.Entry(id: chosen, logprob: known.chosen))
    }
    var seen: Set<ExactText> = []
    let members = entries.compactMap { entry -> JSONTree.Member? in
      let name = TokenText.key(bytes(entry.id))
      return seen.insert(ExactText(name)).inserted ? JSONTree.Member(name, .shortest(entry.logprob)) : nil
    }
    return .object(members)
  }

  var tree: JSONTree {
    .object([
      "tokens": .list(tokens), "token_logprobs": .list(logprobs), "top_logprobs": .list(top),
      "text_offset": .list(offsets),
    ])
  }
}
