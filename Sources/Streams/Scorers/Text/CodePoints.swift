/// Operations on text as a sequence of code points, which is what the published scorers, written in Python, work on.
enum CodePoints {
  /// The words between white space; none for a blank text. Python's `split()`.
  static func words(_ text: some Sequence<Unicode.Scalar>) -> [[Unicode.Scalar]] {
    var words: [[Unicode.Scalar]] = []
    var word: [Unicode.Scalar] = []
    for scalar in text {
      if scalar.isBlank {
        if !word.isEmpty { words.append(word) }
        word = []
      } else {
        word.append(scalar)
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  /// The text in lower case, by Unicode's full mapping; a sigma at the end of a word becomes ς. Python's `lower()`.
  static func lowercased(_ text: String) -> [Unicode.Scalar] {
    let scalars = Array(text.unicodeScalars)
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count)
    for (position, scalar) in scalars.enumerated() {
      if scalar.value < 0x80 {
        result.append(("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar)
      } else if scalar == "\u{3A3}" {
        result.append(endsWord(at: position, scalars) ? "\u{3C2}" : "\u{3C3}")
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }

  /// Whether a letter stands before a position and none after it, marks and the like passed over: Unicode's Final_Sigma.
  private static func endsWord(at position: Int, _ scalars: [Unicode.Scalar]) -> Bool {
    func isPassedOver(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isCaseIgnorable }
    guard let before = scalars[..<position].last(where: { !isPassedOver($0) }), before.properties.isCased else {
      return false
    }
    guard let after = scalars[(position + 1)...].first(where: { !isPassedOver($0) }) else { return true }
    return !after.properties.isCased
  }
}
