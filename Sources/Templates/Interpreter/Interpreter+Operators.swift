import Foundation

/// Arithmetic as Python has it, but for whole numbers of 64 bits: what is larger is an error.
extension Interpreter {
  /// A number that operators take: truth values count as 0 and 1.
  enum Number {
    case integer(Int)
    case float(Double)

    init?(_ value: Value) {
      switch value {
      case .boolean(let value): self = .integer(value ? 1 : 0)
      case .integer(let value): self = .integer(value)
      case .float(let value): self = .float(value)
      default: return nil
      }
    }

    var double: Double {
      switch self {
      case .integer(let value): Double(value)
      case .float(let value): value
      }
    }
  }

  func unary(_ operation: Expression.UnaryOperator, _ value: Value) throws -> Value {
    if operation == .not { return .boolean(!(try isTrue(value))) }
    switch Number(value) {
    case .integer(let number)?:
      guard operation == .negative else { return .integer(number) }
      let (result, overflows) = (0).subtractingReportingOverflow(number)
      guard !overflows else { throw overflow() }
      return .integer(result)
    case .float(let number)?: return .float(operation == .negative ? -number : number)
    case nil: throw invalid("a number behind the sign", value)
    }
  }

  func binary(_ operation: Expression.BinaryOperator, _ left: Value, _ right: Value) throws -> Value {
    if let left = Number(left), let right = Number(right) {
      if case .integer(let left) = left, case .integer(let right) = right {
        return try binary(operation, left, right)
      }
      return .float(try binary(operation, left.double, right.double))
    }
    switch (operation, left, right) {
    case (.add, .text(let left), .text(let right)): return try text(Text(left.scalars + right.scalars))
    case (.add, .markup(let left), _) where right.asText != nil:
      return .markup(try joined(left, try escaped(right)))
    case (.add, .text, .markup(let right)): return .markup(try joined(try escaped(left), right))
    case (.add, .list(let left), .list(let right)):
      return try list(left.items + right.items)
    case (.add, .tuple(let left), .tuple(let right)):
      return try tuple(left.items + right.items)
    case (.multiply, .integer(let count), _), (.multiply, _, .integer(let count)):
      return try repeated(left, right, count: count)
    case (.multiply, .boolean(let once), _), (.multiply, _, .boolean(let once)):
      return try repeated(left, right, count: once ? 1 : 0)
    case (.modulo, .text(let format), _): return try text(try percentFormatted(format, right))
    default: throw mismatch(operation, left, right)
    }
  }

  private func mismatch(_ operation: Expression.BinaryOperator, _ left: Value, _ right: Value) -> TemplateError {
    for case .undefined(let missing) in [left, right] { return .undefined(at: location, got: missing.description) }
    return invalid(
      "two values that `\(operation.rawValue)` takes", got: "\(left.typeName) and \(right.typeName)")
  }

  private func joined(_ left: Text, _ right: Text) throws -> Text {
    try spend(left.count + right.count)
    try make(characters: left.count + right.count)
    return Text(left.scalars + right.scalars)
  }

  private func repeated(_ left: Value, _ right: Value, count: Int) throws -> Value {
    let count = max(count, 0)
    func checked(_ length: Int, weight: Int) throws {
      let (product, overflow) = length.multipliedReportingOverflow(by: count)
      try spend(overflow || product > limits.work ? .max : weight * product)
      try make(elements: weight == 4 ? product : 0, characters: product)
    }
    func copies<Element>(_ elements: [Element]) -> [Element] {
      elements.isEmpty ? [] : Array(repeatElement(elements, count: count).joined())
    }
    for value in [left, right] {
      switch value {
      case .text(let text):
        try checked(text.count, weight: 1)
        return .text(Text(copies(text.scalars)))
      case .list(let elements):
        try checked(elements.items.count, weight: 4)
        return try list(copies(elements.items))
      case .tuple(let elements):
        try checked(elements.items.count, weight: 4)
        return try tuple(copies(elements.items))
      default: continue
      }
    }
    throw mismatch(.multiply, left, right)
  }

  // MARK: Whole numbers

  private func binary(_ operation: Expression.BinaryOperator, _ left: Int, _ right: Int) throws -> Value {
    func checked(_ result: (partialValue: Int, overflow: Bool)) throws -> Value {
      guard !result.overflow else { throw overflow() }
      return .integer(result.partialValue)
    }
    switch operation {
    case .add: return try checked(left.addingReportingOverflow(right))
    case .subtract: return try checked(left.subtractingReportingOverflow(right))
    case .multiply: return try checked(left.multipliedReportingOverflow(by: right))
    case .power where right >= 0: return .integer(try power(left, right))
    case .power, .divide: return .float(try binary(operation, Double(left), Double(right)))
    case .floorDivide, .modulo:
      guard right != 0 else { throw invalid("a divisor", got: "0") }
      guard right != -1 else {
        return operation == .modulo ? .integer(0) : try checked((0).subtractingReportingOverflow(left))
      }
      // Python rounds down, and the remainder has the divisor's sign.
      let (quotient, remainder) = left.quotientAndRemainder(dividingBy: right)
      let shifts = remainder != 0 && (remainder < 0) != (right < 0)
      return .integer(
        operation == .modulo ? (shifts ? remainder + right : remainder) : (shifts ? quotient - 1 : quotient))
    }
  }

  private func power(_ base: Int, _ exponent: Int) throws -> Int {
    var (result, square, rest) = (1, base, exponent)
    if base == 0 || base == 1 { return exponent == 0 ? 1 : base }
    if base == -1 { return exponent.isMultiple(of: 2) ? 1 : -1 }
    while rest > 0 {
      if rest & 1 == 1 {
        let (product, overflows) = result.multipliedReportingOverflow(by: square)
        guard !overflows else { throw overflow() }
        result = product
      }
      rest >>= 1
      if rest > 0 {
        let (product, overflows) = square.multipliedReportingOverflow(by: square)
        guard !overflows else { throw overflow() }
        square = product
      }
    }
    return result
  }

  // MARK: Floating point

  private func binary(_ operation: Expression.BinaryOperator, _ left: Double, _ right: Double) throws -> Double {
    switch operation {
    case .add: return left + right
    case .subtract: return left - right
    case .multiply: return left * right
    case .power:
      let result = pow(left, right)
      guard result.isFinite || !left.isFinite || !right.isFinite else {
        throw invalid("a power that is a number", got: "\(left) ** \(right)")
      }
      return result
    case .divide, .floorDivide, .modulo:
      guard right != 0 else { throw invalid("a divisor", got: "0") }
      if operation == .divide { return left / right }
      var remainder = fmod(left, right)
      if remainder != 0, (remainder < 0) != (right < 0) { remainder += right }
      if remainder == 0 { remainder = copysign(0, right) }
      if operation == .modulo { return remainder }
      let quotient = (left - remainder) / right
      guard quotient != 0 else { return copysign(0, left / right) }
      let floor = quotient.rounded(.down)
      return quotient - floor > 0.5 ? floor + 1 : floor
    }
  }
}
