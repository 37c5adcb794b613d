/// What has a value.
struct Expression: Sendable {
  let line: Int
  /// Levels below and including this one; the parser keeps it under the limit, so that what walks the tree may recurse.
  let depth: Int
  let kind: Kind

  indirect enum Kind: Sendable {
    case constant(Constant)
    case name(String)
    case list([Expression])
    case tuple([Expression])
    case dict([Pair])
    case attribute(Expression, String)
    case item(Expression, Expression)
    case slice(Expression, Slice)
    case call(Expression, CallArguments)
    case filter(Expression, FilterCall)
    case test(Expression, FilterCall)
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression)
    case concatenation([Expression])
    case comparison(Expression, [Comparison])
    case and(Expression, Expression)
    case or(Expression, Expression)
    case condition(Condition)
    /// The text that a block with a filter encloses.
    case enclosedText
  }

  enum Constant: Sendable {
    case none
    case boolean(Bool)
    case integer(Int)
    case float(Double)
    case text(Text)
  }

  struct Pair: Sendable {
    let key: Expression
    let value: Expression
  }

  struct Slice: Sendable {
    let start: Expression?
    let stop: Expression?
    let step: Expression?

    var parts: [Expression] { [start, stop, step].compactMap(\.self) }
  }

  struct CallArguments: Sendable {
    var positional: [Expression] = []
    var named: [(name: String, value: Expression)] = []

    var parts: [Expression] { positional + named.map(\.value) }
  }

  /// A filter or a test by its name.
  struct FilterCall: Sendable {
    let name: String
    let arguments: CallArguments
  }

  struct Comparison: Sendable {
    let comparator: Comparator
    let right: Expression
  }

  /// `then if test else otherwise`; undefined where there is no `else`.
  struct Condition: Sendable {
    let test: Expression
    let then: Expression
    let otherwise: Expression?
  }

  enum UnaryOperator: Sendable { case not, negative, positive }

  enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "**"
  }

  enum Comparator: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case atMost = "<="
    case greater = ">"
    case atLeast = ">="
    case isIn = "in"
    case isNotIn = "not in"
  }
}
