extension String {
  /// The text without white space at both ends.
  ///
  /// It works on scalars, because a mark may combine with a space to one character.
  public var stripped: String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.isBlank }), let last = scalars.lastIndex(where: { !$0.isBlank })
    else { return "" }
    return String(scalars[first...last])
  }

  /// An answer without the one space that separates it from its prompt.
  var withoutSeparator: String {
    let rest = unicodeScalars.dropFirst()
    guard unicodeScalars.first == " ", let next = rest.first, !next.isBlank else { return self }
    return String(String.UnicodeScalarView(rest))
  }

  /// Whether one string comes before another by code points, in every language alike; Swift's `<` normalizes first.
  static func byCodePoints(_ one: String, _ other: String) -> Bool {
    one.utf8.lexicographicallyPrecedes(other.utf8)
  }
}

extension Unicode.Scalar {
  /// Whether it is white space: what Unicode calls so, and the four separators U+001C to U+001F. It is the set of
  /// Python's `str.strip()`, in which the reference implementation is written.
  var isBlank: Bool {
    value < 0x80
      ? value == 0x20 || (0x09...0x0D).contains(value) || (0x1C...0x1F).contains(value)
      : properties.isWhitespace
  }
}
