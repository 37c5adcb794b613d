import Files
import Foundation

/// `'%s' % value` and `'{}'.format(value)`, without widths but for the digits of `%.2f`.
extension Interpreter {
  func percentFormatted(_ format: Text, _ value: Value) throws -> Text {
    var values: [Value] = if case .tuple(let elements) = value { elements.items } else { [value] }
    values.reverse()
    var result: [Unicode.Scalar] = []
    var rest = format.scalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "%" else {
        result.append(scalar)
        continue
      }
      var digits: Int?
      if rest.first == "." {
        rest = rest.dropFirst()
        let written = rest.prefix(while: \.isDigit)
        rest = rest.dropFirst(written.count)
        // `%.f` is `%.0f`; more digits than a number holds are too many in any case.
        digits = written.isEmpty ? 0 : Int(Text(written).string) ?? .max
      }
      guard let kind = rest.popFirst() else { throw invalid("a conversion behind `%`", got: "the end of the text") }
      if kind == "%" {
        result.append("%")
        continue
      }
      guard let value = values.popLast() else { throw invalid("a value for each `%`", got: "too few values") }
      result += try converted(value, kind, digits: digits).scalars
      try spend(result.count / 8 + 1)
    }
    // A dict may go unused, as names would take from it.
    if !values.isEmpty {
      if case .dict = value { return Text(result) }
      throw invalid("a `%` for each value", got: "too many values")
    }
    return Text(result)
  }

  private func converted(_ value: Value, _ kind: Unicode.Scalar, digits: Int?) throws -> Text {
    // Python cuts texts to so many characters and fills numbers up with zeros.
    guard digits == nil || kind == "f" else {
      throw unsupported("digits before `%\(Text([kind]).string)`", fix: Self.conversions)
    }
    switch kind {
    case "s": return try printed(value)
    case "r":
      var result: [Unicode.Scalar] = []
      try represent(value, into: &result)
      return Text(result)
    case "d", "i":
      switch Number(value) {
      case .integer(let number)?: return Text(String(number))
      case .float(let number)?:
        guard let whole = Int(exactly: number.rounded(.towardZero)) else { throw overflow() }
        return Text(String(whole))
      case nil: throw invalid("a number for `%d`", value)
      }
    case "f":
      guard let number = Number(value) else { throw invalid("a number for `%f`", value) }
      let digits = digits ?? 6
      guard digits <= 100 else { throw unsupported("`%f` with \(digits) digits", fix: "Use 100 digits at most.") }
      return Text(String(format: "%.\(digits)f", number.double))
    default:
      throw unsupported("the conversion `%\(Text([kind]).string)`", fix: Self.conversions)
    }
  }

  private static let conversions = "Use %s, %r, %d or %.Nf, without names and widths."

  func braceFormatted(_ format: Text, _ arguments: Arguments) throws -> Text {
    var result: [Unicode.Scalar] = []
    var rest = format.scalars[...]
    var automatic = 0
    while let scalar = rest.popFirst() {
      if scalar == "{" || scalar == "}", rest.first == scalar {
        result.append(scalar)
        rest = rest.dropFirst()
      } else if scalar == "{" {
        guard let end = rest.firstIndex(of: "}") else { throw invalid("`}` behind `{`", got: "the end of the text") }
        let name = Text(rest[..<end]).string
        rest = rest[(end + 1)...]
        if name.isEmpty { automatic += 1 }
        result += try printed(try argument(name.isEmpty ? String(automatic - 1) : name, arguments)).scalars
        try spend(result.count / 8 + 1)
      } else if scalar == "}" {
        throw invalid("`{` before `}`", got: "`}` alone")
      } else {
        result.append(scalar)
      }
    }
    return Text(result)
  }

  private func argument(_ name: String, _ arguments: Arguments) throws -> Value {
    guard name.unicodeScalars.allSatisfy({ $0.continuesName }) else {
      throw unsupported("`{\(name.prefix(60))}` in `format`", fix: "Use {}, {0} or {name} alone.")
    }
    if let index = Int(name), arguments.positional.indices.contains(index) { return arguments.positional[index] }
    guard let found = arguments.named.first(where: { $0.name.hasSameCodePoints(as: name) }) else {
      throw invalid("an argument for each `{}`", got: "none for `\(name.prefix(60))`")
    }
    return found.value
  }
}
