import Foundation
import TestSupport
import Testing

@testable import Records
@testable import Reports

/// Does the page say what the runs say, and nothing that somebody smuggled into them?
@Suite struct ReportPageTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func page(_ runs: [PaperRun]) throws -> String {
    ReportPage(ReportDocument(try comparison(runs, in: scratch))).text
  }

  @Test func goldenFragments() throws {
    let steps: [[[String: Double]]] = [[["task": 4], ["task": 2]], [["task": 3], ["task": 1]]]
    let sequential = PaperRun(
      method: "sequential", right: [["0000", "1000"], ["1111", "1000"], ["0001", "1110"]], steps: steps)
    let page = try page([PaperRun(steps: steps), sequential])
    for fragment in [
      "<h1>moe-cl and sequential: 2 tasks, one after the other</h1>", "2 runs, finished",
      // The best ACC, bold and with a sign; the other is not.
      #"<td class="best"><strong><span class="value">0.750</span></strong><span class="sign" role="img" aria-label="best">★</span><small>[0.650, 0.850]</small></td>"#,
      #"<td><span class="value">0.500</span><small>[0.400, 0.600]</small></td>"#,
      // R[1][a] = 1 has the deepest shade and is marked as learned; R[2][a] = 1/4 of sequential as lost.
      #"<td class="learned" style="--shade:1" title="after a, accuracy on a: 1.000"><span class="value">1.000</span><span class="sign" role="img" aria-label="just learned">*</span></td>"#,
      #"<td class="lost" style="--shade:0.25" title="after b, accuracy on a: 0.250"><span class="value">0.250</span><span class="sign" role="img" aria-label="lost">↓</span></td>"#,
      #"<th scope="col">a<small>n 4</small></th>"#,
      // Three of four rows lost, the first of them is row 0.
      #"<tr><th scope="row"><span class="name">a</span></th><td><span class="value">3</span></td><td><span class="value">0</span></td>"#,
      "Loss term: task", "Every step. Upright lines: a task begins (1 a, 2 b).",
      #"<meta name="viewport" content="width=device-width, initial-scale=1">"#, "prefers-color-scheme: dark",
    ] {
      #expect(page.contains(fragment), "\(fragment)")
    }
    requireBalanced(page)
  }

  /// What runs warn of comes before everything else, in page, Markdown and text; of many warnings the first twelve.
  @Test func warnings() throws {
    var run = PaperRun()
    run.warnings = ["task a, when it was learned: every scored row got the same label, \"<b>\": nothing was learned."]
    let summary = try comparison([run], in: scratch)
    #expect(summary.warnings.count == 1 && summary.warnings[0].hasSuffix("nothing was learned."))
    let page = ReportPage(ReportDocument(summary)).text
    #expect(
      page.contains(#"<p class="warning"><strong>Warning:</strong>"#)
        && page.contains("&lt;b&gt;"))
    #expect(ReportMarkdown(ReportDocument(summary)).text.contains("> **Warning:** "))
    #expect(SummaryText.render(summary).hasPrefix("Warning: "))
    let other = try Scratch()
    run.warnings = (0..<15).map { "warning \($0)" }
    let many = ReportDocument(try comparison([run], in: other)).warnings.map(\.text)
    try #require(many.count == 13)
    #expect(many[11].hasSuffix("warning 11"))
    #expect(many[12] == "Warning: 3 more, in the runs' metrics.json.")
  }

  /// A table of scores names the output head that made them, unless it is the usual one.
  @Test(arguments: [(OutputHead.label, "moe-cl "), (.ridge, "moe-cl, output head ridge")])
  func theOutputHeadInATable(head: OutputHead, title: String) throws {
    var run = PaperRun()
    run.configure = { $0.outputHead = head }
    let folder = RunFolder(try run.write(to: scratch, as: "run"))
    let table = try ScoreTable.render(#require(try folder.readMatrix()), of: folder.readManifest())
    let first = table.split(separator: "\n")[0].drop { $0 == " " } + " "
    #expect(first.hasPrefix(title), "\(table)")
  }

  /// On a telephone the page itself never scrolls sideways: what may be wider than 390 pixels scrolls in a box of its own, names break.
  @Test func onATelephone() throws {
    let steps: [[[String: Double]]] = [[["task": 4], ["task": 2]], [["task": 3], ["task": 1]]]
    let name = String(repeating: "x", count: 60)
    let page = try page([
      PaperRun(tasks: [name, "b"], steps: steps), PaperRun(method: "sequential", tasks: [name, "b"]),
    ])
    let tables = page.matches(of: #/<table/#).count
    let inBoxes = page.matches(of: #/<div class="scroll" role="region" tabindex="0" aria-label="[^"]+"><table/#).count
    #expect(tables > 8 && inBoxes == tables)
    for rule in [
      ".scroll {\n  overflow-x: auto; max-width: 100%;", "overflow-wrap: break-word",
      "figure { margin: 0 0 1rem; padding: 1rem 1.15rem; min-width: 0; }",
      "minmax(min(100%, var(--width)), 1fr)", ".chart > svg { display: block; width: 100%;",
      "@media (max-width: 40rem) {",
    ] { #expect(page.contains(rule), "\(rule)") }
    // Nothing has a width that a telephone has not, and nothing is cut off.
    #expect(!StyleSheet.text.description.contains(#/[^-]width: *(?:4\d\d|[5-9]\d\d|\d{4,})px/#))
    #expect(!StyleSheet.text.description.contains("overflow: hidden") && !page.contains("text-overflow"))
  }

  /// One file: nothing is loaded, nothing runs.
  @Test func selfContained() throws {
    let page = try page([PaperRun()])
    for word in ["<script", "<link", "<img", "<iframe", "@import", "url(", "http://", "https://", " on"] {
      let found = page.components(separatedBy: word).dropFirst().map { word + $0.prefix(20) }
      // ` on` as the beginning of an attribute, such as onload=.
      #expect(word == " on" ? !found.contains { $0.contains("=\"") } : found.isEmpty, "\(found)")
    }
    #expect(page.contains("default-src &#39;none&#39;"))
  }

  @Test func hostileNames() throws {
    let script = "<script>alert('x')</script>"
    var run = PaperRun(method: script)
    run.metrics = [
      .init(name: "ACC", formula: "</code>\(script)", value: 0.5), .init(name: script, formula: "|`*", value: 0.25),
    ]
    let folder = try run.write(to: scratch, as: "run")
    let statistics = [["task": script, "name": script, "formula": script, "layers": [0.5, 0.25]] as [String: Any]]
    try run.json(statistics, scratch, "run/statistics.json")
    try scratch.write(
      #"{"task":"a","step":{"step":1,"totalSteps":1,"epoch":0,"terms":{"\#(script)":1},"loss":1,"learningRate":1,"gradientNorm":1,"tokens":1}}"#
        + "\n", to: "run/events.jsonl")
    let document = ReportDocument(try RunSummary([ReportedRun(folder)]))
    let page = ReportPage(document).text
    #expect(!page.contains("<script") && page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"))
    requireBalanced(page)
    let markdown = ReportMarkdown(document).text
    let unescaped = markdown.replacingOccurrences(of: "\\<", with: "")
    #expect(unescaped.components(separatedBy: "`").enumerated().allSatisfy { $0 % 2 == 1 || !$1.contains("<") })
  }

  /// Numbers that no run writes: a page comes out all the same.
  @Test func numbersThatAreTooLarge() throws {
    var run = PaperRun(
      method: "sequential", bytesPerTask: Int.max / 4, seconds: 1e308, steps: [[["task": 1e308], ["task": -1e308]]])
    run.metrics = [
      .init(name: "ACC", formula: "", value: 1e308, interval: (-1e308, 1e308)),
      .init(name: "BWT", formula: "", value: -1e300),
    ]
    let folders = [try run.write(to: scratch, as: "huge"), try PaperRun().write(to: scratch, as: "run")]
    for folder in ["huge", "run"] {
      let statistics = [["task": "a", "name": "s", "formula": "f", "layers": [1e308, -1e308]] as [String: Any]]
      try run.json(statistics, scratch, "\(folder)/statistics.json")
    }
    let report = try RunReport.write(folders, to: scratch.url("out"))
    requireBalanced(report.html)
    #expect(report.html.contains("1e+308") && !report.html.contains("nan") && !report.html.contains(">inf"))
  }

  @Test func unfinishedRunsStandApart() throws {
    let page = try page([PaperRun(learned: 1)])
    #expect(page.contains("No finished run yet") && page.contains("1 run, none finished"))
    #expect(page.contains("<strong>Unfinished:</strong> moe-cl-0 (1 of 2 tasks)"))
    #expect(page.contains("This is progress, not a result.") && !page.contains("id=\"metrics\""))
    // What is known is shown, what is not has no number.
    #expect(
      page.contains(#"title="after a, accuracy on a: 1.000""#)
        && page.contains(#"title="after b, accuracy on a: not scored""#))
    requireBalanced(page)
  }

  @Test func inferredTasksAndLayers() throws {
    let run = PaperRun()
    let folder = try run.write(to: scratch, as: "run")
    var inferred = run.matrixObject
    inferred["R"] = [[NSNull(), NSNull()], [0.75, NSNull()], [0.5, 0.25]]
    inferred["routerAccuracy"] = [[NSNull(), NSNull()], [1, NSNull()], [0.625, 0.875]]
    inferred["unknownRate"] = [[NSNull(), NSNull()], [0, NSNull()], [0.125, 0]]
    try run.json(inferred, scratch, "run/matrix-inferred.json")
    let layers = ["a": [0.25, 0.5], "b": [0.125, 0.375]].map { task, layers in
      ["task": task, "name": "shared share", "formula": "s / (s + t)", "layers": layers] as [String: Any]
    }
    try run.json(layers.sorted { "\($0["task"] ?? "")" < "\($1["task"] ?? "")" }, scratch, "run/statistics.json")
    let comparison = try RunSummary([ReportedRun(folder)])
    let group = try #require(comparison.groups.first)
    #expect(group.inferred.first?.routerAccuracy.cells[2][1]?.mean == 0.875)
    #expect(group.inferred.first?.scores.cells[0][0] == nil)
    #expect(group.statistics.map(\.name) == ["shared share"] && group.statistics[0].tasks.map(\.task) == ["a", "b"])
    let page = ReportPage(ReportDocument(comparison)).text
    for fragment in [
      "moe-cl: router accuracy", "after b, share taken for none on a: 0.125", "moe-cl: shared share",
      "<code>s / (s + t)</code>", "a, layer 1: 0.500",
    ] {
      #expect(page.contains(fragment), "\(fragment)")
    }
    requireBalanced(page)
  }

  /// Means over the runs that have a statistic.
  @Test func layersOfSeveralRuns() throws {
    let folders = try [UInt64(0), 1].map { try PaperRun(seed: $0).write(to: scratch, as: "run\($0)") }
    for (number, layers) in [[0.25, 0.5], [0.75, 1.0]].enumerated() {
      let statistics = [["task": "a", "name": "share", "formula": "f", "layers": layers] as [String: Any]]
      try PaperRun().json(statistics, scratch, "run\(number)/statistics.json")
    }
    let comparison = try RunSummary(folders.map(ReportedRun.init))
    #expect(comparison.groups.first?.statistics.first?.tasks.first?.layers.map { $0?.mean } == [0.5, 0.75])
  }
}
