import Foundation
import TestSupport
import Testing

@testable import accrete

extension CommandLineTests {
  /// Progress as lines of JSON, and none at all.
  @Suite struct LogFormatTests {
    private struct Line {
      let event: String
      let fields: [String: Any]
    }

    /// Standard error, of which every line must be an object with a time and an event.
    private func lines(_ outcome: Outcome) throws -> [Line] {
      try outcome.errorLines.map { text in
        let fields = try #require(
          try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
        let time = try #require(fields["time"] as? String)
        #expect(time.wholeMatch(of: #/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/#) != nil, "\(time)")
        return Line(event: try #require(fields["event"] as? String), fields: fields)
      }
    }

    private func count(_ event: String, _ lines: [Line]) -> Int { lines.count { $0.event == event } }

    private static let json = ["--log-format", "json"]

    @Test func ofTrainAndResume() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let outcome = try Accrete.run(TinyRun.arguments() + Self.json, in: scratch.url)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      let lines = try lines(outcome)
      #expect(lines.first?.event == "base" && lines.last?.event == "warning")
      #expect(count("prepared", lines) == 1 && count("learned", lines) == 2 && count("step", lines) == 6)
      let step = try #require(lines.first { $0.event == "step" }).fields
      #expect(step["task"] as? String == "weather" && step["step"] as? Int == 1 && step["totalSteps"] as? Int == 3)
      #expect(step["loss"] is Double && step["learningRate"] is Double && step["tokensPerSecond"] is Double)
      let scored = try #require(lines.last { $0.event == "scored" }).fields
      #expect((scored["scores"] as? [String: Double])?.keys.sorted() == ["traffic", "weather"])

      // Complaints have the same form.
      let again = try Accrete.run(TinyRun.arguments() + Self.json, in: scratch.url)
      let last = try #require(try self.lines(again).last)
      #expect(again.code == 64 && last.event == "error")
      #expect((last.fields["text"] as? String)?.contains("exists already") == true)
      let resumed = try self.lines(Accrete.run(["resume", "run"] + Self.json, in: scratch.url))
      #expect(resumed.contains { ($0.fields["text"] as? String)?.contains("nothing to resume") == true })
    }

    @Test func ofLearn() throws {
      let scratch = try Scratch()
      let rows = TinyRun.rows("weather").split(separator: "\n").enumerated().map { number, row in
        String(number % 6 == 5 ? row.replacing("\"train\"", with: "\"validation\"") : row)
      }
      try scratch.write(rows.joined(separator: "\n"), to: "weather.jsonl")
      try #require(try Accrete.run(["init", "--base", Accrete.base.lastPathComponent], in: scratch.url).code == 0)
      let outcome = try Accrete.run(
        ["learn", "weather.jsonl", "--output-head", "both", "--rank", "2", "--max-epochs", "2", "--threads", "1"]
          + Self.json, in: scratch.url)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      let lines = try lines(outcome)
      for event in [
        "base", "rows", "ridge", "trial", "tried", "rate", "step", "measured", "stopped", "lastTraining", "gate",
      ] { #expect(count(event, lines) > 0, "\(event)") }
      #expect(count("tried", lines) == 3)
      let measured = try #require(lines.first { $0.event == "measured" }).fields
      #expect(measured["chooseLoss"] is Double && measured["isBest"] as? Bool == true)
      #expect(try #require(lines.first { $0.event == "gate" }).fields["finding"] is String)
    }

    @Test func ofPretrain() throws {
      let scratch = try Scratch()
      try scratch.write(
        """
        model: {architectures: [LlamaForCausalLM], hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1, num_attention_heads: 2, vocab_size: 288, max_position_embeddings: 16}
        sources: {book: input.txt}
        vocabulary: 280
        held-out: 0.2
        sequence-length: 8
        batch: 2
        tokens: 96
        held-out-tokens: 32
        threads: 1
        """, to: "base.yaml")
      try scratch.write(
        (0..<200).map { "the \($0) stones of the river \($0 * 7 % 13) sleep in the light\n" }.joined(), to: "input.txt")
      func run(_ more: [String]) throws -> Outcome {
        let outcome = try Accrete.run(["pretrain", "--config", "base.yaml", "--out"] + more, in: scratch.url)
        try #require(outcome.code == 0, "\(outcome.testDescription)")
        return outcome
      }
      let lines = try lines(run(["run"] + Self.json))
      #expect(count("prepared", lines) == 1 && count("step", lines) == 6 && count("heldOut", lines) == 2)
      #expect(try #require(lines.last { $0.event == "heldOut" }).fields["natsPerToken"] is Double)
      #expect(try run(["quiet", "--quiet"]).error.isEmpty)
    }

    @Test func ofCompare() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      func run(_ out: String, _ more: [String]) throws -> Outcome {
        let outcome = try Accrete.run(
          ["compare", "--methods", "per-task,sequential", "--tasks", "weather.jsonl", "--out", out] + TinyRun.options
            + more, in: scratch.url)
        try #require(outcome.code == 0, "\(outcome.testDescription)")
        return outcome
      }
      let lines = try lines(run("c", Self.json))
      #expect(count("base", lines) == 1 && count("cellBegun", lines) == 2 && count("cellDone", lines) == 2)
      let done = try #require(lines.last { $0.event == "cellDone" }).fields
      #expect((done["metrics"] as? [String: Double])?["ACC"] != nil && done["cell"] is String)
      #expect(try self.lines(run("c", Self.json)).contains { $0.event == "known" && $0.fields["done"] as? Int == 2 })
      #expect(try run("c", ["--quiet"]).error.isEmpty)
    }

