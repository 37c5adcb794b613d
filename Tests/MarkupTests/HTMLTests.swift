import Testing

@testable import Markup

/// Can a name become markup?
@Suite struct HTMLTests {
  @Test(arguments: [
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"), ("a & b", "a &amp; b"),
    (#""onload='x'"#, "&quot;onload=&#39;x&#39;"), ("日本 ± α", "日本 ± α"), ("&lt;", "&amp;lt;"),
    // Line ends, escape sequences, and the sign that turns the direction of writing.
    ("a\nb\u{1B}[2Jc\u{202E}d", "a b [2Jc d"),
  ])
  func escaping(text: String, markup: String) {
    #expect(HTML.text(text).markup == markup)
    #expect(HTML("b", ["title": text], .none).markup == "<b title=\"\(markup)\"></b>")
  }

  @Test func elements() {
    #expect(HTML("b", ["class": nil, "id": "x"], .text("1"), .text("<")).markup == #"<b id="x">1&lt;</b>"#)
    #expect(HTML("tr", [:], [HTML("td", [:], .text("1"))]).markup == "<tr><td>1</td></tr>\n")
    #expect(HTML.void("meta", ["charset": "utf-8"]).markup == "<meta charset=\"utf-8\">\n")
    #expect(HTML.void("input", ["required": ""]).markup == "<input required=\"\">\n")
    #expect(HTML.literal(["<i>", "</i>"]).markup == "<i>\n</i>")
  }

  @Test func longNamesMayBreak() {
    #expect(HTML.name("moe-cl").markup == #"<span class="name">moe-cl</span>"#)
    #expect(HTML.name("moe-cl", breaks: true).markup == "moe-<wbr>cl")
    #expect(HTML.name("headline_clickbait<i>").markup == "headline_<wbr>clickbait&lt;i&gt;")
  }

  /// What is wider than the page scrolls in a box that a keyboard reaches and a screen reader names.
  @Test func tables() {
    let table = HTML.table("a & b", columns: ["<x>", "y"], rows: [[.text("1"), .text("2")]])
    #expect(
      table.markup
        == #"<div class="scroll" role="region" tabindex="0" aria-label="a &amp; b"><table class="numbers">"#
        + "<thead><tr><th scope=\"col\">&lt;x&gt;</th><th scope=\"col\">y</th></tr>\n</thead>\n"
        + "<tbody><tr><th scope=\"row\">1</th><td>2</td></tr>\n</tbody>\n</table>\n</div>\n")
    #expect(HTML.table("a", columns: [], rows: [], isText: true).markup.contains(#"<table class="words">"#))
  }
}

/// Do texts that somebody else wrote look like what they are?
@Suite struct QuotedTextTests {
  private func inside(_ text: String) -> String? {
    let markup = HTML.quoted(text).markup
    let (start, end) = (#"<bdi class="quoted" dir="auto">"#, "</bdi>")
    guard markup.hasPrefix(start), markup.hasSuffix(end) else { return nil }
    return String(markup.dropFirst(start.count).dropLast(end.count))
  }

  @Test(arguments: [
    ("plain", "plain"), ("", ""), ("a\n\tb", "a\n\tb"), ("שלום", "שלום"),
    ("a\u{202E}b", #"a<span class="mark">U+202E</span>b"#),
    ("\u{0}\u{1B}", #"<span class="mark">U+0000 U+001B</span>"#),
    ("\u{E0041}", #"<span class="mark">U+E0041</span>"#),
    ("x\r", #"x<span class="mark">U+000D</span>"#), ("\u{2028}", #"<span class="mark">U+2028</span>"#),
    // A joiner within an emoji or a word of Persian is part of it; in a name of ASCII it only hides.
    ("👩\u{200D}💻", "👩\u{200D}💻"), ("می\u{200C}شود", "می\u{200C}شود"),
    ("sp\u{200D}am", #"sp<span class="mark">U+200D</span>am"#), ("é\u{200C}", #"é<span class="mark">U+200C</span>"#),
    ("<b>\u{7}</b>", #"&lt;b&gt;<span class="mark">U+0007</span>&lt;/b&gt;"#),
  ])
  func marks(text: String, markup: String) {
    #expect(inside(text).map { Array($0.unicodeScalars) } == Array(markup.unicodeScalars))
  }

  /// What is edited is what was written, code point by code point.
  @Test func verbatim() {
    #expect(HTML.verbatim("").markup == "\n")
    #expect(
      Array(HTML.verbatim("\na\r</textarea>\u{202E}\u{0}e\u{301}&amp;").markup.unicodeScalars)
        == Array("\n\na&#13;&lt;/textarea&gt;\u{202E}\u{FFFD}e\u{301}&amp;amp;".unicodeScalars))
  }

  /// However long a text is, nothing of it becomes an element or an attribute, and marks do not make it much longer.
  @Test func hugeTexts() {
    let many = 64 * 1024
    let hidden = HTML.quoted(String(repeating: "\u{202E}", count: many)).markup
    #expect(hidden.utf8.count < 8 * many && hidden.components(of: "<span") == 1)
    let tags = HTML.quoted(String(repeating: "<i>", count: many / 3)).markup
    #expect(tags.components(of: "<") == 2 && tags.components(of: "&lt;") == many / 3)
  }
}

extension String {
  /// How often a text is in this one.
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
