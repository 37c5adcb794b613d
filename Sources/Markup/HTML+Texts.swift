extension HTML {
  /// A text that somebody wrote, to be looked at: it has a direction of writing of its own, and what cannot be seen is spelled out,
  /// such as `U+202E`. Line ends and tabs stay; the style sheet has to show them (`.quoted`).
  public static func quoted(_ text: String) -> HTML {
    var (markup, isInMark) = ("", false)
    var before: Unicode.Scalar?
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if isHidden(scalar, between: before, and: rest.first) {
        // One element for many of them: a text may have nothing else.
        markup += isInMark ? " " : "<span class=\"mark\">"
        let digits = String(scalar.value, radix: 16, uppercase: true)
        markup += "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        isInMark = true
      } else {
        if isInMark { markup += "</span>" }
        isInMark = false
        append(scalar, to: &markup)
      }
      before = scalar
    }
    if isInMark { markup += "</span>" }
    return HTML(markup: "<bdi class=\"quoted\" dir=\"auto\">" + markup + "</bdi>")
  }

  /// A text as it is, code point by code point, for an element that a person edits: `textarea`. Only U+0000 cannot be written there.
  public static func verbatim(_ text: String) -> HTML {
    // The first line end in such an element is not part of the text.
    var markup = "\n"
    for scalar in text.unicodeScalars { append(scalar, to: &markup) }
    return HTML(markup: markup)
  }

  /// Whether a code point shows nothing, or changes how others are shown.
  ///
  /// The two joiners are part of how many languages and emoji are written. Beside a letter of ASCII they do nothing but hide.
  private static func isHidden(
    _ scalar: Unicode.Scalar, between before: Unicode.Scalar?, and after: Unicode.Scalar?
  ) -> Bool {
    switch scalar {
    case "\n", "\t": return false
    case "\u{200C}", "\u{200D}":
      guard let before, let after else { return true }
      return before.isASCII || after.isASCII
    default:
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: return true
      default: return false
      }
    }
  }
}
