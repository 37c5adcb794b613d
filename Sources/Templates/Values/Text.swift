/// Text as Python has it: a sequence of Unicode scalars, equal when all of them are.
///
/// Swift's strings are sequences of what a reader sees as one character, and count `é` and `e` with an accent as equal; a
/// template counts, cuts and compares scalars.
struct Text: Hashable, Sendable, Comparable, ExpressibleByStringLiteral {
  var scalars: [Unicode.Scalar]

  init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

  init(_ scalars: ArraySlice<Unicode.Scalar>) { self.scalars = Array(scalars) }

  init(_ string: String) { scalars = Array(string.unicodeScalars) }

  init(stringLiteral value: String) { self.init(value) }

  var string: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  var count: Int { scalars.count }
  var isEmpty: Bool { scalars.isEmpty }

  static func < (left: Text, right: Text) -> Bool { left.scalars.lexicographicallyPrecedes(right.scalars) }

  /// For an error message: in quotes, not too long.
  var quoted: String { "`\(Text(scalars.prefix(60)).string)\(count > 60 ? "…" : "")`" }
}

extension Unicode.Scalar {
  /// What Python's `str.isspace` and its regular expressions take for white space.
  var isPythonSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// What ends a line for Python's `str.splitlines`.
  var isLineEnd: Bool {
    switch value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// What Python's `repr` shows as it is.
  var isPrintable: Bool {
    if isASCII { return (0x20...0x7E).contains(value) }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      return false
    default: return true
    }
  }
}
