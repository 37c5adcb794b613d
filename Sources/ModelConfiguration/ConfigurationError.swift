public import Files

/// What is wrong with a model's folder or its `config.json`.
public enum ConfigurationError: AccreteError, Equatable {
  /// No family of models has this class name.
  case unknownArchitecture(path: String, got: String, supported: [String])
  /// A value that models have and this one cannot have here.
  case unsupportedOption(path: String, key: String, got: String, supported: String)
  /// A value that no model can have.
  case invalidValue(path: String, key: String, got: String, allowed: String)
  /// Something else than a model's folder.
  case notAModel(path: String, got: String, fix: String)

  public var category: ErrorCategory { .data }

  /// One line: what, what was expected and given, and what to do.
  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .unknownArchitecture(let path, let got, let supported):
      "\(path): architecture `\(got)` is not supported; supported: \(supported.listed)"
    case .unsupportedOption(let path, let key, let got, let supported):
      "\(path): `\(key)` is \(got); supported: \(supported)"
    case .invalidValue(let path, let key, let got, let allowed):
      "\(path): `\(key)` is \(got); allowed: \(allowed)"
    case .notAModel(let path, let got, let fix):
      "\(path): expected a model's folder, got \(got). \(fix)"
    }
  }
}
