import Files
import Foundation
import TestSupport
import Testing

@testable import Records
@testable import Reports

/// Do the right runs come together, and are their numbers those that one gets by hand?
@Suite struct RunSummaryTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func ordersAndSeedsOfAMethod() throws {
    // Right at the end: 3/4 and 3/4; 4/4 and 2/4; (other order: b first) 1/4 and 4/4.
    let runs = [
      PaperRun(),
      PaperRun(
        seed: 1, right: [["0000", "1000"], ["1110", "1000"], ["1111", "1100"]], bytesPerTask: 3072, seconds: 20),
      PaperRun(
        order: 2, tasks: ["b", "a"], right: [["1000", "0000"], ["1111", "0000"], ["1000", "1111"]], seconds: 30),
      PaperRun(method: "sequential", right: [["0000", "1000"], ["1111", "1000"], ["1000", "1111"]]),
    ]
    let comparison = try comparison(runs, in: scratch)
    #expect(comparison.groups.map(\.name) == ["moe-cl", "sequential"] && comparison.isComparable)
    let group = try #require(comparison.groups.first)
    #expect(group.members.map(\.seed) == [0, 1, 0] && group.experiments == "orders 1, 2; seeds 0, 1")

    // ACC: 0.75, 0.75, 0.625: mean 17/24, deviations 1/24, 1/24, −2/24.
    let accuracy = try #require(group.values["ACC"])
    #expect(abs(accuracy.mean - 17.0 / 24) < 1e-12 && accuracy.runs == 3 && accuracy.interval == nil)
    #expect(abs((accuracy.deviation ?? 0) - (6.0 / 576 / 2).squareRoot()) < 1e-12)
    // Of one run there is its interval.
    #expect(comparison.groups[1].values["ACC"]?.interval?.lower == 0.625 - 0.1)

    // Task a at the end: 3/4, 4/4, 4/4 (in the other order it is the second column); task b: 3/4, 2/4, 1/4.
    #expect(group.endings["a"].map { abs($0.mean - 11.0 / 12) < 1e-12 } == true)
    #expect(group.endings["b"].map { $0.mean == 0.5 && $0.deviation == 0.25 } == true)
    // A_1: 1, 3/4, 1.
    #expect(group.curve.first??.mean == 11.0 / 12)
    // Bytes after each task: 1024 and 2048, three times as much, the first again.
    #expect(group.bytes.map { $0?.mean } == [5120.0 / 3, 10240.0 / 3])
    #expect(group.values["time to learn"].map { $0.mean == 40 && $0.deviation == 20 } == true)
    #expect(group.values["tokens/s"].map { abs($0.mean - (10 + 5 + 100.0 / 30) / 3) < 1e-9 } == true)

