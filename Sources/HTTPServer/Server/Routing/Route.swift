import Access
import Files
import HTTPTypes
import Hummingbird
import HummingbirdCore

/// A path with a method, and who answers it.
struct Route: Sendable {
  /// Part of a path between two slashes.
  enum Part: Sendable, Equatable {
    case literal(String)
    /// Any text, but for what stands behind it.
    case value(name: String, suffix: String)
  }

  /// Who may ask.
  enum Access: Sendable, Equatable {
    /// Anyone: it tells nothing that is not for everyone.
    case anyone
    /// Whoever has a key with this scope, where keys are asked for.
    case key(AccessScope)
    /// It looks itself: the page has sessions.
    case own
  }

  let method: HTTPRequest.Method
  /// As the specification writes it, with `{name}` for values.
  let pattern: String
  let access: Access
  /// What it does, for `/openapi.json`.
  let summary: String
  /// What the id of a request says that it is of.
  let kind: AnswerID.Kind
  let parts: [Part]
  let answer: @Sendable (RequestScope) async throws -> Response

  init(
    _ method: HTTPRequest.Method, _ pattern: String, _ access: Access, _ summary: String, kind: AnswerID.Kind = .other,
    answer: @escaping @Sendable (RequestScope) async throws -> Response
  ) {
    (self.method, self.pattern, self.access, self.summary) = (method, pattern, access, summary)
    (self.kind, self.answer) = (kind, answer)
    parts = Self.parts(of: pattern)
  }

  static func parts(of pattern: String) -> [Part] {
    pattern.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { text in
      guard text.hasPrefix("{"), let end = text.firstIndex(of: "}") else { return .literal(String(text)) }
      return .value(
        name: String(text[text.index(after: text.startIndex)..<end]), suffix: String(text[text.index(after: end)...]))
    }
  }

  /// The values of a path; `nil`: it is another one.
  func values(of path: [String]) -> [String: String]? {
    guard path.count == parts.count else { return nil }
    var values: [String: String] = [:]
    for (part, text) in zip(parts, path) {
      switch part {
      case .literal(let expected):
        guard text.hasSameCodePoints(as: expected) else { return nil }
      case .value(let name, let suffix):
        guard text.utf8.count > suffix.utf8.count, text.hasSuffix(suffix) else { return nil }
        values[name] = String(text.dropLast(suffix.count))
      }
    }
    return values
  }
}
