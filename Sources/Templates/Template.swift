/// A template in the language of Jinja, in the form in which Hugging Face's `transformers` reads chat templates:
/// `trim_blocks`, `lstrip_blocks`, loop controls, `{% generation %}`, nothing escaped, nothing that is given can be changed.
///
/// docs/templates.md says which part of the language that is.
public struct Template: Sendable {
  /// What it is called in errors.
  public let name: String
  /// What it may use.
  public let limits: TemplateLimits
  private let body: [Statement]

  /// Reads a template.
  ///
  /// - Parameters:
  ///   - source: Its text.
  ///   - name: What it is called in errors.
  ///   - limits: What it may use.
  /// - Throws: ``TemplateError`` with the line of what is not written as it should be, or not supported.
  public init(_ source: String, name: String = "template", limits: TemplateLimits = TemplateLimits()) throws {
    guard source.unicodeScalars.count <= limits.source else {
      throw TemplateError.limit(
        at: TemplateError.Location(template: name, line: 1), what: "the template is too long", limit: limits.source)
    }
    var lexer = Lexer(source, template: name)
    let (tokens, failure) = lexer.run()
    var parser = Parser(tokens, failure: failure, template: name, limits: limits)
    self.name = name
    self.limits = limits
    body = try parser.parse()
  }

  /// The text that the template makes of variables.
  ///
  /// - Parameters:
  ///   - variables: By name.
  ///   - clock: What time it is for `strftime_now`.
  /// - Throws: ``TemplateError`` with the line.
  public func render(_ variables: TemplateObject, clock: TemplateClock = .system) throws -> String {
    let interpreter = Interpreter(template: name, limits: limits, clock: clock)
    let scope = Scope()
    for member in variables.members { scope[member.name] = try interpreter.value(member.value) }
    _ = try interpreter.run(body, in: Scope(inside: scope))
    return Text(interpreter.output).string
  }
}
