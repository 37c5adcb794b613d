extension String {
  /// The text without white space at both ends.
  ///
  /// White space is what Unicode calls so, and the four separators U+001C to U+001F: the set of Python's `str.strip()`,
  /// in which the reference implementation is written. It works on scalars, because a mark may combine with a space to
  /// one character.
  var stripped: String {
    func isSpace(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !isSpace($0) }), let last = scalars.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(scalars[first...last])
  }

  /// Whether one string comes before another by code points, in every language alike; Swift's `<` normalizes first.
  static func byCodePoints(_ one: String, _ other: String) -> Bool {
    one.utf8.lexicographicallyPrecedes(other.utf8)
  }
}
