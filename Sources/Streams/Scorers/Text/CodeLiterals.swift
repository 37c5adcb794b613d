/// Puts the literals back into a line of Py150, whose files have `<STR_LIT>`, `<NUM_LIT:200>` and the like for them.
enum CodeLiterals {
  private static let plain = [("<NUM_LIT>", "0"), ("<STR_LIT>", ""), ("<CHAR_LIT>", "")]
  private static let names = ["STR", "NUM", "CHAR"].map { Array("<\($0)_LIT:".unicodeScalars) }

  /// As the published code does it: the plain names first, then every literal that is found, one after the other,
  /// wherever it stands by then. So a literal that only arises by a replacement may be replaced too.
  ///
  /// - Throws: ``ScoringError/tooLarge(_:)`` if there are so many that this takes hours.
  static func restoredInTurn(_ text: String, scorer: String) throws -> [Unicode.Scalar] {
    var code = Array(text.unicodeScalars)
    for (name, value) in plain { code = CodePoints.replacing(name, by: value, in: code) }
    let literals = found(in: code)
    guard literals.count <= ScoringError.mostSteps / max(1, code.count) else {
      throw ScoringError.tooLarge(scorer, got: "\(literals.count) literals in \(code.count) characters")
    }
    for literal in literals { code = CodePoints.replacing(literal.whole, by: literal.value, in: code) }
    return code
  }

  /// Every literal once, from left to right, in one pass.
  static func restoredOnce(_ text: String) -> [Unicode.Scalar] {
    let code = Array(text.unicodeScalars)
    guard let last = code.lastIndex(of: ">") else { return code }
    let plainNames = plain.map { (Array($0.0.unicodeScalars), Array($0.1.unicodeScalars)) }
    var result: [Unicode.Scalar] = []
    var position = 0
    while position < code.count {
      if code[position] == "<", let (name, value) = plainNames.first(where: { code[position...].starts(with: $0.0) }) {
        result.append(contentsOf: value)
        position += name.count
      } else if position < last, let value = value(at: position, in: code) {
        result.append(contentsOf: code[value])
        position = value.upperBound + 1
      } else {
        result.append(code[position])
        position += 1
      }
    }
    return result
  }

  /// The literals with values from left to right, `<STR_LIT:a>` and the like: the shortest from each beginning.
  private static func found(in code: [Unicode.Scalar]) -> [(whole: [Unicode.Scalar], value: [Unicode.Scalar])] {
    // Behind the last bracket nothing can end, so nothing is searched for there again and again.
    guard let last = code.lastIndex(of: ">") else { return [] }
    var literals: [(whole: [Unicode.Scalar], value: [Unicode.Scalar])] = []
    var position = 0
    while position < last {
      if let value = value(at: position, in: code) {
        literals.append((Array(code[position...value.upperBound]), Array(code[value])))
        position = value.upperBound + 1
      } else {
        position += 1
      }
    }
    return literals
  }

  /// The value of the literal that begins at a position; its bracket is at the value's upper bound.
  private static func value(at position: Int, in code: [Unicode.Scalar]) -> Range<Int>? {
    guard code[position] == "<", let name = names.first(where: { code[position...].starts(with: $0) }) else {
      return nil
    }
    let start = position + name.count
    return code[start...].firstIndex(of: ">").map { start..<$0 }
  }
}
