/// Words and punctuation of a western text: the tokenization `13a` of machine translation (mteval-v13a, as sacreBLEU
/// has it), in lower case, which the published SARI takes.
///
/// The original is four substitutions one after the other; each is one pass over the code points here.
enum WesternTokens {
  /// The tokens of a text; none for a blank text.
  static func tokens(of text: String) -> [[Unicode.Scalar]] {
    var line = CodePoints.lowercased(text)
    line = CodePoints.replacing("<skipped>", by: "", in: line)
    line = CodePoints.replacing("-\n", by: "", in: line)
    line = line.map { $0 == "\n" ? " " : $0 }
    for (name, character) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
      line = CodePoints.replacing(name, by: character, in: line)
    }
    line = [" "] + line + [" "]
    line = separated(line, if: isPunctuation)
    line = pairs(line) { !isDigit($0) && isPoint($1) ? [$0, " ", $1, " "] : nil }
    line = pairs(line) { isPoint($0) && !isDigit($1) ? [" ", $0, " ", $1] : nil }
    line = pairs(line) { isDigit($0) && $1 == "-" ? [$0, " ", $1, " "] : nil }
    return CodePoints.words(line)
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private static func isPoint(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }

  /// ASCII punctuation without apostrophe, comma, hyphen and full stop.
  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " "..."&", "("..."+", "/", ":"..."@", "["..."`", "{"..."~": true
    default: false
    }
  }

  private static func separated(
    _ line: [Unicode.Scalar], if isSeparate: (Unicode.Scalar) -> Bool
  ) -> [Unicode.Scalar] {
    line.flatMap { isSeparate($0) ? [" ", $0, " "] : [$0] }
  }

  /// Replaces pairs of neighbours that have a replacement, from left to right; a replaced pair is not looked at again.
  private static func pairs(
    _ line: [Unicode.Scalar], by replacement: (Unicode.Scalar, Unicode.Scalar) -> [Unicode.Scalar]?
  ) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(line.count)
    var position = 0
    while position < line.count {
      if position + 1 < line.count, let pair = replacement(line[position], line[position + 1]) {
        result.append(contentsOf: pair)
        position += 2
      } else {
        result.append(line[position])
        position += 1
      }
    }
    return result
  }
}
