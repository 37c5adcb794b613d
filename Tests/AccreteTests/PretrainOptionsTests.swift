import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// What `pretrain` says on the way, and to what it does not take.
  @Suite struct PretrainOptionsTests {
    private static let settings = """
      model: {architectures: [LlamaForCausalLM], hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1, num_attention_heads: 2, vocab_size: 288, max_position_embeddings: 16}
      sources: {book: input.txt}
      vocabulary: 280
      held-out: 0.2
      sequence-length: 8
      batch: 2
      tokens: 96
      held-out-tokens: 32
      threads: 1
      """

    private static func scratch() throws -> Scratch {
      let scratch = try Scratch()
      try scratch.write(settings, to: "base.yaml")
      try scratch.write(
        (0..<200).map { "the \($0) stones of the river \($0 * 7 % 13) sleep in the light\n" }.joined(), to: "input.txt")
      return scratch
    }

    private static func run(_ scratch: Scratch, _ more: String...) throws -> Outcome {
      try Accrete.run(["pretrain", "--config", "base.yaml", "--out", "run"] + more, in: scratch.url)
    }

    /// One file of text, the whole way.
    @Test func oneFileOfText() throws {
      let scratch = try Self.scratch()
      let trial = try Self.run(scratch, "--dry-run")
      #expect(trial.code == 0 && trial.text.contains("memory: peak") && trial.text.contains("time: about"))
      #expect(!FileManager.default.fileExists(atPath: scratch.url("run").path))
      let made = try Self.run(scratch)
      try #require(made.code == 0, "\(made.testDescription)")
      // When it was measured, and on how much.
      let lines = made.errorLines.filter { $0.hasPrefix("held out after ") }
      #expect(lines.count == 2 && lines.allSatisfy { $0.contains(" bytes)") })
      #expect(
        lines.allSatisfy { $0.firstMatch(of: #/steps, [0-9]+ s \([0-9]{2}:[0-9]{2}:[0-9]{2}\): /#) != nil }, "\(lines)")
      let loss = try Accrete.run(
        ["loss", "--base", "run/model", "--text", "*.txt", "--held-out", "0.2", "--length", "8"], in: scratch.url)
      #expect(loss.code == 0 && loss.text.contains("of 1 documents"), "\(loss.testDescription)")
      let report = try Accrete.run(["report", "run"], in: scratch.url)
      #expect(report.code == 0 && report.text.contains(" bytes)"))
    }

    @Test func nothingHeldOut() throws {
      let scratch = try Self.scratch()
      let made = try Self.run(scratch, "--set", "held-out=0")
      try #require(made.code == 0, "\(made.testDescription)")
      #expect(made.error.contains("held-out is 0") && made.text.contains("not measured"))
      let report = try Accrete.run(["report", "run"], in: scratch.url)
      #expect(report.code == 0, "\(report.testDescription)")
    }

    @Test func aRunThatDivergedSaysSo() throws {
      let scratch = try Self.scratch()
      let made = try Self.run(scratch, "--set", "rate=30", "--set", "warm-up=0")
      #expect(made.code == 0 && made.error.contains("warning: the run diverged"), "\(made.testDescription)")
      _ = try Accrete.run(["report", "run"], in: scratch.url)
      #expect(try String(contentsOf: scratch.url("run/report.html"), encoding: .utf8).contains("Diverged:"))
    }

    @Test func refusals() throws {
      let scratch = try Self.scratch()
      try scratch.write("text\nx\n", to: "a.csv")
      expectRefusal(
        try Self.run(scratch, "--set", "sources={a: a.csv}"), code: 65, "a.csv", "python3 -c 'import csv", "a.jsonl")
      expectRefusal(
        try Self.run(scratch, "--set", "optimizer=sgd"), code: 64, "optimizer", "\"sgd\"", "allowed: adamw, muon")
      // A model of two terabytes: options that the command has.
      let large =
        "model={architectures: [LlamaForCausalLM], hidden_size: 131072, intermediate_size: 8, num_hidden_layers: 1, num_attention_heads: 1024, vocab_size: 4194304, max_position_embeddings: 16}"
      let outcome = try Self.run(scratch, "--set", large, "--dry-run")
      #expect(outcome.code != 0 && outcome.complaints.count == 1, "\(outcome.testDescription)")
      #expect(outcome.error.contains("out of memory") && outcome.error.contains("--set micro-batch=N"))
      #expect(!outcome.error.contains("--max-length") && !outcome.error.contains("--gradient-checkpointing"))
    }
  }
}
