public import Files
public import Foundation

/// Why a request is not answered, as OpenAI's clients read it: a status, headers and a JSON object.
///
/// ```swift
/// throw APIError(.invalidValue, "`n`: expected 1 to 8, got 9. Ask for fewer.", param: "n")
/// ```
/// Its message holds no key and no path of this machine, whatever it is made of.
public struct APIError: Sendable, Equatable {
  public let code: Code
  /// What was expected, what was found, and what to do.
  public let message: String
  /// The field that is wrong; `nil`: none is.
  public let param: String?
  /// Beside those of every answer, by their lowercase names.
  public private(set) var headers: [String: String]

  /// The HTTP status.
  public var status: Int { code.status }
  /// OpenAI's word for the kind of error.
  public var type: String { code.type }

  /// - Parameters:
  ///   - code: What went wrong.
  ///   - message: What was expected, what was found, and what to do.
  ///   - param: The field that is wrong.
  ///   - retryAfter: Seconds after which it may go; clients heed 1 to 120.
  ///   - known: Paths of the request and of the server's own, as they stand in the message: all others are hidden there.
  public init(_ code: Code, _ message: String, param: String? = nil, retryAfter: Int? = nil, known: [String] = []) {
    self.code = code
    self.message = SafeText.message(message, known: known)
    self.param = param.map { SafeText.message($0) }
    headers = code.headers
    if let retryAfter { headers["retry-after"] = "\(min(max(retryAfter, 1), 120))" }
  }

  /// The same with another header.
  public func with(header name: String, _ value: String) -> APIError {
    var error = self
    error.headers[name.lowercased()] = value.onOneLine
    return error
  }

  /// `{"error":{…}}`, the body of the answer; in a stream the last event.
  public var json: Data {
    Data(
      JSONTree.object([
        "error": .object([
          "message": .text(message), "type": .text(type), "param": .orNull(param.map { .text($0) }),
          "code": .text(code.rawValue),
        ])
      ]).json)
  }

  /// Texts are compared by code points.
  public static func == (one: APIError, other: APIError) -> Bool {
    one.code == other.code && one.headers == other.headers && one.message.hasSameCodePoints(as: other.message)
      && one.param.map(ExactText.init) == other.param.map(ExactText.init)
  }
}

extension APIError: AccreteError {
  public var category: ErrorCategory {
    switch code {
    case .invalidJSON, .unsupportedContent, .contextLengthExceeded, .unknownTask, .unsupportedMediaType: .data
    case .bodyTooLarge: .tooLarge
    case .modelNotFound, .versionNotFound, .routeNotFound: .notFound
    case .aliasMoved: .stale
    case .queueFull, .draining, .expertLoading, .requestsExceeded, .tokensExceeded, .deadlineExceeded: .busy
    case .expertFailed: .damaged
    case .internal: .internal
    case .unknownParameter, .unsupportedParameter, .invalidValue, .invalidModelName, .invalidAPIKey, .expiredAPIKey,
      .scopeMissing, .modelNotAllowed, .methodNotAllowed:
      .usage
    }
  }

  public var description: String { message }
}
