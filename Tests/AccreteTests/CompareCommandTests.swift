import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Does a comparison that is stopped and killed end with the bytes of one that never was, and does it show only what is complete?
  @Suite struct CompareCommandTests {
    private static let cells = ["sequential-o1-s0", "per-task-o1-s0"]

    /// Two cells of 60 steps.
    private func arguments(
      _ out: String, epochs: Int = 10, jobs: Int = 2, base: String = ShallowBase.folder.path
    ) -> [String] {
      ["compare", "--methods", "sequential,per-task", "--out", out, "--jobs", "\(jobs)", "--tasks"]
        + TinyRun.tasks.map { $0 + ".jsonl" } + TinyRun.options(base: base)
        + ["--epochs", "\(epochs)", "--checkpoint-steps", "2"]
    }

    /// What the configuration decides, of all cells.
    private func decided(_ comparison: URL) throws -> [String: Data] {
      try tree(comparison.appendingPathComponent("cells"), folders: true).filter { path, _ in
        let name = (path as NSString).lastPathComponent
        return path.contains("/")
          && !["timings.jsonl", "metrics.json", "costs.json", "seal.json", "lock"].contains(name)
      }
    }

    private func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

    private func json(_ url: URL) throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    }

    private func steps(_ comparison: URL, _ cell: String) -> Int {
      let events = comparison.appendingPathComponent("cells/\(cell)/events.jsonl")
      return (try? Data(contentsOf: events))?.count { $0 == UInt8(ascii: "\n") } ?? 0
    }

    /// The process that works on a cell.
    private func process(_ comparison: URL, _ cell: String) throws -> Int32 {
      let lock = try json(comparison.appendingPathComponent("cells/\(cell)/lock"))
      return Int32(truncating: try #require(lock["process"] as? NSNumber))
    }

    /// Starts, and waits until every cell has learned something.
    private func start(_ arguments: [String], _ comparison: URL, in scratch: Scratch, more: Int = 3) throws -> Process {
      let before = Self.cells.map { steps(comparison, $0) }
      let process = try Accrete.start(
        arguments, output: scratch.url("output"), error: scratch.url("error"), in: scratch.url)
      while process.isRunning, !zip(Self.cells, before).allSatisfy({ steps(comparison, $0) >= $1 + more }) {
        usleep(1000)
      }
      return process
    }

    @Test func stoppedAndKilledItGoesOnToTheSameBytes() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let whole = try Accrete.run(arguments("whole"), in: scratch.url)
      try #require(whole.code == 0, "\(whole.testDescription)")
      let comparison = scratch.url("killed")
      let command = arguments("killed")

      // Asked to stop, as by a terminal that is closed, it stops its children with checkpoints.
      var process = try start(command, comparison, in: scratch)
      try #require(process.isRunning, "it ended before it could be stopped")
      kill(process.processIdentifier, SIGHUP)
      process.waitUntilExit()
      let stopped = try Accrete.outcome(process, output: scratch.url("output"), error: scratch.url("error"))
      expectRefusal(stopped, code: 129, "stopped by signal 1", "0 of 2 cells done", "same command")
      for cell in Self.cells {
        #expect(!exists(comparison.appendingPathComponent("cells/\(cell)/lock")))
        #expect(!exists(comparison.appendingPathComponent("cells/\(cell).json")))
      }
      #expect(!exists(comparison.appendingPathComponent("lock")))
      // Nothing that looks like a result, but a table that says so.
      let results = try json(comparison.appendingPathComponent("results.json"))
      #expect((results["cells"] as? [Any])?.isEmpty == true && (results["notFinished"] as? [Any])?.count == 2)
      let report = try Accrete.run(["report", "killed"], in: scratch.url)
      #expect(report.code == 0 && report.text.contains("0 of 2 cells complete"), "\(report.text)")
      #expect(report.text.contains("per-task-o1-s0  learned 0 of 2 tasks, step"), "\(report.text)")

      // Killed without warning, its children end by themselves, each with a checkpoint. The next start waits for that, and goes on.
      process = try start(command, comparison, in: scratch)
      try #require(process.isRunning, "it ended before it could be killed")
      let second = try Accrete.run(command, in: scratch.url)
      expectRefusal(second, code: 75, "process \(process.processIdentifier)", "is working on this comparison")
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let last = try Accrete.run(command + ["--json"], in: scratch.url)
      #expect(last.code == 0, "\(last.testDescription)")
      for cell in Self.cells {
        #expect(last.error.contains("\(cell): going on"), "\(last.error)")
        let log = try String(contentsOf: comparison.appendingPathComponent("cells/\(cell).log"), encoding: .utf8)
        let ended = try #require(log.firstRange(of: "the process that started this one has ended"), "\(log)")
        let stopped = try #require(log[ended.upperBound...].firstRange(of: "stopped by signal 15"), "\(log)")
        #expect(log[stopped.upperBound...].contains("run folder: "), "\(log)")
      }
      #expect(differences(try decided(scratch.url("whole")), try decided(comparison)) == [])

      // Both tell the same of them, but for what the machine decides.
      let printed = try #require(try last.json() as? [String: Any])
      #expect(printed["isComplete"] as? Bool == true && (printed["notFinished"] as? [Any])?.isEmpty == true)
      func metrics(_ folder: String) throws -> [NSArray] {
        let methods = try #require(try json(scratch.url(folder + "/results.json"))["methods"] as? [[String: Any]])
        return try methods.map { try #require($0["metrics"] as? NSArray) }
      }
      #expect(try metrics("whole") == metrics("killed"))
      // Again, there is nothing to do.
      let again = try Accrete.run(command, in: scratch.url)
      #expect(again.code == 0 && again.error.contains("2 of 2 cells are done already"), "\(again.testDescription)")
      #expect(again.text.contains("paired with sequential") && again.text.contains("sample standard deviation"))
    }

    /// One cell's process dies: the other goes on, the failure is told, and the next start fixes it.
    @Test func aFailedCellStopsNoOther() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let comparison = scratch.url("comparison")
      let command = arguments("comparison", epochs: 6)
      let process = try start(command, comparison, in: scratch)
      kill(try self.process(comparison, Self.cells[0]), SIGKILL)
      process.waitUntilExit()
      let outcome = try Accrete.outcome(process, output: scratch.url("output"), error: scratch.url("error"))
      expectRefusal(outcome, code: 70, "1 of 2 cells", "\(Self.cells[0]): ended by signal 9", "cells/*.log")
      #expect(exists(comparison.appendingPathComponent("cells/\(Self.cells[1]).json")))
      #expect(!exists(comparison.appendingPathComponent("cells/\(Self.cells[0]).json")))
      let resumed = try Accrete.run(command, in: scratch.url)
      #expect(resumed.code == 0, "\(resumed.testDescription)")
    }

    /// Without the run folders the table is the same; a larger grid runs only what is new.
    @Test func recordsAreEnough() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let command = arguments("comparison", epochs: 1)
      let whole = try Accrete.run(command, in: scratch.url)
      try #require(whole.code == 0, "\(whole.testDescription)")
      for cell in Self.cells {
        try FileManager.default.removeItem(at: scratch.url("comparison/cells/\(cell)"))
      }
      let kept = try Accrete.run(command, in: scratch.url)
      #expect(kept.code == 0 && kept.error.contains("done already, 2 of them known from their records alone"))
      let said = "; 2 of 2 cells from their records"
      #expect(kept.text.contains(said) && kept.text.replacing(said, with: "") == whole.text, "\(kept.text)")
      let report = try Accrete.run(["report", "comparison"], in: scratch.url)
      #expect(report.code == 0 && report.text == kept.text && report.error.contains("none is written"))
      let larger = try Accrete.run(command + ["--seeds", "0,1"], in: scratch.url)
      #expect(larger.code == 0 && larger.text.contains("4 of 4 cells complete; 2 of 4 cells from their records"))
      for cell in Self.cells {
        #expect(!exists(scratch.url("comparison/cells/\(cell)")))
        #expect(exists(scratch.url("comparison/cells/\(cell.replacing("s0", with: "s1"))")))
      }
      // A record that was changed.
      let record = scratch.url("comparison/cells/\(Self.cells[0]).json")
      var bytes = try Data(contentsOf: record)
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: record)
      expectRefusal(
        try Accrete.run(command + ["--seeds", "0,1"], in: scratch.url), code: 65, "cell \(Self.cells[0])",
        "Put cells/\(Self.cells[0]).json back")
    }

    /// The command beside a cell makes the cell's numbers again, whatever options made them.
    @Test func aRowHasItsCommand() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let yaml = """
        methods: moe-cl
        seeds: [3]
        tasks: [weather.jsonl, traffic.jsonl]
        rank: 2
        alpha: 3.5
        dropout: 0.125
        options: [adversary=paper, adversary-weight=0.3]
        batch-tokens: 300
        gradient-checkpointing: true
        accumulation: 2
        epochs: 2
        learning-rate: 3e-4
        schedule: cosine
        warmup-steps: 1
        weight-decay: 0.02
        gradient-clip: 0.5
        max-length: 64
        output-head: trained
        weights: bfloat16
        per-class: 5
        test-limit: 4
        evaluate-on: test
        checkpoint-steps: 3
        checkpoint-seconds: 1000.5
        threads: 1
        """
      try scratch.write(yaml, to: "grid.yaml")
      let outcome = try Accrete.run(["compare", "--config", "grid.yaml", "--out", "comparison"], in: scratch.url)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      let result = try json(scratch.url("comparison/cells/moe-cl-o1-s3.json"))
      let words = try #require(result["command"] as? String).split(separator: " ").map(String.init)
      #expect(words.first == "accrete" && words.suffix(2) == ["--out", "moe-cl-o1-s3"])
      // By name: the default may be another one some day.
      let base = try #require(words.firstIndex(of: "--base"))
      #expect(words[base + 1] == "sapling")
      let again = try Accrete.run(Array(words.dropFirst()), in: scratch.url)
      #expect(again.code == 0, "\(again.testDescription)")
      for file in ["matrix.json", "events.jsonl", "predictions/row-2/weather.jsonl"] {
        let (one, other) = (
          scratch.url("comparison/cells/moe-cl-o1-s3/\(file)"), scratch.url("moe-cl-o1-s3/\(file)")
        )
        #expect(try Data(contentsOf: one) == Data(contentsOf: other), "\(file)")
      }
    }

    /// Closed-form heads beside the experts of two methods; a cell's result can be checked again from its record.
    @Test func closedFormHeads() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let command = arguments("comparison", epochs: 1, base: "seedling") + ["--output-head", "both"]
      let outcome = try Accrete.run(command, in: scratch.url)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      let first = outcome.errorLines.first ?? ""
      #expect(
        first.hasPrefix("base seedling, ")
          && first.hasSuffix("(sequential, per-task, rank 2) and a closed-form head for each task"))
      #expect(outcome.errorLines.count { $0.hasPrefix("base ") } == 1)
      let cell = try json(scratch.url("comparison/cells/\(Self.cells[0]).json"))
      #expect((cell["metrics"] as? [String: Any])?["outputHead"] as? String == "both")
      #expect((cell["command"] as? String)?.contains("--output-head both") == true)
      #expect(outcome.text.contains("warnings:"))
      let again = try Accrete.run(command, in: scratch.url)
      #expect(again.code == 0 && again.error.contains("2 of 2 cells are done already"), "\(again.testDescription)")
    }

    @Test func whatIsRefusedLeavesNothingBehind() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      try scratch.write("mine", to: "mine/notes.txt")
      let before = try tree(scratch.url, folders: true)
      func refused(_ code: Int32, _ arguments: [String], _ words: String...) throws {
        let outcome = try Accrete.run(arguments, in: scratch.url)
        #expect(outcome.code == code, "\(outcome.testDescription)")
        for word in words { #expect(outcome.complaints.first?.contains(word) == true, "\(word): \(outcome.error)") }
        #expect(differences(before, try tree(scratch.url, folders: true)).isEmpty, "\(arguments)")
      }
      let whole = arguments("new")
      try refused(64, whole + ["--method", "moe-cl"], "`--method` is moe-cl", "--methods")
      try refused(64, whole + ["--seed", "1"], "--seeds")
      try refused(64, whole + ["--order", "1"], "--orders")
      try refused(64, whole + ["--seeds", "0-"], "`--seeds` is 0-")
      try refused(64, whole + ["--reference", "moe-cl"], "`--reference` is moe-cl", "sequential, per-task")
      try refused(64, whole + ["--jobs", "0"], "`--jobs` is 0")
      try refused(64, whole + ["--output-head", "ridge"], "ridge with 2 methods", "trains no expert")
      try refused(64, whole + ["--orders", "1,2"], "order 2")
      try refused(65, ["compare", "--methods", "moe-cl", "--tasks", "none.jsonl", "--out", "new"], "none.jsonl")
      try refused(64, arguments("mine"), "mine", "is not a comparison")
    }

    /// Other options for the same folder are refused, with what differs.
    @Test func anotherComparisonIsRefused() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let command = arguments("comparison", epochs: 1, jobs: 1)
      try #require(try Accrete.run(command, in: scratch.url).code == 0)
      let before = try tree(scratch.url, folders: true)
      let outcome = try Accrete.run(command + ["--rank", "4", "--epochs", "2"], in: scratch.url)
      expectRefusal(
        outcome, code: 65, "configuration.rank was 2, is 4", "configuration.training.epochs was 1, is 2", "--out")
      let changed = TinyRun.rows("weather").replacingOccurrences(of: "hail", with: "hails")
      try scratch.write(changed, to: "weather.jsonl")
      expectRefusal(
        try Accrete.run(command, in: scratch.url), code: 65, "dataDigests.weather.jsonl was")
      try scratch.write(TinyRun.rows("weather"), to: "weather.jsonl")
      #expect(differences(before, try tree(scratch.url, folders: true)).isEmpty)
    }
  }
}
