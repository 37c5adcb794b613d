import Access
import Files
import Generation
import Serving
import Streams

extension APIError {
  /// Any error of a handler, as its client may see it: those of keys, limits and prompts first, the others as everywhere.
  ///
  /// - Parameters:
  ///   - error: What was thrown.
  ///   - input: The field that holds what is asked.
  ///   - requestID: By which the log's line is found.
  ///   - isVisible: Whether whoever asks may know of a model of this name.
  init(
    answering error: any Error, input: String?, requestID: String, isVisible: (String) -> Bool
  ) {
    switch error {
    case let refusal as AccessRefusal: self.init(refusal)
    case let refusal as RateLimitRefusal: self.init(refusal)
    case let error as ConstraintError:
      self.init(.unsupportedParameter, error.description, param: "response_format")
    case let error as StreamError: self.init(.invalidValue, error.description, param: input)
    default: self.init(mapping: error, input: input, requestID: requestID, isVisible: isVisible)
    }
  }

  private init(_ refusal: AccessRefusal) {
    let code: Code =
      switch refusal {
      case .invalidKey: .invalidAPIKey
      case .expired: .expiredAPIKey
      case .scopeMissing: .scopeMissing
      case .modelNotAllowed: .modelNotAllowed
      }
    let isOfModel = code == .modelNotAllowed
    self.init(code, refusal.description, param: isOfModel ? "model" : nil)
  }

  private init(_ refusal: RateLimitRefusal) {
    let code: Code =
      switch refusal.reason {
      case .requests, .concurrency: .requestsExceeded
      case .tokens: .tokensExceeded
      }
    self = refusal.headers.reduce(APIError(code, refusal.description)) { $0.with(header: $1.name, $1.value) }
  }
}
