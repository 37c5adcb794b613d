import Testing

@testable import Reports

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
  }

  @Test func longNamesMayBreak() {
    #expect(HTML.name("moe-cl").markup == #"<span class="name">moe-cl</span>"#)
    #expect(HTML.name("moe-cl", breaks: true).markup == "moe-<wbr>cl")
    #expect(HTML.name("headline_clickbait<i>").markup == "headline_<wbr>clickbait&lt;i&gt;")
  }

  @Test func phrases() {
    let name = "<b>"
    let phrase: Phrase = "of \(strong: name) the \(code: "x*y")\(1)"
    #expect(phrase.html.markup == "of <strong>&lt;b&gt;</strong> the <code>x*y</code>1")
    #expect(phrase.text == "of <b> the x*y1")
  }
}

/// Is Markdown left as it is by what stands in a cell?
@Suite struct MarkdownTests {
  @Test(arguments: [
    ("a|b", #"a\|b"#), ("<script>", #"\<script\>"#), ("*x* _y_ `z`", #"\*x\* \_y\_ \`z\`"#), ("[a](b)", #"\[a\](b)"#),
    ("a\nb", "a b"), (#"\"#, #"\\"#), ("&amp;", #"\&amp;"#),
  ])
  func escaping(text: String, markdown: String) {
    #expect(ReportMarkdown.escape(text) == markdown)
  }

  @Test func tables() {
    var best = ReportTable.Cell("0.5")
    best.mark = .best
    best.detail = "± 0.1"
    let table = ReportTable(
      title: "T|itle", caption: "of \(code: "a|`b")", corner: "method", columns: [.init(title: "ACC", detail: "n 4")],
      rows: [.init(header: "moe-cl", cells: [best]), .init(header: "x|y", cells: [.init("–")])], notes: ["note"])
    #expect(
      ReportMarkdown.markdown(table) == [
        #"### T\|itle"#, "of `a¦b`",
        "| method | ACC, n 4 |\n|---|---:|\n| moe-cl | **0.5** ★ ± 0.1 |\n| x\\|y | – |", "- note",
      ])
  }
}

/// Numbers as they are shown.
@Suite struct FormatTests {
  @Test func numbers() {
    #expect(Format.number(0.74444, .fraction) == "0.744" && Format.number(-0.0123, .change) == "−0.012")
    #expect(Format.number(0.5, .change) == "+0.500" && Format.number(-0.0001, .change) == "0.000")
    #expect(
      Format.number(540 * 1024, .bytes) == "540\u{A0}KiB" && Format.number(2.5 * 1_048_576, .bytes) == "2.5\u{A0}MiB")
    #expect(Format.number(0, .bytes) == "0\u{A0}bytes" && Format.number(58.04, .seconds) == "58.0\u{A0}s")
    #expect(Format.number(1_284_160, .count) == "1,284,160" && Format.number(999, .count) == "999")
    #expect(Format.number(1e300, .fraction) == "1e+300" && Format.decimals(.nan, 1) == "–")
    #expect(Format.percent(0.7444) == "74.4\u{A0}%" && Format.points(0.0123) == "+1.2")
  }

  @Test func words() {
    #expect(Format.duration(58.4) == "58\u{A0}s" && Format.duration(192) == "3\u{A0}min\u{A0}12\u{A0}s")
    #expect(Format.duration(7500) == "2\u{A0}h\u{A0}5\u{A0}min" && Format.duration(.infinity) == "–\u{A0}s")
    #expect(Format.list(["a", "b", "c"]) == "a, b and c" && Format.list(["a"]) == "a" && Format.list([]) == "")
    #expect(Format.span([58, 60]) == "58 to 60" && Format.span([60]) == "60")
    #expect(Format.count(1, "run") == "1 run" && Format.count(2, "run") == "2 runs")
    #expect(Format.coordinate(10) == "10" && Format.coordinate(-0.01) == "0" && Format.coordinate(1.26) == "1.3")
  }
}

/// Which cells are called the best?
@Suite struct BestTests {
  private func marks(_ values: [[Double?]], _ better: [Measure.Better?]) -> [[Bool]] {
    let estimates = values.map { $0.map { $0.flatMap { Estimate([$0]) } } }
    var table = ReportTable(
      title: "", caption: "", corner: "", columns: better.map { _ in .init(title: "") },
      rows: estimates.map { .init(header: "", cells: $0.map { .init($0, .fraction) }) })
    table.markBest(estimates, better)
    return table.rows.map { $0.cells.map { $0.mark == .best } }
  }

  @Test func bothEnds() {
    let values: [[Double?]] = [[0.1, 0.1, 0.1], [0.3, 0.3, 0.3], [0.2, 0.2, 0.2]]
    #expect(
      marks(values, [.larger, .smaller, nil]) == [[false, true, false], [true, false, false], [false, false, false]])
  }

  /// What looks the same is equally good; what is missing is not worse.
  @Test func tiesAndGaps() {
    #expect(marks([[0.30001], [0.29999], [0.1]], [.larger]) == [[true], [true], [false]])
    #expect(marks([[0.3], [0.30004]], [.larger]) == [[false], [false]])
    #expect(marks([[0.3], [nil]], [.larger]) == [[false], [false]])
    #expect(marks([[nil], [0.3], [0.4]], [.smaller]) == [[false], [true], [false]])
    #expect(marks([], [.larger]).isEmpty)
  }
}
