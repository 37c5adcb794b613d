import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// What becomes of results and progress where standard input, output or error are closed, full or read by nobody?
  @Suite struct StandardDescriptorTests {
    private func decided(_ run: URL) throws -> [String: Data] {
      try tree(run, folders: true).filter {
        !["timings.jsonl", "metrics.json", "costs.json", "seal.json"].contains($0.key)
      }
    }

    private func expectSameAsFinished(_ run: URL) throws {
      let finished = try FinishedRun.shared.folder().appendingPathComponent("run")
      let different = differences(try decided(finished), try decided(run))
      #expect(different.isEmpty)
    }

    /// Otherwise the first files that the run opens get their numbers, and progress is written into them.
    @Test(arguments: [">&- 2>&-", "<&- >&- 2>&-"])
    func closedDescriptorsAreNoFilesOfARun(closed: String) throws {
      let scratch = try Scratch()
      let outcome = try Accrete.run(
        TinyRun.arguments(out: scratch.url("run").path), by: "\"$0\" \"$@\" \(closed)",
        in: FinishedRun.shared.folder())
      #expect(outcome.code == 0, "\(outcome.testDescription)")
      for name in ["events.jsonl", "timings.jsonl"] {
        let lines = try String(contentsOf: scratch.url("run/\(name)"), encoding: .utf8).split(separator: "\n")
        for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        #expect(lines.count == 6, "\(name)")
      }
      try expectSameAsFinished(scratch.url("run"))
    }

    /// Every command that prints results, with what it reads on standard input.
    private static let commands: [(arguments: [String], input: String)] = [
      (["--help"], ""), (["--version"], ""), (["train", "--help"], ""), (["methods"], ""), (["methods", "--json"], ""),
      (["tokenize", "--base", Accrete.base.path], "rain"),
      (["chat-template", "--base", Accrete.base.path], #"{"messages":[{"role":"user","content":"Hi"}]}"#),
      (["logits", "--base", Accrete.base.path, "--ids", "1", "--threads", "1"], ""),
      (["generate", "--base", Accrete.base.path, "--prompt", "Rain", "--max-tokens", "3", "--threads", "1"], ""),
      (
        ["generate", "--base", Accrete.base.path, "--prompt", "Rain", "--max-tokens", "3", "--threads", "1", "--json"],
        ""
      ),
      (["verify", "run"], ""), (["verify", "run", "--json"], ""), (["evaluate", "run"], ""), (["report", "run"], ""),
      (["report", "run", "--json"], ""), (["experts", "list", "run"], ""),
      (["experts", "show", "run/experts/weather"], ""),
      (["doctor", "--threads", "1"], ""), (["plan-scale", "--compute", "1e20"], ""),
      (["plan-rate", "--batch-tokens", "1000", "--experts", "4", "--active", "1"], ""),
    ]

    /// A copy of the finished run that commands may write reports into.
    private func copy() throws -> Scratch {
      let scratch = try Scratch()
      for name in ["run", "weather.jsonl", "traffic.jsonl"] {
        try scratch.copy(try FinishedRun.shared.folder().appendingPathComponent(name), as: name)
      }
      return scratch
    }

    @Test(arguments: commands.indices) func aFullDiskIsAnError(number: Int) throws {
      let (arguments, input) = Self.commands[number]
      let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
      let scratch = try copy()
      let outcome = try Accrete.run(arguments, input: Data(input.utf8), in: scratch.url, output: full)
      #expect(outcome.code == 74, "\(outcome.testDescription)")
      let complaint = try #require(outcome.complaints.first)
      #expect(outcome.complaints.count == 1 && complaint.contains("standard output cannot be written: No space left"))
    }

    /// What only prints is not done where nothing can be printed.
    @Test(arguments: [["methods"], ["--version"], ["report", "run"]]) func resultsIntoAClosedOutput(
      arguments: [String]
    ) throws {
      let scratch = try copy()
      let outcome = try Accrete.run(arguments, by: "\"$0\" \"$@\" >&-", in: scratch.url)
      #expect(outcome.code == 74, "\(outcome.testDescription)")
      #expect(outcome.complaints.count == 1 && outcome.error.contains("standard output cannot be written"))
    }

    /// An input that nobody has opened is not an empty one.
    @Test(arguments: [
      ["tokenize", "--base", Accrete.base.path], ["predict", "-", "--task", "weather"], ["predict", "--route"],
      ["route"], ["evaluate", "-", "--task", "weather"], ["learn", "-", "--name", "new"],
    ]) func aClosedInput(arguments: [String]) throws {
      let scratch = try Scratch()
      try scratch.copy(LearnedRegistry.shared.folder().appendingPathComponent("registry"), as: "registry")
      let outcome = try Accrete.run(arguments, by: "\"$0\" \"$@\" <&-", in: scratch.url)
      expectRefusal(outcome, code: 74, "standard input: cannot be read: it is closed", "< FILE")
    }

    /// The writing end of a pipe without a reader.
    private func unread() throws -> FileHandle {
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      return pipe.fileHandleForWriting
    }

    @Test(arguments: Array(stride(from: 0, to: commands.count, by: 3))) func aReaderThatHasEnoughIsNoProblem(
      number: Int
    ) throws {
      let (arguments, input) = Self.commands[number]
      let scratch = try copy()
      let outcome = try Accrete.run(arguments, input: Data(input.utf8), in: scratch.url, output: unread())
      #expect(outcome.code == 141 && outcome.complaints == [], "\(outcome.testDescription)")
    }

    /// Nobody reads its progress, or there is no room for it: the run goes on to the same bytes.
    @Test(arguments: [true, false]) func progressThatIsLostEndsNoRun(isFull: Bool) throws {
      let scratch = try copy()
      let error = isFull ? try #require(FileHandle(forWritingAtPath: "/dev/full")) : try unread()
      let outcome = try Accrete.run(TinyRun.arguments(out: "again"), in: scratch.url, error: error)
      #expect(outcome.code == 0 && outcome.text.contains("run folder: "), "\(outcome.testDescription)")
      let finished = try FinishedRun.shared.folder().appendingPathComponent("run")
      let learned = differences(try decided(finished), try decided(scratch.url("again")))
      #expect(learned.allSatisfy { $0 == "manifest.json" || $0.hasPrefix("checkpoints/") }, "\(learned)")
    }
  }
}
