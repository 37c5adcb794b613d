import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// The program while it prepares a pretraining run: signals end it at once, and both commands take the folder.
  @Suite struct StoppedPreparationTests {
    private static let settings = """
      model:
        architectures: [LlamaForCausalLM]
        hidden_size: 16
        intermediate_size: 24
        num_hidden_layers: 1
        num_attention_heads: 2
        vocab_size: 512
        max_position_embeddings: 8
        tie_word_embeddings: true
      sources: {words: text.jsonl}
      vocabulary: 500
      held-out: 0.02
      sequence-length: 8
      batch: 2
      tokens: 64
      held-out-tokens: 16
      threads: 1
      """

    /// Enough text for some seconds of preparation.
    private static func write(to scratch: Scratch) throws {
      try scratch.write(settings, to: "base.yaml")
      var state: UInt64 = 9
      let words = (0..<400).map { number in
        String(
          (0..<(3 + number % 7)).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Character(UnicodeScalar(UInt8(97 + (state >> 33) % 26)))
          })
      }
      let rows = (0..<900).map { row in
        let text = (0..<60).map { words[(row * 31 + $0 * $0 * 7) % words.count] }.joined(separator: " ")
        return "{\"text\": \"\(row) \(text)\"}\n"
      }
      try scratch.write(rows.joined(), to: "text.jsonl")
    }

    private static func arguments(_ out: String) -> [String] {
      ["pretrain", "--config", "base.yaml", "--out", out]
    }

    /// Starts the command, and once `path` is there sends a signal.
    private static func stopped(
      _ scratch: Scratch, _ out: String, when path: String, by signal: Int32
    ) throws -> (outcome: Outcome, seconds: Double) {
      let (output, error) = (scratch.url("output"), scratch.url("error"))
      let process = try Accrete.start(arguments(out), output: output, error: error, in: scratch.url)
      let limit = Date().addingTimeInterval(120)
      while !FileManager.default.fileExists(atPath: scratch.url(path).path), process.isRunning, Date() < limit {
        usleep(2000)
      }
      kill(process.processIdentifier, signal)
      let sent = Date()
      process.waitUntilExit()
      return (try Accrete.outcome(process, output: output, error: error), Date().timeIntervalSince(sent))
    }

    @Test func signalsEndPreparationAtOnce() throws {
      let scratch = try Scratch()
      try Self.write(to: scratch)
      let whole = try Accrete.run(Self.arguments("whole"), in: scratch.url)
      try #require(whole.code == 0, "\(whole.testDescription)")
      let model = try Data(contentsOf: scratch.url("whole/model/model.safetensors"))
      // While the tokenizer is trained; while tokens are made (after a tokenizer, before their description); killed at both.
      for (number, (path, signal, code)) in [
        ("preparing.json", SIGINT, 130), ("tokenizer/tokenizer.json", SIGTERM, 143), ("preparing.json", SIGKILL, -9),
        ("tokenizer/tokenizer.json", SIGKILL, -9),
      ].enumerated() {
        let out = "run-\(number)"
        let (outcome, seconds) = try Self.stopped(scratch, out, when: "\(out)/\(path)", by: signal)
        guard !FileManager.default.fileExists(atPath: scratch.url("\(out)/pretraining.json").path) else {
          // The machine was quicker than the signal.
          continue
        }
        #expect(outcome.code == Int32(code), "\(path): \(outcome.testDescription)")
        if signal != SIGKILL {
          #expect(outcome.complaints.count == 1 && outcome.complaints.first?.contains("accrete resume") == true)
          // "At once" on a machine that is busy with other things.
          #expect(seconds < 30, "\(seconds)")
          #expect(!FileManager.default.fileExists(atPath: scratch.url("\(out)/lock").path))
        }
        let next = number.isMultiple(of: 2) ? ["resume", out] : Self.arguments(out)
        let resumed = try Accrete.run(next, in: scratch.url)
        #expect(resumed.code == 0, "\(next): \(resumed.testDescription)")
        #expect(try Data(contentsOf: scratch.url("\(out)/model/model.safetensors")) == model, "\(path)")
        #expect(!FileManager.default.fileExists(atPath: scratch.url("\(out)/preparing.json").path))
      }
    }
  }
}
