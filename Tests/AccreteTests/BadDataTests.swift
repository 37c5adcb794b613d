import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// Are data that are wrong refused with file and line, before anything is made?
  @Suite struct BadDataTests {
    /// Trains on `weather.jsonl` and `bad`; expects a refusal that names `words` and leaves everything as it was.
    private func refused(
      _ scratch: Scratch, _ bad: String = "traffic.jsonl", naming words: [String],
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let parent = scratch.url.deletingLastPathComponent()
      let around = try Set(FileManager.default.contentsOfDirectory(atPath: parent.path)).filter { $0.hasPrefix("run") }
      let before = try tree(scratch.url, folders: true)
      let outcome = try Accrete.run(TinyRun.arguments(["weather.jsonl", bad]), in: scratch.url)
      expectRefusal(outcome, code: 65, bad, sourceLocation: sourceLocation)
      for word in words {
        #expect(outcome.error.contains(word), "\(outcome.testDescription)", sourceLocation: sourceLocation)
      }
      #expect(differences(before, try tree(scratch.url, folders: true)).isEmpty, sourceLocation: sourceLocation)
      let after = try Set(FileManager.default.contentsOfDirectory(atPath: parent.path)).filter { $0.hasPrefix("run") }
      #expect(around == after, sourceLocation: sourceLocation)
    }

    private func scratch(_ traffic: String? = nil) throws -> Scratch {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      if let traffic { try scratch.write(traffic, to: "traffic.jsonl") }
      return scratch
    }

    @Test func aLineThatIsNoJSON() throws {
      var lines = TinyRun.rows("traffic").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      lines[6] = "{\"text\":\"Expect nothing\",\"label\""
      try refused(scratch(lines.joined(separator: "\n")), naming: ["traffic.jsonl:7: ", "is not JSON", "Fix: "])
    }

    @Test func aFieldThatIsNoText() throws {
      let rows = TinyRun.rows("traffic") + "{\"text\":7,\"label\":\"jam\",\"split\":\"train\"}\n"
      try refused(scratch(rows), naming: ["traffic.jsonl:19: ", "\"text\"", "Fix: "])
    }

    @Test func unknownLabelInTheTestSplit() throws {
      let rows = TinyRun.rows("traffic") + "{\"text\":\"Expect fog.\",\"label\":\"fog\",\"split\":\"test\"}\n"
      try refused(scratch(rows), naming: ["traffic.jsonl:19: ", "\"fog\"", "\"free\", \"jam\"", "Fix: "])
    }

    @Test(arguments: ["train", "test"]) func emptySplit(split: String) throws {
      let rows = TinyRun.rows("traffic").split(separator: "\n").filter { !$0.contains("\"split\":\"\(split)\"") }
      try refused(
        scratch(rows.joined(separator: "\n")), naming: ["traffic.jsonl: ", "at least one \(split) row", "Fix: "])
    }

    @Test func emptyFile() throws {
      try refused(scratch(""), naming: ["traffic.jsonl: ", "at least one row", "Fix: "])
    }

    @Test func bytesThatAreNoText() throws {
      let scratch = try scratch()
      try scratch.write(Data(TinyRun.rows("traffic").utf8) + [0xC3, 0x28, 0x0A], to: "traffic.jsonl")
      try refused(scratch, naming: ["traffic.jsonl:19: ", "UTF-8", "Fix: "])
    }

    @Test func aFolderInsteadOfAFile() throws {
      let scratch = try scratch()
      try scratch.write("x", to: "folder.jsonl/x")
      try refused(scratch, "folder.jsonl", naming: ["got a folder", "Fix: "])
    }

    @Test func aMissingFile() throws {
      try refused(scratch(), "missing.jsonl", naming: ["nothing there", "Fix: "])
    }

    /// Names that would leave the run's folder, hide a file, or mean something to a shell.
    @Test(arguments: [
      "..%2f..%2frun-escaped.jsonl", "...jsonl", ".hidden.jsonl", "a b.jsonl", "$(id).jsonl", "a\\..\\b.jsonl",
    ])
    func namesThatAreNoTasks(name: String) throws {
      let scratch = try scratch()
      try scratch.copy(scratch.url("traffic.jsonl"), as: name)
      try refused(scratch, name, naming: ["a task name of", "Rename the file"])
    }

    @Test func aPathThatGoesUpNamesOnlyItsFile() throws {
      let scratch = try scratch()
      try scratch.copy(scratch.url("traffic.jsonl"), as: "up.jsonl")
      let folder = scratch.url("inside")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let outcome = try Accrete.run(TinyRun.arguments(["../weather.jsonl", "x/../../up.jsonl"]), in: folder)
      #expect(outcome.code == 0, "\(outcome.testDescription)")
      let experts = folder.appendingPathComponent("run/experts")
      #expect(try FileManager.default.contentsOfDirectory(atPath: experts.path).sorted() == ["up", "weather"])
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: scratch.url.path).sorted()
          == ["inside", "traffic.jsonl", "up.jsonl", "weather.jsonl"])
    }

    @Test func theSameTaskTwice() throws {
      let scratch = try scratch()
      try scratch.copy(scratch.url("traffic.jsonl"), as: "other/Weather.jsonl")
      try refused(scratch, "other/Weather.jsonl", naming: ["a task name of its own"])
    }

    /// Free answers are written by the model; a head has no label for them.
    @Test func aHeadForFreeAnswers() throws {
      let rows = (0..<30).map { "{\"prompt\":\"p \($0)\",\"answer\":\"answer \($0)\"}\n" }
      let scratch = try scratch(rows.joined())
      for head in ["trained", "ridge", "both"] {
        let outcome = try Accrete.run(TinyRun.arguments() + ["--output-head", head], in: scratch.url)
        expectRefusal(outcome, code: 65, "task `traffic`", "`\(head)` for free answers", "--output-head label")
      }
    }

    @Test func moreThanAMaximumLengthCanHold() throws {
      let scratch = try scratch()
      let outcome = try Accrete.run(TinyRun.arguments() + ["--max-length", "8"], in: scratch.url)
      expectRefusal(outcome, code: 65, "task weather", "at most 8 tokens", "Raise the maximum length")
    }

    @Test func noTasksAtAll() throws {
      let scratch = try scratch()
      let outcome = try Accrete.run(["train", "--out", "run"], in: scratch.url)
      expectRefusal(outcome, code: 64, "tasks", "at least one file of rows")
    }
  }
}
