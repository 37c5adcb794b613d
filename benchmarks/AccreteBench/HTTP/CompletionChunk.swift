import Files
import Foundation

/// What one event of a streamed answer says, of a completion or of a chat.
struct CompletionChunk: Sendable, Equatable {
  /// How many tokens the server counted.
  struct Usage: Codable, Sendable, Equatable {
    let promptTokens: Int
    let completionTokens: Int
    /// Of the prompt's, those that came from a cache.
    let cachedTokens: Int?
  }

  /// Whether it has a choice; one with the usage has none.
  var hasChoice = false
  var text = ""
  var finishReason: String?
  var usage: Usage?
  /// The build or configuration that answers, as the server calls it.
  var fingerprint: String?

  init() {}

  /// - Parameter event: What the event carries: JSON.
  /// - Throws: ``RequestFailure`` for what is not such an object, and for a server's own error.
  init(_ event: [UInt8]) throws(RequestFailure) {
    let tree: JSONTree
    do {
      tree = try JSONTree(Data(event))
    } catch {
      throw RequestFailure.badStream("an event that is not JSON (\(error)): \(Self.excerpt(event))")
    }
    guard case .object = tree else {
      throw RequestFailure.badStream("an object of JSON expected in each event, got \(tree)")
    }
    if let error = tree["error"], !error.isBlank {
      throw RequestFailure(code: "server-error", message: Self.message(of: error))
    }
    fingerprint = tree["system_fingerprint"]?.string
    usage = Self.usage(tree["usage"])
    guard case .list(let choices)? = tree["choices"], let choice = choices.first else { return }
    hasChoice = true
    finishReason = choice["finish_reason"]?.string
    if let delta = choice["delta"] {
      text = (delta["reasoning_content"]?.string ?? "") + (delta["content"]?.string ?? "")
    } else {
      text = choice["text"]?.string ?? ""
    }
  }

  /// A count that no server can mean is none.
  private static func usage(_ tree: JSONTree?) -> Usage? {
    let counts = 0...1_000_000_000
    guard let tree, let prompt = tree["prompt_tokens"]?.integer, counts.contains(prompt),
      let completion = tree["completion_tokens"]?.integer, counts.contains(completion)
    else { return nil }
    let cached = tree["prompt_tokens_details"]?["cached_tokens"]?.integer
    return Usage(
      promptTokens: prompt, completionTokens: completion,
      cachedTokens: cached.flatMap { counts.contains($0) ? $0 : nil })
  }

  /// The words of an error: of OpenAI's form, or whatever stands there.
  static func message(of error: JSONTree) -> String {
    String((error["message"]?.string ?? error.string ?? error.description).prefix(300)).onOneLine
  }

  /// The beginning of some bytes as text on one line.
  static func excerpt(_ bytes: some Sequence<UInt8>) -> String {
    String(String(decoding: Array(bytes.prefix(200)), as: UTF8.self)).onOneLine
  }
}
