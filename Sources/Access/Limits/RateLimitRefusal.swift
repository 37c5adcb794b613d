public import Files

/// A request that is more than its key may ask for: HTTP status 429.
public struct RateLimitRefusal: AccreteError, Equatable {
  /// Which limit it is.
  public enum Reason: Sendable, Equatable {
    case requests
    /// How many were asked for.
    case tokens(Int)
    case concurrency
  }

  public let reason: Reason
  /// What the key has of it.
  public let limit: Int
  /// Seconds after which the same request is let in if no other comes first: 1 to ``longestWait``. `nil`: it never is.
  public let retryAfter: Int?
  /// What the key has left.
  public let standing: RateLimitStanding

  /// What clients wait at most; a longer time they ignore.
  public static let longestWait = 120

  /// The HTTP status.
  public var status: Int { 429 }
  /// The type of error, in OpenAI's form.
  public var type: String { "rate_limit_error" }
  /// The code of the error, in OpenAI's form.
  public var code: String {
    switch reason {
    case .requests, .concurrency: "requests_exceeded"
    case .tokens: "tokens_exceeded"
    }
  }

  /// The headers of the answer: the six of ``standing``, and `retry-after`, or for a request that will never be let in `x-should-retry`.
  public var headers: [(name: String, value: String)] {
    let last: (name: String, value: String) =
      if let retryAfter { ("retry-after", "\(retryAfter)") } else { ("x-should-retry", "false") }
    return standing.headers + [last]
  }

  /// The same request may succeed later, as far as a program without HTTP is concerned.
  public var category: ErrorCategory { retryAfter == nil ? .usage : .busy }

  public var description: String {
    let again = retryAfter.map { "Try again in \($0) \($0 == 1 ? "second" : "seconds")." }
    return switch reason {
    case .requests:
      "the API key may make \(limit) \(limit == 1 ? "request" : "requests") a minute, and has made them. \(again ?? "")"
    case .concurrency:
      "the API key may have \(limit) \(limit == 1 ? "request" : "requests") answered at the same time, and has them. \(again ?? "")"
    case .tokens(let asked):
      again.map {
        "the API key has not enough of its \(limit) tokens a minute left for this request, which may take \(asked) (prompt and longest answer). \($0)"
      }
        ?? "this request may take \(asked) tokens (prompt and longest answer), and the API key may use \(limit) a minute. Ask for a shorter answer, or send a shorter prompt."
    }
  }
}
