import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// A base from text, as a user makes one.
  @Suite struct PretrainCommandTests {
    private static let settings = """
      model:
        architectures: [HunYuanForCausalLM]
        hidden_size: 16
        intermediate_size: 24
        num_hidden_layers: 2
        num_attention_heads: 2
        num_key_value_heads: 1
        head_dim: 8
        vocab_size: 288
        max_position_embeddings: 16
        rope_scaling: {alpha: 1.0, factor: 1.0, type: dynamic}
        tie_word_embeddings: true
        use_cla: true
        cla_share_factor: 2
        use_qk_norm: true
        num_experts: 2
        moe_topk: 1
        num_shared_expert: 1
        use_mixed_mlp_moe: true
      sources: {words: [text.jsonl]}
      vocabulary: 280
      held-out: 0.2
      sequence-length: 8
      batch: 2
      tokens: 96
      held-out-tokens: 32
      """

    @Test func fromTextToGeneratedText() throws {
      let scratch = try Scratch()
      try scratch.write(Self.settings, to: "base.yaml")
      let rows = (0..<200).map { "{\"text\": \"the \($0) stones of the river \($0 * 7 % 13) sleep in the light\"}\n" }
      try scratch.write(rows.joined(), to: "text.jsonl")
      let made = try Accrete.run(
        ["pretrain", "--config", "base.yaml", "--threads", "1", "--set", "rate=0.01", "--json", "--out", "run"],
        in: scratch.url)
      try #require(made.code == 0, "\(made.testDescription)")
      let metrics = try #require(try made.json() as? [String: Any])
      let scaling = try #require(metrics["scaling"] as? [String: Any])
      #expect(scaling["tokens"] as? Int == 96 && made.error.contains("held out after 6 steps"))
      #expect(try Accrete.run(["resume", "run"], in: scratch.url).code == 0, "it is complete")

      let loss = try Accrete.run(
        ["loss", "--base", "run/model", "--text", "text.jsonl", "--held-out", "0.2", "--length", "8"], in: scratch.url)
      #expect(loss.code == 0 && loss.text.contains("bits per byte"), "\(loss.testDescription)")
      let written = try Accrete.run(
        ["generate", "--base", "run/model", "--prompt", "the", "--max-tokens", "4"], in: scratch.url)
      #expect(written.code == 0, "\(written.testDescription)")

      let report = try Accrete.run(["report", "run"], in: scratch.url)
      #expect(report.code == 0 && report.text.contains("6 of 6 steps"), "\(report.testDescription)")
      let page = try String(contentsOf: scratch.url("run/report.html"), encoding: .utf8)
      for part in ["Held-out loss", "Load of the experts", "expert 1", "bits per byte"] {
        #expect(page.contains(part), "\(part)")
      }
      #expect(!page.contains("<script"))
    }

    /// SIGHUP and SIGTERM write a checkpoint and end it with their exit codes.
    @Test(arguments: [(SIGHUP, 129), (SIGTERM, 143)] as [(Int32, Int32)]) func signals(number: Int32, code: Int32)
      throws
    {
      let scratch = try Scratch()
      try scratch.write(Self.settings, to: "base.yaml")
      let rows = (0..<200).map { "{\"text\": \"the \($0) stones of the river \($0 * 7 % 13) sleep in the light\"}\n" }
      try scratch.write(rows.joined(), to: "text.jsonl")
      let command = ["pretrain", "--config", "base.yaml", "--threads", "1", "--tokens", "9000000", "--out", "run"]
      let (output, error) = (scratch.url("output"), scratch.url("error"))
      let process = try Accrete.start(command, output: output, error: error, in: scratch.url)
      let events = scratch.url("run/events.jsonl")
      while process.isRunning, ((try? Data(contentsOf: events))?.count ?? 0) < 2000 { usleep(1000) }
      kill(process.processIdentifier, number)
      process.waitUntilExit()
      let outcome = try Accrete.outcome(process, output: output, error: error)
      #expect(outcome.code == code, "\(outcome.testDescription)")
      expectRefusal(outcome, code: code, "stopped by signal \(number)", "accrete resume")
    }

    /// What is not a number of the kind that it should be is refused by its key, as by `train`, and is not a defect of the program.
    @Test(arguments: [
      "capacity=1e18", "capacity=nan", "checkpoint-seconds=.nan", "checkpoint-seconds=0", "checkpoint-steps=0",
      "checkpoint-steps=-1",
      "long-alpha=.nan", "long-alpha=.inf", "rate=.inf", "z-loss=1e400", "held-out-every=0", "tokenizer-bytes=-1",
      "threads=0",
    ]) func numbersThatCannotBe(setting: String) throws {
      let scratch = try Scratch()
      try scratch.write(Self.settings, to: "base.yaml")
      try scratch.write("{\"text\": \"stone\"}\n", to: "text.jsonl")
      let key = String(setting.prefix { $0 != "=" })
      let outcome = try Accrete.run(
        ["pretrain", "--config", "base.yaml", "--set", setting, "--out", "run"], in: scratch.url)
      expectRefusal(outcome, code: 64, key)
      #expect(!FileManager.default.fileExists(atPath: scratch.url("run").path))
    }

    @Test func whatIsWrongIsSaid() throws {
      let scratch = try Scratch()
      try scratch.write(Self.settings, to: "base.yaml")
      expectRefusal(
        try Accrete.run(["pretrain", "--config", "base.yaml", "--out", "run"], in: scratch.url), code: 65, "text.jsonl")
      expectRefusal(
        try Accrete.run(["pretrain", "--config", "base.yaml", "--set", "speed=9", "--out", "run"], in: scratch.url),
        code: 64, "speed", "unknown")
      try scratch.write("{\"text\": 1}\n", to: "text.jsonl")
      expectRefusal(
        try Accrete.run(["pretrain", "--config", "base.yaml", "--out", "run"], in: scratch.url), code: 65,
        "text.jsonl:1:")
      #expect(!FileManager.default.fileExists(atPath: scratch.url("run").path))
    }
  }
}
