/// How much a key may ask for; `nil`: as much as there is.
public struct AccessLimits: Sendable, Codable, Equatable {
  /// Requests a minute.
  public var requestsPerMinute: Int?
  /// Tokens a minute: those of prompts and of answers.
  public var tokensPerMinute: Int?
  /// Requests that are answered at the same time.
  public var concurrency: Int?

  /// What each of them may be: a bucket of a larger number is no limit.
  public static let range = 1...1_000_000_000

  public init(requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil, concurrency: Int? = nil) {
    self.requestsPerMinute = requestsPerMinute
    self.tokensPerMinute = tokensPerMinute
    self.concurrency = concurrency
  }

  enum CodingKeys: String, CodingKey {
    case requestsPerMinute = "rpm"
    case tokensPerMinute = "tpm"
    case concurrency
  }
}
