import Files
import Foundation

/// What was measured of one request. Times are in seconds; those of `sent` and `ended` since the measurement began.
struct RequestRecord: Codable, Sendable, Equatable {
  /// Where the number of output tokens is from.
  enum TokenSource: String, Codable, Sendable {
    /// The server's `usage`.
    case usage
    /// Counted events that had text, as the server gave no usage.
    case chunks
  }

  let number: Int
  /// `nil`: the base.
  let adapter: String?
  let words: Int
  let maxTokens: Int
  /// When it was due, by the set-up.
  let arrival: Double
  let sent: Double
  let ended: Double
  let ttft: Double?
  let tpot: Double?
  let itl: [Double]
  let e2el: Double?
  /// As the server counted; `nil`: it did not say.
  let promptTokens: Int?
  let cachedTokens: Int?
  let outputTokens: Int
  let tokensFrom: TokenSource
  let chunks: Int
  let finishReason: String?
  let status: Int?
  let retryAfter: Double?
  let failure: RequestFailure?
  /// SHA-256 of the text.
  let textDigest: Digest
  /// Left out unless it was asked for.
  var text: String?

  init(_ request: Workload.Request, _ answer: StreamedAnswer, adapter: String?) {
    number = request.number
    self.adapter = adapter
    words = request.words
    maxTokens = request.maxTokens
    arrival = request.arrival
    sent = answer.sent
    ended = answer.ended
    ttft = answer.ttft
    tpot = answer.tpot
    itl = answer.gaps
    e2el = answer.e2el
    promptTokens = answer.usage?.promptTokens
    cachedTokens = answer.usage?.cachedTokens
    outputTokens = answer.outputTokens
    tokensFrom = answer.usage == nil ? .chunks : .usage
    chunks = answer.chunks
    finishReason = answer.finishReason
    status = answer.status
    retryAfter = answer.retryAfter
    failure = answer.failure
    textDigest = Digest(of: Data(answer.text.utf8))
    text = answer.text
  }

  var isAnswered: Bool { failure == nil }
}
