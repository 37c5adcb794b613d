import Foundation
import Testing

@testable import Templates

/// The files that `Scripts/goldens/template_goldens.py` writes.
enum Goldens {
  /// Templates and what jinja2 makes of them.
  struct Case {
    let source: String
    let outcome: Outcome
  }

  enum Outcome: Equatable {
    case text(String)
    /// The kind of Python's error, its line where it is one of syntax, and its message where the template raised it.
    case error(String, line: Int?, message: String?)
  }

  static func url(_ name: String) throws -> URL {
    try #require(Bundle.module.url(forResource: "Resources/" + name, withExtension: nil))
  }

  /// A file of goldens, read by the reader that is under test.
  static func object(_ name: String) throws -> TemplateObject {
    guard case .object(let object) = try TemplateValue(json: Data(contentsOf: url(name)), name: name) else {
      throw Missing(what: name)
    }
    return object
  }

  static func cases(_ object: TemplateObject) throws -> [TemplateObject] {
    try list(object["cases"]).map { try members($0) }
  }

  static func outcome(_ object: TemplateObject) throws -> Outcome {
    if let text = object["text"] { return .text(try string(text)) }
    let line: Int? = if case .integer(let line)? = object["line"] { line } else { nil }
    return .error(try string(object["error"]), line: line, message: try object["message"].map { try string($0) })
  }

  static func string(_ value: TemplateValue?) throws -> String {
    guard case .text(let text)? = value else { throw Missing(what: "a text") }
    return text
  }

  static func list(_ value: TemplateValue?) throws -> [TemplateValue] {
    guard case .list(let values)? = value else { throw Missing(what: "a list") }
    return values
  }

  static func members(_ value: TemplateValue?) throws -> TemplateObject {
    guard case .object(let object)? = value else { throw Missing(what: "an object") }
    return object
  }

  struct Missing: Error { let what: String }

  /// What our renderer makes of it. Only errors of ours count as outcomes.
  static func ours(_ render: () throws -> String) throws -> Result<String, TemplateError> {
    do {
      return .success(try render())
    } catch let error as TemplateError {
      return .failure(error)
    }
  }

  /// Compares with jinja2; `nil` if it is the same. What we do not support is named by the caller.
  static func difference(_ source: String, _ golden: Outcome, _ ours: Result<String, TemplateError>) -> String? {
    switch (golden, ours) {
    case (.text(let expected), .success(let text)):
      // By bytes: equal strings may be different scalars.
      return Array(expected.utf8) == Array(text.utf8)
        ? nil
        : "\(source.debugDescription)\n  expected \(expected.debugDescription)\n  got      \(text.debugDescription)"
    case (.error(let kind, let line, let message), .failure(let error)):
      if let line, error.location?.line != line { return "\(source.debugDescription): line \(line) expected, \(error)" }
      guard let message else { return nil }
      return error
        == .raised(
          at: .init(template: error.location?.template ?? "", line: error.location?.line ?? 0), message: message)
        ? nil : "\(source.debugDescription): \(kind) \(message) expected, got \(error)"
    case (.text(let expected), .failure(let error)):
      return "\(source.debugDescription)\n  expected \(expected.debugDescription)\n  got the error \(error)"
    case (.error(let kind, _, let message), .success(let text)):
      return "\(source.debugDescription)\n  expected \(kind) \(message ?? "")\n  got \(text.debugDescription)"
    }
  }
}
