/// Why a request has no whole answer.
struct RequestFailure: Error, Codable, Sendable, Equatable {
  /// For counting: `connection`, `timeout`, `http-503`, `server-error`, `bad-stream`, `cut-short`, `too-large`, `not-sent`.
  let code: String
  /// What was found, on one line.
  let message: String

  static let connectionCode = "connection"
  static let timeoutCode = "timeout"
  static let notSentCode = "not-sent"

  static func badStream(_ message: String) -> RequestFailure { RequestFailure(code: "bad-stream", message: message) }
}
