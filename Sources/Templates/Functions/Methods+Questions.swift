/// Methods that say what a text is made of.
extension Methods {
  static let textQuestions: [String: Method] = [
    "islower": question(\.isLower), "isupper": question(\.isUpper),
    "isspace": each(\.isPythonSpace), "isalpha": each(\.isPythonLetter), "isalnum": each(\.isPythonAlphanumeric),
    "isdecimal": each { $0.properties.numericType == .decimal },
    "isdigit": each { $0.properties.numericType == .decimal || $0.properties.numericType == .digit },
    "isnumeric": each { $0.properties.numericType != nil },
    "isascii": question { $0.scalars.allSatisfy(\.isASCII) },
    "isprintable": question { $0.scalars.allSatisfy(\.isPrintable) },
    "istitle": question(\.isTitled),
  ]

  private static func question(_ test: @escaping @Sendable (Text) -> Bool) -> Method {
    { interpreter, value, arguments in
      try arguments.none(interpreter)
      let text = try interpreter.string(value)
      try interpreter.spend(4 * text.count)
      return .boolean(test(text))
    }
  }

  /// Whether there are characters, and all of them are so.
  private static func each(_ test: @escaping @Sendable (Unicode.Scalar) -> Bool) -> Method {
    question { !$0.isEmpty && $0.scalars.allSatisfy(test) }
  }
}

extension Unicode.Scalar {
  var isPythonLetter: Bool {
    if isASCII { return (0x61...0x7A).contains(value | 0x20) }
    return switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  var isPythonAlphanumeric: Bool {
    if isASCII { return isPythonLetter || (0x30...0x39).contains(value) }
    return isPythonLetter || properties.numericType != nil
  }
}

extension Text {
  /// Whether each run of letters with case begins with an upper-case letter, and goes on in lower case.
  var isTitled: Bool {
    var (found, insideWord) = (false, false)
    for scalar in scalars {
      let properties = scalar.properties
      let isUpper = properties.isUppercase || properties.generalCategory == .titlecaseLetter
      if isUpper && insideWord || properties.isLowercase && !insideWord { return false }
      insideWord = isUpper || properties.isLowercase
      found = found || insideWord
    }
    return found
  }
}
