/// What a template may use, so that one from anywhere can do no harm.
///
/// Each limit that is passed is a ``TemplateError/limit(at:what:limit:)`` that says which. The defaults are far above what
/// a conversation of a million characters needs.
public struct TemplateLimits: Sendable, Equatable {
  /// Characters of a template.
  public var source = 1 << 20
  /// How deep an expression may be nested, chains of operators included.
  public var expressionDepth = 100
  /// How deep blocks (`if`, `for`, …) may be nested.
  public var blockDepth = 48
  /// How deep evaluation may go: expressions in blocks in macros that call macros.
  public var evaluationDepth = 400
  /// How deep lists and dicts may be nested.
  public var valueDepth = 80
  /// What may be done: 16 for each node that is evaluated, 4 for each element and 1 for each character that is made or read. A
  /// node takes some microseconds, so that this is a few seconds at most.
  public var work = 16_000_000
  /// What may be done besides for each character and element of the variables: a long conversation may take its time.
  public var workPerGiven = 16
  /// Bytes of all lists, dicts and texts that are made, whether or not they are still needed: about 4 for a character and 50 for an
  /// element.
  public var memory = 192 << 20
  /// Characters of the result.
  public var output = 1 << 24
  /// Elements of a `range`; the number of jinja2's sandbox.
  public var range = 100_000

  /// The defaults.
  public init() {}
}
