/// Texts that somebody wrote who wants something else to happen.
enum HostileTexts {
  /// 200 texts: what breaks out of an element, an attribute, a script or a comment elsewhere, in several wrappings.
  static let all: [String] = {
    let bodies = [
      "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "\"><script>x</script>",
      "' onmouseover='alert(1)", "\" autofocus onfocus=\"alert(1)", "</textarea><script>x</script>",
      "</title><script>x</script>", "</option></select><iframe src=//x>", "</bdi><style>*{display:none}</style>",
      "<!--", "-->", "]]>", "<![CDATA[", "&lt;script&gt;", "&#60;script&#62;", "&amp;amp;", "javascript:alert(1)",
      "{{constructor}}", "<a href=https://example.org>", "<base href=//x>", "<meta http-equiv=refresh content=0>",
      "\u{202E}txt.exe\u{202C}", "\u{2066}a\u{2069}\u{200B}\u{FEFF}", "\u{0}\u{1B}[2J\u{7}\u{9B}", "\r\n\r\nx: y",
      "e\u{301}<\u{338}", "\u{E0073}\u{E0070}", "👩\u{200D}💻", "שלום <b>",
    ]
    let wrappings: [(String, String)] = [
      ("", ""), ("a", "b"), ("\n", "\n"), ("<", ">"), ("&", ";"), ("\"", "\""), ("\u{202E}", ""),
    ]
    return Array(wrappings.flatMap { start, end in bodies.map { start + $0 + end } }.prefix(200))
  }()
}
