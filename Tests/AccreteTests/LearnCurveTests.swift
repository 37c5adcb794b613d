import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// The curves of `learn` for TensorBoard.
  @Suite struct LearnCurveTests {
    private static func scratch() throws -> Scratch {
      let scratch = try Scratch()
      // Some rows are for choosing.
      let rows = TinyRun.rows("weather").split(separator: "\n").enumerated().map { number, row in
        String(number % 6 == 5 ? row.replacing("\"train\"", with: "\"validation\"") : row)
      }
      try scratch.write(rows.joined(separator: "\n"), to: "weather.jsonl")
      let made = try Accrete.run(["init", "--base", Accrete.base.lastPathComponent], in: scratch.url)
      try #require(made.code == 0, "\(made.testDescription)")
      return scratch
    }

    private static func command(epochs: Int) -> [String] {
      [
        "learn", "weather.jsonl", "--output-head", "label", "--rank", "2", "--batch", "4", "--learning-rate", "0.001",
        "--max-epochs", "\(epochs)", "--threads", "1", "--tensorboard", "curves", "--log-format", "json",
      ]
    }

    private static func curve(_ scratch: Scratch, _ name: String) throws -> EventFile {
      try EventFile(scratch.url("curves/\(name)/events.out.tfevents.0.accrete"))
    }

    /// A process that is killed goes on in the same curve, in which every step stands once.
    @Test func everyStepOnce() throws {
      let scratch = try Self.scratch()
      let command = Self.command(epochs: 40)
      let process = try Accrete.start(
        command, output: scratch.url("output"), error: scratch.url("error"), in: scratch.url)
      func steps() throws -> Int { try scratch.text("error").matches(of: #/"event":"step"/#).count }
      func wait(for body: () throws -> Bool) throws {
        while process.isRunning, try !body() { usleep(2000) }
        let said = try scratch.text("error")
        try #require(process.isRunning, "\(said)")
      }
      func hasCheckpoint() throws -> Bool {
        try tree(scratch.url("registry/work"), folders: true).values.contains { !$0.isEmpty }
      }
      try wait { try steps() >= 5 }
      kill(process.processIdentifier, SIGUSR1)
      try wait { try hasCheckpoint() }
      let kept = try steps()
      try wait { try steps() >= kept + 3 }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()

      let rest = try Accrete.run(command, in: scratch.url)
      try #require(rest.code == 0, "\(rest.testDescription)")
      #expect(rest.error.contains("\"event\":\"resumed\""))
      let curve = try Self.curve(scratch, "weather@1")
      let learned = curve.steps(of: "loss/train")
      #expect(learned == Array(1...max(learned.count, 1)) && learned.count > kept + 3)
      #expect(curve.steps(of: "learning-rate") == learned)
      let measured = curve.steps(of: "loss/choose")
      #expect(!measured.isEmpty && measured == measured.sorted() && Set(measured).count == measured.count)
      let last = try Self.curve(scratch, "weather@1-all-rows").steps(of: "loss/train")
      #expect(!last.isEmpty && last == Array(1...last.count))

      // Where no curve can be written, that is said before the training.
      try scratch.write("", to: "file")
      let next = Self.command(epochs: 1).map { $0 == "curves" ? "file/curves" : $0 } + ["--instruction", "How is it?"]
      let without = try Accrete.run(next, in: scratch.url)
      #expect(
        without.code == 74 && without.error.contains("file/curves: cannot be written: no folder can be made there"))
    }

    /// A curve for each task; one that is drawn over an older one has every step once.
    @Test func ofARun() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      for run in ["one", "two"] {
        let outcome = try Accrete.run(TinyRun.arguments(out: run) + ["--tensorboard", "curves"], in: scratch.url)
        try #require(outcome.code == 0, "\(outcome.testDescription)")
        for name in ["1-weather", "2-traffic"] {
          let curve = try Self.curve(scratch, name)
          #expect(curve.steps(of: "loss/train") == [1, 2, 3] && curve.steps(of: "learning-rate") == [1, 2, 3])
        }
      }
    }
  }
}
