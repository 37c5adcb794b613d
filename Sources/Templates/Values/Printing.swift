/// Values as text: `str`, `repr`.
extension Interpreter {
  /// What `{{ value }}` writes.
  func printed(_ value: Value) throws -> Text {
    switch value {
    case .undefined: return ""
    case .text(let text), .markup(let text):
      try spend(text.count)
      return text
    default:
      var result: [Unicode.Scalar] = []
      try represent(value, into: &result)
      return Text(result)
    }
  }

  /// Python's `repr`.
  func represent(_ value: Value, into result: inout [Unicode.Scalar]) throws {
    try spend(elements: 1)
    try make(characters: 12)
    switch value {
    case .undefined: result += "Undefined".unicodeScalars
    case .none: result += "None".unicodeScalars
    case .boolean(let value): result += (value ? "True" : "False").unicodeScalars
    case .integer(let value): result += String(value).unicodeScalars
    case .float(let value): result += PythonFloat.text(value).unicodeScalars
    case .text(let text):
      try spend(2 * text.count)
      try make(characters: 2 * text.count)
      Self.represent(text, into: &result)
    case .markup(let text):
      result += "Markup(".unicodeScalars
      try represent(.text(text), into: &result)
      result.append(")")
    case .list(let elements): try represent(elements.items, "[", "]", into: &result)
    case .tuple(let elements): try represent(elements.items, "(", elements.items.count == 1 ? ",)" : ")", into: &result)
    case .dict(let dict): try represent(dict, into: &result)
    case .view(let view): try represent(view.elements.items, "dict_\(view.kind)([", "])", into: &result)
    case .range(let range):
      let step = range.step == 1 ? "" : ", \(range.step)"
      result += "range(\(range.start), \(range.stop)\(step))".unicodeScalars
    case .namespace, .iterator, .loop, .macro, .function, .method:
      throw unsupported("printing \(value.typeName)", fix: "Print what is in it.")
    }
  }

  private func represent(_ items: [Value], _ opening: String, _ closing: String, into result: inout [Unicode.Scalar])
    throws
  {
    result += opening.unicodeScalars
    for (index, item) in items.enumerated() {
      if index > 0 { result += ", ".unicodeScalars }
      try represent(item, into: &result)
    }
    result += closing.unicodeScalars
  }

  private func represent(_ dict: Dict, into result: inout [Unicode.Scalar]) throws {
    result.append("{")
    for (index, entry) in dict.entries.enumerated() {
      if index > 0 { result += ", ".unicodeScalars }
      try represent(entry.key, into: &result)
      result += ": ".unicodeScalars
      try represent(entry.value, into: &result)
    }
    result.append("}")
  }

  private static func represent(_ text: Text, into result: inout [Unicode.Scalar]) {
    let quote: Unicode.Scalar = text.scalars.contains("'") && !text.scalars.contains("\"") ? "\"" : "'"
    result.append(quote)
    for scalar in text.scalars {
      switch scalar {
      case quote, "\\": result += ["\\", scalar]
      case "\n": result += ["\\", "n"]
      case "\r": result += ["\\", "r"]
      case "\t": result += ["\\", "t"]
      case _ where scalar.isPrintable: result.append(scalar)
      default: result += ["\\"] + scalar.escapeBody.unicodeScalars
      }
    }
    result.append(quote)
  }

  /// Text with what HTML reserves spelled out; text that is marked stays as it is.
  func escaped(_ value: Value) throws -> Text {
    if case .markup(let text) = value { return text }
    var result: [Unicode.Scalar] = []
    for scalar in try printed(value).scalars {
      switch scalar {
      case "&": result += "&amp;".unicodeScalars
      case "<": result += "&lt;".unicodeScalars
      case ">": result += "&gt;".unicodeScalars
      case "'": result += "&#39;".unicodeScalars
      case "\"": result += "&#34;".unicodeScalars
      default: result.append(scalar)
      }
    }
    try spend(result.count)
    return Text(result)
  }
}
