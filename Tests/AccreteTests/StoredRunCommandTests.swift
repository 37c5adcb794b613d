import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// What do `evaluate` and `resume` do with a run that is there?
  @Suite struct StoredRunCommandTests {
    @Test func evaluateScoresAsTheMatrixSays() throws {
      let folder = try FinishedRun.shared.folder()
      let before = try tree(folder, folders: true)
      let matrix = try JSONSerialization.jsonObject(
        with: Data(contentsOf: folder.appendingPathComponent("run/matrix.json")))
      let rows = try #require((matrix as? [String: Any])?["R"] as? [[Double]])
      for (row, option) in [(2, []), (1, ["--after", "1"]), (0, ["--after", "0"])] {
        let outcome = try Accrete.run(["evaluate", "run", "--json"] + option, in: folder)
        #expect(outcome.code == 0)
        let scores = try #require(try outcome.json() as? [[String: Any]])
        #expect(scores.compactMap { $0["score"] as? Double } == rows[row])
        #expect(scores.allSatisfy { $0["scorer"] as? String == "accuracy" && $0["column"] as? String == "clean" })
        #expect(scores.allSatisfy { $0["n"] as? Int == 6 && $0["seed"] as? Int == 0 && $0["formula"] != nil })
      }
      let one = try Accrete.run(["evaluate", "run", "--task", "traffic"], in: folder)
      #expect(one.code == 0 && one.text.hasPrefix("traffic  accuracy ") && one.text.contains("n 6  seed 0"))
      #expect(differences(before, try tree(folder, folders: true)).isEmpty)
    }

    @Test func whatIsNotThereIsRefused() throws {
      let folder = try FinishedRun.shared.folder()
      let before = try tree(folder, folders: true)
      expectRefusal(
        try Accrete.run(["evaluate", "run", "--task", "sports"], in: folder), code: 64, "sports", "traffic")
      expectRefusal(try Accrete.run(["evaluate", "run", "--after", "3"], in: folder), code: 64, "after", "0 to 2")
      expectRefusal(
        try Accrete.run(["evaluate", "nowhere"], in: folder), code: 65,
        "nowhere: expected a file of labelled examples, or the folder of a run, got no such file")
      expectRefusal(try Accrete.run(["resume", "nowhere"], in: folder), code: 64, "nowhere: there is no such folder")
      expectRefusal(try Accrete.run(["resume", "weather.jsonl"], in: folder), code: 64, "weather.jsonl")
      #expect(differences(before, try tree(folder, folders: true)).isEmpty)
    }

    /// A complete run is not a failure, so that `until accrete resume RUN; do :; done` ends; it is left as it is, and its results are shown.
    @Test func resumeOfACompleteRunEndsWellAndChangesNothing() throws {
      // `resume` holds a lock in the run while it looks, which tests beside this one would see in the shared run.
      let scratch = try Scratch()
      for name in ["run"] + TinyRun.tasks.map({ $0 + ".jsonl" }) {
        try scratch.copy(try FinishedRun.shared.folder().appendingPathComponent(name), as: name)
      }
      let folder = scratch.url
      let before = try tree(folder, folders: true)
      for json in [[], ["--json"]] {
        let outcome = try Accrete.run(["resume", "run"] + json, in: folder)
        #expect(outcome.code == 0 && outcome.error.contains("nothing to resume"), "\(outcome.testDescription)")
        #expect(outcome.text.contains("ACC"))
      }
      #expect(differences(before, try tree(folder, folders: true)).isEmpty)
    }

    @Test func changedDataIsRefused() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      try #require(try Accrete.run(TinyRun.arguments(), in: scratch.url).code == 0)
      let changed = TinyRun.rows("weather").replacingOccurrences(of: "hail", with: "hails")
      try scratch.write(changed, to: "weather.jsonl")
      let before = try tree(scratch.url, folders: true)
      for command in ["evaluate", "resume"] {
        expectRefusal(
          try Accrete.run([command, "run"], in: scratch.url), code: 65, scratch.url("weather.jsonl").path,
          "has changed", "start a new run")
      }
      #expect(differences(before, try tree(scratch.url, folders: true)).isEmpty)
    }

    @Test func damagedFilesOfARunAreRefused() throws {
      let scratch = try Scratch()
      try scratch.copy(try FinishedRun.shared.folder().appendingPathComponent("run"), as: "run")
      for (file, code) in [("checkpoints/task-2.safetensors", 65), ("manifest.json", 65)] as [(String, Int32)] {
        let url = scratch.url("run").appendingPathComponent(file)
        let whole = try Data(contentsOf: url)
        try whole.dropLast(20).write(to: url)
        expectRefusal(try Accrete.run(["evaluate", "run"], in: scratch.url), code: code, url.path)
        try whole.write(to: url)
      }
    }

    /// Killed without warning in the middle of its second task; resumed, it ends as a run that was never stopped.
    @Test func aKilledRunGoesOn() throws {
      let finished = try FinishedRun.shared.folder()
      let scratch = try Scratch()
      let (output, error) = (scratch.url("output"), scratch.url("error"))
      let run = scratch.url("run")
      let process = try Accrete.start(
        TinyRun.arguments(out: run.path), output: output, error: error, in: finished)
      // Three steps of the first task and one of the second.
      let events = run.appendingPathComponent("events.jsonl")
      func steps() -> Int { (try? Data(contentsOf: events))?.count { $0 == UInt8(ascii: "\n") } ?? 0 }
      while process.isRunning, steps() < 4 { usleep(1000) }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      try #require(process.terminationReason == .uncaughtSignal, "it ended before it could be killed")
      let resumed = try Accrete.run(["resume", run.path], in: finished)
      #expect(resumed.code == 0 && resumed.error.contains("going on after"), "\(resumed.testDescription)")
      func decided(_ folder: URL) throws -> [String: Data] {
        try tree(folder, folders: true).filter {
          !["timings.jsonl", "metrics.json", "costs.json", "seal.json"].contains($0.key)
        }
      }
      #expect(differences(try decided(finished.appendingPathComponent("run")), try decided(run)).isEmpty)
    }
  }
}
