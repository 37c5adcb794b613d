extension APIError {
  /// What went wrong, as clients tell errors apart. Status and type follow from it.
  public enum Code: String, Sendable, CaseIterable {
    // MARK: The request cannot be read

    case invalidJSON = "invalid_json"
    case unknownParameter = "unknown_parameter"
    case unsupportedParameter = "unsupported_parameter"
    case invalidValue = "invalid_value"
    case invalidModelName = "invalid_model_name"
    case contextLengthExceeded = "context_length_exceeded"
    case unsupportedContent = "unsupported_content"

    // MARK: Whoever asks may not

    case invalidAPIKey = "invalid_api_key"
    case expiredAPIKey = "expired_api_key"
    case scopeMissing = "scope_missing"
    case modelNotAllowed = "model_not_allowed"

    // MARK: What is asked for is not there

    case modelNotFound = "model_not_found"
    case versionNotFound = "version_not_found"
    case routeNotFound = "route_not_found"
    case methodNotAllowed = "method_not_allowed"

    // MARK: It cannot be done so

    case aliasMoved = "alias_moved"
    case bodyTooLarge = "body_too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case unknownTask = "unknown_task"

    // MARK: Not now

    case requestsExceeded = "requests_exceeded"
    case tokensExceeded = "tokens_exceeded"
    case queueFull = "queue_full"
    case draining
    case expertLoading = "expert_loading"
    case expertFailed = "expert_failed"
    case deadlineExceeded = "deadline_exceeded"
    case `internal`

    /// Clients repeat 408, 409, 429 and all from 500 on by themselves: a conflict is 412, and a deadline 504 with a header that says no.
    public var status: Int {
      switch self {
      case .invalidJSON, .unknownParameter, .unsupportedParameter, .invalidValue, .invalidModelName,
        .contextLengthExceeded, .unsupportedContent:
        400
      case .invalidAPIKey, .expiredAPIKey: 401
      case .scopeMissing, .modelNotAllowed: 403
      case .modelNotFound, .versionNotFound, .routeNotFound: 404
      case .methodNotAllowed: 405
      case .aliasMoved: 412
      case .bodyTooLarge: 413
      case .unsupportedMediaType: 415
      case .unknownTask: 422
      case .requestsExceeded, .tokensExceeded: 429
      case .internal: 500
      case .queueFull, .draining, .expertLoading, .expertFailed: 503
      case .deadlineExceeded: 504
      }
    }

    /// OpenAI's word for the kind of error.
    public var type: String {
      switch self {
      case .invalidAPIKey, .expiredAPIKey: "authentication_error"
      case .scopeMissing, .modelNotAllowed: "permission_error"
      case .aliasMoved: "precondition_failed"
      case .requestsExceeded, .tokensExceeded: "rate_limit_error"
      case .queueFull, .draining, .expertLoading, .expertFailed: "overloaded_error"
      case .deadlineExceeded: "timeout_error"
      case .internal: "server_error"
      default: "invalid_request_error"
      }
    }

    /// What goes with every error of this code.
    var headers: [String: String] {
      switch self {
      // It would end the same way; clients that are not told try twice more.
      case .expertFailed, .deadlineExceeded: ["x-should-retry": "false"]
      case .invalidAPIKey, .expiredAPIKey: ["www-authenticate": "Bearer"]
      case .expertLoading: ["retry-after": "1"]
      case .draining: ["retry-after": "5"]
      default: [:]
      }
    }
  }
}
