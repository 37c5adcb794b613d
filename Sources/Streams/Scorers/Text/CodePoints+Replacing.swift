extension CodePoints {
  /// The text with every occurrence of a name replaced, from left to right; what a replacement makes is not looked at
  /// again. Python's `replace()`.
  static func replacing(_ name: String, by replacement: String, in text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    replacing(Array(name.unicodeScalars), by: Array(replacement.unicodeScalars), in: text)
  }

  /// The same with code points; an empty name occurs nowhere.
  static func replacing(
    _ name: [Unicode.Scalar], by replacement: [Unicode.Scalar], in text: [Unicode.Scalar]
  ) -> [Unicode.Scalar] {
    guard let head = name.first, text.contains(head) else { return text }
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      if text[position] == head, text[position...].starts(with: name) {
        result.append(contentsOf: replacement)
        position += name.count
      } else {
        result.append(text[position])
        position += 1
      }
    }
    return result
  }
}
