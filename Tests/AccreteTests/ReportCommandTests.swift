import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Where does `report` write, and what does it print?
  @Suite struct ReportCommandTests {
    /// A copy of a finished run.
    private func prepared() throws -> Scratch {
      let scratch = try Scratch()
      let folder = try FinishedRun.shared.folder()
      for name in ["run", "weather.jsonl", "traffic.jsonl"] {
        try scratch.copy(folder.appendingPathComponent(name), as: name)
      }
      return scratch
    }

    @Test func oneRunIntoItsFolder() throws {
      let scratch = try prepared()
      let before = try tree(scratch.url, folders: true)
      let outcome = try Accrete.run(["report", "run"], in: scratch.url)
      #expect(outcome.code == 0, "\(outcome.testDescription)")
      #expect(outcome.text.contains("learned 2 of 2 tasks") && outcome.text.contains("ACC "))
      #expect(outcome.error == "report: \(scratch.url("run/report.html").path)\n")
      #expect(
        differences(before, try tree(scratch.url, folders: true)) == [
          "run/report.html", "run/report.json", "run/report.md",
        ])
      // Three files more are no harm to a run.
      let after = try tree(scratch.url, folders: true)
      let evaluated = try Accrete.run(["evaluate", "run"], in: scratch.url)
      let again = try Accrete.run(["report", "run"], in: scratch.url)
      #expect(evaluated.code == 0 && again.code == 0)
      #expect(differences(after, try tree(scratch.url, folders: true)).isEmpty)
      let json = try Accrete.run(["report", "run", "--json"], in: scratch.url)
      let object = try #require(try json.json() as? [String: Any])
      #expect(object.keys.sorted() == ["matrix", "metrics"])
    }

    @Test func verifyTakesNoOffence() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      try #require(try Accrete.run(TinyRun.arguments(), in: scratch.url).code == 0)
      try #require(try Accrete.run(["report", "run"], in: scratch.url).code == 0)
      let verified = try Accrete.run(["verify", "run"], in: scratch.url)
      #expect(verified.code == 0 && !verified.text.contains("PROBLEM"), "\(verified.text)")
    }

    @Test func namedFiles() throws {
      let scratch = try prepared()
      let before = try tree(scratch.url, folders: true)
      let outcome = try Accrete.run(["report", "run", "--html", "page.html", "--markdown", "page.md"], in: scratch.url)
      #expect(outcome.code == 0)
      #expect(differences(before, try tree(scratch.url, folders: true)) == ["page.html", "page.md"])
      let page = try String(contentsOf: scratch.url("page.html"), encoding: .utf8)
      #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("moe-cl: 2 tasks"))
    }

    @Test func severalRuns() throws {
      let scratch = try prepared()
      let second = try Accrete.run(
        TinyRun.arguments(out: "other") + ["--seed", "1", "--method", "sequential"], in: scratch.url)
      try #require(second.code == 0, "\(second.testDescription)")
      let before = try tree(scratch.url, folders: true)
      expectRefusal(try Accrete.run(["report", "run", "other"], in: scratch.url), code: 64, "2 runs", "--out")
      expectRefusal(
        try Accrete.run(["report", "run", "run", "--out", "all"], in: scratch.url), code: 64, "same run", "twice")
      #expect(differences(before, try tree(scratch.url, folders: true)).isEmpty)
      let outcome = try Accrete.run(["report", "run", "other", "--out", "all"], in: scratch.url)
      #expect(outcome.code == 0 && outcome.text.contains("sequential") && outcome.text.contains("Costs"))
      #expect(
        differences(before, try tree(scratch.url, folders: true)) == [
          "all", "all/report.html", "all/report.json", "all/report.md",
        ])
      let json = try Accrete.run(["report", "run", "other", "--out", "all", "--json"], in: scratch.url)
      let written = try Data(contentsOf: scratch.url("all/report.json"))
      #expect(json.output == written)
    }

    @Test func whatIsRefused() throws {
      let scratch = try prepared()
      let before = try tree(scratch.url, folders: true)
      expectRefusal(
        try Accrete.run(["report", "nowhere"], in: scratch.url), code: 64, "nowhere: there is no such folder")
      let both = try Accrete.run(["report", "run", "--out", "all", "--html", "x.html"], in: scratch.url)
      #expect(both.code == 64 && both.error.contains("--out is instead of"))
      let outcome = try Accrete.run(["report", "run", "--out", "weather.jsonl/all"], in: scratch.url)
      #expect(outcome.code == 74 && outcome.complaints.count == 1, "\(outcome.testDescription)")
      #expect(differences(before, try tree(scratch.url, folders: true)).isEmpty)
    }
  }
}
