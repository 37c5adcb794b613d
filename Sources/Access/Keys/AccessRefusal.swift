public import Files
public import Foundation

/// Why a request is not let in. No message has a key, or the name of anybody's else model, in it.
public enum AccessRefusal: AccreteError, Equatable {
  /// No key, not a key, an unknown one, or one that was revoked: which of these it is, is not for whoever guesses.
  case invalidKey
  case expired(Date)
  case scopeMissing(AccessScope)
  case modelNotAllowed(String)

  /// A program that has no status to give ends as after a wrong argument.
  public var category: ErrorCategory { .usage }

  /// The HTTP status: 401 for who is not known, 403 for who is and may not.
  public var status: Int {
    switch self {
    case .invalidKey, .expired: 401
    case .scopeMissing, .modelNotAllowed: 403
    }
  }

  /// The type of error, in OpenAI's form.
  public var type: String { status == 401 ? "authentication_error" : "permission_error" }

  /// The code of the error, in OpenAI's form.
  public var code: String {
    switch self {
    case .invalidKey: "invalid_api_key"
    case .expired: "expired_api_key"
    case .scopeMissing: "scope_missing"
    case .modelNotAllowed: "model_not_allowed"
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .invalidKey:
      "the API key is missing or not valid: expected a key of this server in the header `Authorization: Bearer ak_…`. Ask its operator for one (`accrete keys create`)."
    case .expired(let date):
      "the API key expired at \(date.formatted(.iso8601)). Ask the server's operator for a new one (`accrete keys create`)."
    case .scopeMissing(let scope):
      "the API key lacks the scope \(scope.rawValue), which this needs. Ask the server's operator for a key that has it (`accrete keys create … --scope \(scope.rawValue)`)."
    case .modelNotAllowed(let model):
      "the API key may not use the model \(AccessKeys.redacted(model).debugDescription). Name a model of GET /v1/models, which lists those that it may use."
    }
  }
}
