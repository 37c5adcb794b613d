/// A part of a template.
indirect enum Statement: Sendable {
  /// Text as it stands.
  case text(Text)
  case output(Expression)
  case condition([Branch], otherwise: [Statement])
  case loop(Loop)
  case set(Target, Expression)
  case setBlock(Target, filter: Expression?, body: [Statement])
  case macro(Macro, line: Int)
  case with([(target: Target, value: Expression)], body: [Statement])
  case filterBlock(Expression, body: [Statement])
  /// What `{% generation %}` encloses: text of its own scope.
  case scope([Statement])
  case breakLoop
  case continueLoop

  struct Branch: Sendable {
    let test: Expression
    let body: [Statement]
  }

  struct Loop: Sendable {
    let line: Int
    let target: Target
    let items: Expression
    /// Which items are taken.
    let test: Expression?
    let body: [Statement]
    let otherwise: [Statement]
  }

  struct Macro: Sendable {
    let name: String
    let parameters: [Parameter]
    let body: [Statement]
  }

  struct Parameter: Sendable {
    let name: String
    let standard: Expression?
  }

  /// What is assigned to.
  indirect enum Target: Sendable {
    case name(String)
    case tuple([Target], line: Int)
    case attribute(namespace: String, name: String, line: Int)
  }
}
