/// A piece of a template.
struct Token: Sendable, Equatable {
  let kind: Kind
  /// Where it begins, counted from 1.
  let line: Int

  enum Kind: Sendable, Equatable {
    /// Text outside of all tags, with the white space that the tags around it take away taken away.
    case data(Text)
    case variableBegin, variableEnd, blockBegin, blockEnd
    case name(String)
    case string(Text)
    case integer(Int)
    case float(Double)
    case symbol(Symbol)
    case end
  }

  enum Symbol: String, Sendable, CaseIterable {
    // Two characters first: the longest is taken.
    case floorDivide = "//"
    case power = "**"
    case equal = "=="
    case notEqual = "!="
    case atLeast = ">="
    case atMost = "<="
    case add = "+"
    case subtract = "-"
    case divide = "/"
    case multiply = "*"
    case modulo = "%"
    case tilde = "~"
    case leftBracket = "["
    case rightBracket = "]"
    case leftParenthesis = "("
    case rightParenthesis = ")"
    case leftBrace = "{"
    case rightBrace = "}"
    case greater = ">"
    case less = "<"
    case assign = "="
    case dot = "."
    case colon = ":"
    case pipe = "|"
    case comma = ","
    case semicolon = ";"

    /// Each with its characters.
    static let spelled: [(symbol: Symbol, scalars: [Unicode.Scalar])] = allCases.map {
      ($0, Array($0.rawValue.unicodeScalars))
    }

    /// What closes this bracket.
    var closing: Symbol? {
      switch self {
      case .leftBracket: .rightBracket
      case .leftParenthesis: .rightParenthesis
      case .leftBrace: .rightBrace
      default: nil
      }
    }

    var closes: Bool { self == .rightBracket || self == .rightParenthesis || self == .rightBrace }
  }

  /// As an error message names it.
  var description: String {
    switch kind {
    case .data: "text"
    case .variableBegin: "`{{`"
    case .variableEnd: "`}}`"
    case .blockBegin: "`{%`"
    case .blockEnd: "`%}`"
    case .name(let name): "`\(name.prefix(60))`"
    case .string: "a string"
    case .integer(let value): "`\(value)`"
    case .float(let value): "`\(value)`"
    case .symbol(let symbol): "`\(symbol.rawValue)`"
    case .end: "the end of the template"
    }
  }
}
