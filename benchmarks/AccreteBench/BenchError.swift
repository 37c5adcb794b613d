import Files

/// What keeps a measurement from being made.
enum BenchError: AccreteError, Equatable {
  /// Options that do not fit, with the fix.
  case usage(String)
  /// A file whose content does not fit.
  case data(path: String, reason: String)
  /// Nobody answers.
  case serverAway(url: String, reason: String)

  var category: ErrorCategory {
    switch self {
    case .usage: .usage
    case .data: .data
    case .serverAway: .incompatible
    }
  }

  var description: String {
    switch self {
    case .usage(let text): text.onOneLine
    case .data(let path, let reason): "\(path): \(reason)".onOneLine
    case .serverAway(let url, let reason):
      "\(url): the server does not answer: \(reason). Start it, or name the right address with --url.".onOneLine
    }
  }
}
