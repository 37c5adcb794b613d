import Foundation

/// Filters on numbers.
extension Filters {
  static let numbers: [String: Filter] = [
    "int": int, "float": float,
    "abs": { interpreter, value, arguments in
      try arguments.none(interpreter)
      switch Interpreter.Number(value) {
      case .integer(let number)?:
        guard number != .min else { throw interpreter.overflow() }
        return .integer(abs(number))
      case .float(let number)?: return .float(number.magnitude)
      case nil: throw interpreter.invalid("a number", value)
      }
    },
    "round": round,
  ]

  private static let int: Filter = { interpreter, value, arguments in
    let given = try arguments.bound(["default", "base"], required: 0, interpreter)
    let (standard, base) = (given[0] ?? .integer(0), try interpreter.integer(given[1], 10))
    func whole(_ number: Double) throws -> Value {
      guard number.isFinite else { return standard }
      guard let whole = Int(exactly: number.rounded(.towardZero)) else { throw interpreter.overflow() }
      return .integer(whole)
    }
    switch value {
    case .undefined: throw interpreter.invalid("a number", value)
    case .text(let text), .markup(let text):
      try interpreter.spend(text.count)
      if let number = try interpreter.integer(from: text, base: base) { return .integer(number) }
      return try PythonNumber.float(text).map(whole) ?? standard
    default: break
    }
    switch Interpreter.Number(value) {
    case .integer(let number)?: return .integer(number)
    case .float(let number)?: return try whole(number)
    case nil: return standard
    }
  }

  private static let float: Filter = { interpreter, value, arguments in
    let standard = try arguments.bound(["default"], required: 0, interpreter)[0] ?? .float(0)
    if case .undefined = value { throw interpreter.invalid("a number", value) }
    if let text = value.asText {
      try interpreter.spend(text.count)
      return PythonNumber.float(text).map { .float($0) } ?? standard
    }
    return Interpreter.Number(value).map { .float($0.double) } ?? standard
  }

  private static let round: Filter = { interpreter, value, arguments in
    let given = try arguments.bound(["precision", "method"], required: 0, interpreter)
    let precision = try interpreter.integer(given[0], 0)
    let method = try given[1].map { try interpreter.string($0).string } ?? "common"
    guard ["common", "ceil", "floor"].contains(method) else {
      throw interpreter.invalid("`common`, `ceil` or `floor`", got: Text(method).quoted)
    }
    guard let number = Interpreter.Number(value) else { throw interpreter.invalid("a number", value) }
    guard (0...15).contains(precision) else {
      throw interpreter.unsupported("rounding to \(precision) digits", fix: "Round to 0 to 15 digits.")
    }
    if method == "common" {
      if case .integer(let number) = number { return .integer(number) }
      // Printing rounds exactly, to the even digit where two are as near.
      let rounded = Double(String(format: "%.\(precision)f", number.double))
      return .float(number.double.isFinite ? rounded ?? number.double : number.double)
    }
    let scale = pow(10, Double(precision))
    let scaled = number.double * scale
    return .float(scaled.rounded(method == "ceil" ? .up : .down) / scale)
  }
}

/// Numbers that Python reads.
enum PythonNumber {
  /// `float(text)`.
  static func float(_ text: Text) -> Double? {
    var digits = text.stripped(.both).string
    if digits.contains("_") {
      guard let plain = withoutUnderscores(digits) else { return nil }
      digits = plain
    }
    let unsigned = digits.drop { $0 == "+" || $0 == "-" }.lowercased()
    let isWord = ["inf", "infinity", "nan"].contains(unsigned)
    guard
      isWord
        || !unsigned.isEmpty && unsigned.unicodeScalars.allSatisfy({ $0.isDigit || ".e+-".unicodeScalars.contains($0) })
    else { return nil }
    // Swift wants digits on both sides of a dot where Python does not.
    if unsigned.hasPrefix(".") {
      guard unsigned.dropFirst().first?.isNumber == true else { return nil }
    }
    return Double(isWord || !digits.hasSuffix(".") ? digits : digits + "0")
      ?? Double(digits.replacingOccurrences(of: ".e", with: ".0e"))
  }

  /// `int(text, base)`; the caller has checked that the base is one of 2, 8, 10, 16.
  static func digits(_ text: Text, base: Int) -> (digits: String, negative: Bool)? {
    var digits = text.stripped(.both).string.lowercased()
    let negative = digits.hasPrefix("-")
    if negative || digits.hasPrefix("+") { digits.removeFirst() }
    if let prefix = [2: "0b", 8: "0o", 16: "0x"][base], digits.hasPrefix(prefix) {
      digits.removeFirst(2)
      if digits.hasPrefix("_") { digits.removeFirst() }
    }
    guard let plain = withoutUnderscores(digits), !plain.isEmpty else { return nil }
    let isNumber = plain.unicodeScalars.allSatisfy { $0.hexDigit.map { $0 < UInt32(base) } ?? false }
    return isNumber ? (plain, negative) : nil
  }

  /// `nil` where a `_` stands elsewhere than between two digits.
  private static func withoutUnderscores(_ text: String) -> String? {
    let parts = text.split(separator: "_", omittingEmptySubsequences: false)
    let isSound =
      parts.count == 1
      || parts.enumerated().allSatisfy { index, part in
        (index == 0 || part.first?.isHexDigit == true) && (index == parts.count - 1 || part.last?.isHexDigit == true)
      }
    return isSound ? parts.joined() : nil
  }
}

extension Interpreter {
  /// `int(text, base)`; `nil` where Python refuses the text.
  func integer(from text: Text, base: Int) throws -> Int? {
    guard [2, 8, 10, 16].contains(base) else {
      throw unsupported("numbers of base \(base)", fix: "Use base 2, 8, 10 or 16.")
    }
    guard let (digits, negative) = PythonNumber.digits(text, base: base) else { return nil }
    guard let number = Int((negative ? "-" : "") + digits, radix: base) else { throw overflow() }
    return number
  }
}
