import Files
import Foundation
import TestSupport
import Testing

@testable import Reports

/// What is written, and what is left alone?
@Suite struct RunReportTests {
  @Test func threeFiles() throws {
    let scratch = try Scratch()
    let runs = [try PaperRun().write(to: scratch, as: "a"), try PaperRun(seed: 1).write(to: scratch, as: "b")]
    let (one, two) = (scratch.url("new/report"), scratch.url("again"))
    let report = try RunReport.write(runs, to: one)
    try RunReport.write(runs, to: two)
    for name in ["report.html", "report.md", "report.json"] {
      let data = try Data(contentsOf: one.appendingPathComponent(name))
      let other = try Data(contentsOf: two.appendingPathComponent(name))
      #expect(!data.isEmpty && data == other)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: one.path).count == 3)
    #expect(try String(contentsOf: one.appendingPathComponent("report.md"), encoding: .utf8) == report.markdown)
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: one.appendingPathComponent("report.json")))
    let groups = try #require((json as? [String: Any])?["groups"] as? [[String: Any]])
    let values = try #require(groups.first?["values"] as? [String: [String: Any]])
    #expect(values["ACC"]?["mean"] as? Double == 0.75 && values["ACC"]?["deviation"] as? Double == 0)
    #expect(values["ACC"]?["runs"] as? Int == 2)
  }

  /// A folder that cannot be read or written says so; what was there before stays.
  @Test func aFolderThatCannotBeMade() throws {
    let scratch = try Scratch()
    let run = try PaperRun().write(to: scratch, as: "run")
    try scratch.write("mine", to: "file")
    #expect(throws: FileError.self) { try RunReport.write([run], to: scratch.url("file/report")) }
    #expect(try String(contentsOf: scratch.url("file"), encoding: .utf8) == "mine")
  }

  /// A link that leads out of a run's folder is refused, also one instead of a report.
  @Test(arguments: ["report.html", "statistics.json", "matrix-inferred.json", "events.jsonl"])
  func linksOutOfTheFolder(name: String) throws {
    let scratch = try Scratch()
    let run = try PaperRun().write(to: scratch, as: "run")
    let victim = try scratch.write("mine", to: "victim.txt")
    let file = run.appendingPathComponent(name)
    try? FileManager.default.removeItem(at: file)
    try FileManager.default.createSymbolicLink(at: file, withDestinationURL: victim)
    let error = #expect(throws: FileError.self) { try RunReport.write([run], to: run) }
    guard case .linkLeadsOut = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try String(contentsOf: victim, encoding: .utf8) == "mine")
  }

  @Test func textForATerminal() throws {
    let scratch = try Scratch()
    let comparison = try comparison(
      [PaperRun(), PaperRun(method: "sequential", seed: 1, learned: 1), PaperRun(method: "per-task\u{1B}[2J")],
      in: scratch)
    let text = SummaryText.render(comparison)
    #expect(text.contains("sequential-1: learned 1 of 2 tasks, no result yet") && !text.contains("\u{1B}"))
    #expect(text.contains("moe-cl") && text.contains("0.750 [0.650,\u{A0}0.850]"))
  }
}
