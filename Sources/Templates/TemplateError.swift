public import Files

/// What can be wrong with a chat template, with what it is given, or with what it does.
///
/// Every case says where (the template and its line, or the file and the key in it), what was expected there and what was
/// found. Nothing that a template holds ends in anything else than one of these, or in text.
public enum TemplateError: AccreteError, Equatable, Sendable {
  /// The template is not written as the language asks.
  case syntax(at: Location, expected: String, got: String)
  /// The template is sound but uses what this module does not do.
  case unsupported(at: Location, got: String, fix: String)
  /// Something that is not defined was used for more than printing or testing it.
  case undefined(at: Location, got: String)
  /// An operation was given a value of a wrong type, or one that it does not take.
  case invalid(at: Location, expected: String, got: String)
  /// The template itself refused what it was given (`raise_exception`).
  case raised(at: Location, message: String)
  /// The template asks for more than a template may use.
  case limit(at: Location, what: String, limit: Int)
  /// A file of a checkpoint, or a request, is missing something or holds something else.
  case malformed(file: String, key: String, expected: String, got: String)

  /// A line of a template, counted from 1.
  public struct Location: Equatable, Sendable, CustomStringConvertible {
    /// What the template is called: mostly its file.
    public let template: String
    /// Counted from 1.
    public let line: Int

    public var description: String { "\(template):\(line)" }
  }

  public var category: ErrorCategory { .data }

  /// One line: where, what was found, what was expected, and what to do about it.
  public var description: String { text.onOneLine }

  /// Where in the template; `nil` for an error that is in no template.
  public var location: Location? {
    switch self {
    case .syntax(let location, _, _), .unsupported(let location, _, _), .undefined(let location, _),
      .invalid(let location, _, _),
      .raised(let location, _), .limit(let location, _, _):
      location
    case .malformed: nil
    }
  }

  private var text: String {
    switch self {
    case .syntax(let location, let expected, let got):
      "\(location): found \(got); expected \(expected). Fix the template there, or download it again."
    case .unsupported(let location, let got, let fix):
      "\(location): \(got) is not supported. \(fix)"
    case .undefined(let location, let got):
      "\(location): \(got). Give it as a variable or in the messages, or let the template ask first (`is defined`)."
    case .invalid(let location, let expected, let got):
      "\(location): found \(got); expected \(expected). Check the messages and variables that the template was given."
    case .raised(let location, let message):
      "\(location): the template refuses: \(message)"
    case .limit(let location, let what, let limit):
      "\(location): \(what); the limit is \(limit). No chat template needs that: check where it comes from."
    case .malformed(let file, let key, let expected, let got):
      "\(file)\(key.isEmpty ? "" : ", \(key)"): found \(got); expected \(expected). Fix the file, or download it again."
    }
  }
}