    // One matrix for each order; R[1][1] of order 1 is the mean of 4/4 and 3/4.
    #expect(
      group.matrices.map(\.tasks) == [["a", "b"], ["b", "a"]] && group.matrices.map(\.seeds) == [[0, 1], [0]])
    #expect(group.matrices[0].cells[1][0].map { $0.mean == 0.875 && $0.runs == 2 } == true)
    #expect(group.matrices[1].cells[1][0]?.mean == 1)
  }

  @Test func lostAndGained() throws {
    let runs = [
      PaperRun(right: [["00000000", "00000000"], ["11111110", "00000000"], ["00000001", "11000000"]]),
      PaperRun(seed: 1, right: [["00000000", "00000000"], ["11111110", "00000000"], ["11111110", "11000000"]]),
    ]
    let changes = try comparison(runs, in: scratch).groups[0].changes
    #expect(changes.map(\.task) == ["a", "b"] && changes[0].rows == [8])
    #expect(changes[0].lost.map { $0.mean == 3.5 && $0.deviation == 24.5.squareRoot() } == true)
    #expect(changes[0].gained?.mean == 0.5 && changes[1].lost?.mean == 0)
    // The first five of the first run: rows 0, 10, … with the right label 1.
    #expect(changes[0].lostExamples.map(\.index) == [0, 10, 20, 30, 40])
    #expect(changes[0].lostExamples[0] == AnswerChanges.Row(index: 0, right: 1, learned: 1, end: 0))
    #expect(changes[0].gainedExamples == [AnswerChanges.Row(index: 70, right: 1, learned: 0, end: 1)])
  }

  @Test func howFarTheBestIsAhead() throws {
    let better = PaperRun(method: "per-task", right: [["0000", "0000"], ["1111", "0000"], ["1111", "1110"]])
    let worse = PaperRun()
    let one = try #require(try comparison([worse, better], in: scratch).differences.first)
    // Of eight rows only row 2 of a is right for one alone.
    #expect(one.first == "per-task" && one.second == "moe-cl" && one.rows == 8 && one.mean == 0.125)
    #expect(one.formula == PairedDifference.formula && one.lower != nil && one.deviation == nil)

    let other = try Scratch()
    let pairs = [worse, better, PaperRun(seed: 1), PaperRun(method: "per-task", seed: 1)]
    let several = try #require(try comparison(pairs, in: other).differences.first)
    // 0.125 with seed 0, 0 with seed 1.
    #expect(several.pairs == 2 && several.mean == 0.0625 && several.rows == nil && several.lower == nil)
    #expect(several.deviation.map { abs($0 - 0.0078125.squareRoot()) < 1e-12 } == true)
    // Two seeds of one order: s.e. 1/16, t(1) 12.7062.
    let seeds = try #require(several.overSeeds)
    #expect(seeds.n == 2 && abs(seeds.upper - (0.0625 + 12.706_204_736 / 16)) < 1e-8 && several.overOrders == nil)
    #expect(one.overSeeds == nil && one.overOrders == nil)
    let text = try SummaryText.render(comparison(pairs, in: Scratch()))
    #expect(text.contains("95 % over seeds") && text.contains("n\u{A0}2"))

    // The same difference with both seeds: how others would differ cannot be told from it.
    let equal = [worse, better, PaperRun(seed: 1), PaperRun(method: "per-task", seed: 1, right: better.right)]
    let same = try SummaryText.render(comparison(equal, in: Scratch()))
    #expect(same.contains("none: all 2 equal"))
  }

  @Test func settingsMakeGroups() throws {
    var off = PaperRun()
    off.configure = { $0.options = ["adversary": "off"] }
    // Where base and data are is not a setting: what they are is.
    var moved = PaperRun(seed: 3)
    moved.configure = { $0.base = "/elsewhere" }
    let comparison = try comparison([PaperRun(), off, moved], in: scratch)
    #expect(comparison.groups.map(\.name) == ["moe-cl, options.adversary default", "moe-cl, options.adversary off"])
    #expect(comparison.groups.map(\.members.count) == [2, 1] && comparison.isComparable)
    #expect(comparison.notes.contains { $0.contains("adversary") })
  }

  @Test func otherRowsCannotBeCompared() throws {
    var limited = PaperRun(method: "sequential")
    limited.configure = { $0.testLimit = 4 }
    let others = [limited, PaperRun(method: "per-task", data: "f")]
    for (number, other) in others.enumerated() {
      let comparison = try comparison([PaperRun(), other], in: try Scratch())
      #expect(!comparison.isComparable && comparison.differences.isEmpty)
      #expect(comparison.notes.first?.contains(["testLimit", "data"][number]) == true)
      let page = ReportPage(ReportDocument(comparison)).text
      #expect(!page.contains("★ best") && !page.contains("class=\"best\""))
    }
  }

  @Test func unfinishedRunsAreNoResults() throws {
    let comparison = try comparison([PaperRun(), PaperRun(method: "sequential", learned: 1)], in: scratch)
    #expect(comparison.groups.map(\.name) == ["moe-cl"] && comparison.unfinished.map(\.learned) == [1])
    #expect(comparison.sources.map(\.learned) == [2, 1])
    let cells = try #require(comparison.unfinished.first?.matrix?.cells)
    #expect(cells[1][0]?.mean == 1 && cells[2][0] == nil)
  }

  @Test func nothingScoredYet() throws {
    let folder = try PaperRun(learned: 0).write(to: scratch, as: "new")
    for name in ["matrix.json", "metrics.json", "events.jsonl"] {
      try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
    let comparison = try RunSummary([ReportedRun(folder)])
    #expect(comparison.groups.isEmpty && comparison.unfinished.map(\.learned) == [0])
    #expect(comparison.unfinished.first?.losses.steps == 0)
  }

  @Test func whatIsRefused() throws {
    #expect(throws: ReportError.noRuns) { try RunSummary([]) }
    let (one, two) = (try PaperRun().write(to: scratch, as: "one"), try PaperRun().write(to: scratch, as: "two"))
    #expect(throws: ReportError.sameRun(one.path, two.path)) { try RunReport([one, two]) }
    #expect(throws: ReportError.sameRun(one.path, one.path)) { try RunReport([one, one]) }
    #expect(throws: RunError.notARun(folder: scratch.url("none").path)) { try RunReport([scratch.url("none")]) }
  }

  @Test(arguments: [
    ("metrics.json", #""tasksLearned":2"#, #""tasksLearned":3"#, "3 tasks learned of 2"),
    ("matrix.json", #"["a","b"]"#, #"["a","c"]"#, "its tasks are not those of manifest.json"),
    ("events.jsonl", #""task":"b","step""#, #""task":"c","step""#, "task `c`, which is not the run's next one"),
    ("predictions/row-2/a.jsonl", #""index":30"#, #""index":31"#, "its rows are not those"),
  ])
  func filesThatContradictEachOther(file: String, text: String, other: String, reason: String) throws {
    let folder = try PaperRun(steps: [[["task": 1]], [["task": 1]]]).write(to: scratch, as: "run")
    let url = folder.appendingPathComponent(file)
    let before = try String(contentsOf: url, encoding: .utf8)
    let after = before.replacingOccurrences(of: text, with: other)
    #expect(after != before)
    try scratch.write(after, to: "run/\(file)")
    let error = #expect(throws: FileError.self) { try ReportedRun(folder) }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  @Test func predictionsMayBeMissing() throws {
    let comparison = try comparison([PaperRun(hasPredictions: false)], in: scratch)
    #expect(comparison.groups.first?.changes.isEmpty == true)
    #expect(comparison.notes == ["Predictions are missing, and with them what rows tell: moe-cl-0."])
  }

  @Test func shortNames() {
    func names(_ paths: [String]) -> [String] { RunSummary.names(paths.map { URL(fileURLWithPath: $0) }) }
    #expect(names(["/x/one", "/x/two"]) == ["one", "two"])
    #expect(names(["/x/1/run", "/x/2/run", "/x/2/other"]) == ["1/run", "2/run", "2/other"])
    #expect(names(["/x/run", "/x/run"]) == ["/x/run", "/x/run"])
  }
}
