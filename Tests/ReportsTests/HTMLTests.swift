import Markup
import Testing

@testable import Reports

/// What stands out in a sentence, and nothing else.
@Suite struct PhraseTests {
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

/// Measures as they are shown.
@Suite struct MeasureFormatTests {
  @Test func numbers() {
    #expect(Format.number(0.74444, .fraction) == "0.744" && Format.number(-0.0123, .change) == "−0.012")
    #expect(Format.number(0.5, .change) == "+0.500" && Format.number(-0.0001, .change) == "0.000")
    #expect(
      Format.number(540 * 1024, .bytes) == "540\u{A0}KiB" && Format.number(2.5 * 1_048_576, .bytes) == "2.5\u{A0}MiB")
    #expect(Format.number(0, .bytes) == "0\u{A0}bytes" && Format.number(58.04, .seconds) == "58.0\u{A0}s")
    #expect(Format.number(1_284_160, .count) == "1,284,160" && Format.number(999, .count) == "999")
    #expect(Format.number(1e300, .fraction) == "1e+300")
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