    /// Wherever there is progress, it can be left out and read by programs.
    @Test func bothOptionsEverywhere() throws {
      let commands = try CommandTree.read().leaves
      for name in ["learn", "train", "resume", "pretrain", "compare", "evaluate", "train-tokenizer", "demo", "add"] {
        let options = try #require(commands.first { $0.command.commandName == name }).command.options
        #expect(options.contains("--quiet") && options.contains("--log-format"), "\(name)")
      }
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let quiet = try Accrete.run(TinyRun.arguments(["weather.jsonl"]) + ["--quiet"], in: scratch.url)
      #expect(quiet.code == 0 && quiet.errorLines.allSatisfy { $0.hasPrefix("warning: ") }, "\(quiet.error)")
    }

    /// Threads where nobody says how many: as the environment has it for other programs on libtorch.
    @Test(arguments: [("3", 3), ("2,1", 2), ("x", nil), ("0", nil)]) func threadsOfTheEnvironment(
      text: String, count: Int?
    ) throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let command =
        ["train", "--tasks", "weather.jsonl", "--out", "run", "--base", "seedling", "--dry-run"] + Self.json
      let outcome = try Accrete.run(command, by: "OMP_NUM_THREADS=\(text) \"$0\" \"$@\"", in: scratch.url)
      // The library behind libtorch complains of what is not a number, in words of its own.
      let line = try #require(outcome.errorLines.first { $0.contains("\"event\":\"base\"") })
      let base = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(base["threads"] as? Int == count ?? ProcessInfo.processInfo.activeProcessorCount)
    }

    /// Operations that get fewer threads than they planned with leave parts of their results undone: that must not be.
    @Test func fewerThreadsThanWereAskedFor() throws {
      let ids = (10...60).map(String.init).joined(separator: ",")
      func logits(_ environment: String, _ more: String...) throws -> Outcome {
        try Accrete.run(
          ["logits", "--base", "seedling", "--ids", ids] + more, by: "\(environment) \"$0\" \"$@\"")
      }
      let one = try logits("", "--threads", "1")
      #expect(one.code == 0)
      #expect(try logits("OMP_THREAD_LIMIT=1").output == one.output)
      let refused = try logits("OMP_THREAD_LIMIT=1", "--threads", "2")
      #expect(refused.code != 0 && refused.error.contains("at most 1"), "\(refused.testDescription)")
      let two = try logits("", "--threads", "2")
      #expect(two.code == 0)
      #expect(try logits("OMP_DYNAMIC=true", "--threads", "2").output == two.output)
    }

    @Test func digitsThatCount() {
      let texts = [3.1622776601683795, 1000, 1e-4, 31622.7766].map { significant($0, 4) }
      #expect(texts == ["3.162", "1000", "0.0001", "3.162e+04"])
    }

    @Test func aLine() throws {
      let time = Date(timeIntervalSince1970: 1_700_000_000.25)
      let event = LogEvent("step", ["loss": Double.nan, "task": "a \"b\"\u{1B}/c", "none": nil as Int?, "n": 7])
      #expect(
        event.line(at: time)
          == #"{"time":"2023-11-14T22:13:20.250Z","event":"step","loss":"nan","n":7,"task":"a \"b\"\u001b/c"}"#)
      #expect(LogEvent("end").line(at: time) == #"{"time":"2023-11-14T22:13:20.250Z","event":"end"}"#)
      #expect(LogEvent(text: "warning: x").line(at: time).hasSuffix(#""event":"warning","text":"x"}"#))
      #expect(LogEvent(text: "accrete: x").line(at: time).hasSuffix(#""event":"error","text":"x"}"#))
      #expect(LogEvent(text: "x: y").line(at: time).hasSuffix(#""event":"message","text":"x: y"}"#))
    }
  }
}
