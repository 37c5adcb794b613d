import Decoder
import Files
import Foundation
import Generation
import ModelConfiguration
import Planning
import Pretraining
import Randomness
import TestSupport
import Testing
import Tokenization

@testable import Records
@testable import Runs

/// Is what a pretraining run says about itself right: when it measures, in which units, and how long it took?
@Suite struct PretrainingMeasurementTests {
  private static let model = """
    {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 16, "intermediate_size": 24,
     "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8, "vocab_size": 288,
     "max_position_embeddings": 16, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
     "tie_word_embeddings": true}
    """

  private static let texts: [String] = {
    var random = RandomStream(seed: 2, "text")
    let words = ["river", "stone", "light", "under", "the", "a", "of", "walks", "sleeps", "green", "12", "years"]
    return (0..<300).map { row in
      "\(row) " + (0..<20).map { _ in words[random.below(words.count)] }.joined(separator: " ") + "."
    }
  }()

  private func configuration(_ scratch: Scratch) throws -> PretrainingConfiguration {
    try scratch.write(Self.model, to: "model.json")
    try scratch.write(Self.texts.map { "{\"text\": \"\($0)\"}\n" }.joined(), to: "text.jsonl")
    try scratch.write(
      """
      model: model.json
      sources: {words: [text.jsonl]}
      vocabulary: 280
      held-out: 0.1
      sequence-length: 8
      batch: 4
      micro-batch: 4
      tokens: 320
      held-out-every: 96
      held-out-tokens: 64
      threads: 1
      """, to: "run.yaml")
    return try PretrainingFile.read(scratch.url("run.yaml")).configuration(relativeTo: scratch.url)
  }

  /// A step has 4 · 8 = 32 tokens, so that 96 are passed with the steps 3, 6 and 9; the first and the last count too.
  @Test func whenAndInWhichUnits() throws {
    let scratch = try Scratch()
    let run = try PretrainingRun.start(configuration(scratch), in: scratch.url("run"))
    try run.run()
    #expect(run.measurements.map(\.step) == [0, 3, 6, 9, 10])
    // All documents are alike, so that whose tokens and bytes are counted makes no difference here.
    let tokenizer = try Base(folder: run.folder.model).tokenizer
    let tokens = try Self.texts.reduce(0) { try $0 + tokenizer.encode($1, addSpecialTokens: false).count + 1 }
    let perByte = Double(tokens) / Double(Self.texts.reduce(0) { $0 + $1.utf8.count })
    for measurement in run.measurements {
      let expected = measurement.natsPerToken * perByte / log(2)
      #expect(abs(measurement.bitsPerByte / expected - 1) < 0.08, "\(measurement.bitsPerByte), not \(expected)")
      #expect(measurement.tokens >= 64 && measurement.tokens % 8 == 0)
      let only = try #require(measurement.sources["words"])
      #expect(abs(only - measurement.natsPerToken) < 1e-9 && measurement.sources.count == 1)
    }
  }

  @Test func timesGoOnAfterAStop() throws {
    let scratch = try Scratch()
    let url = scratch.url("run")
    do {
      let run = try PretrainingRun.start(configuration(scratch), in: url)
      #expect(throws: RunError.self) { try run.run { run.stepsDone == 4 ? .stop(signal: 15) : nil } }
    }
    let resumed = try PretrainingRun.resume(url)
    try resumed.run()
    var lines: [PretrainingRun.TimingEvent] = []
    try EventLines.read(PretrainingRun.TimingEvent.self, from: resumed.folder.timings) { lines.append($0) }
    #expect(lines.map(\.step) == Array(1...10))
    let seconds = [0] + lines.map(\.seconds)
    #expect(zip(seconds, seconds.dropFirst()).allSatisfy { $0 < $1 }, "\(seconds)")
    for line in lines.prefix(4) {
      #expect(abs(line.tokensPerSecond * line.seconds / Double(32 * line.step) - 1) < 1e-3)
    }
  }

  /// The largest values that are allowed, and the next ones.
  @Test func limitsOfTokens() throws {
    let scratch = try Scratch()
    var configuration = try configuration(scratch)
    configuration.tokens = 1 << 50
    try configuration.check()
    configuration.tokens += 1
    #expect(throws: RunError.self) { try configuration.check() }
    configuration.tokens = 32
    try configuration.check()
    configuration.tokens = 31
    #expect(throws: RunError.self) { try configuration.check() }
  }

  /// What docs/pretraining.md says of keys that are left out.
  @Test func defaultsAreThoseOfTheDocumentation() throws {
    let scratch = try Scratch()
    try scratch.write(Self.model, to: "model.json")
    try scratch.write("{\"text\": \"a\"}\n", to: "text.jsonl")
    try scratch.write(
      "model: model.json\nsources: {words: [text.jsonl]}\nsequence-length: 16\ntokens: 100000\n", to: "run.yaml")
    let given = try PretrainingFile.read(scratch.url("run.yaml")).configuration(relativeTo: scratch.url)
    #expect(given.base == nil && given.heldOut == 0.002 && given.heldOutEvery == 1_000_000)
    #expect(given.heldOutTokens == 65_536 && given.decay == .cosine && given.floor == 0.3)
    #expect(given.annealShare == 0.05 && given.annealEnd == 0.1)
    #expect(given.longTokens == 0 && given.longSequenceLength == 1024 && given.longAlpha == nil)
    #expect(given.weightDecay == 0.1 && given.gradientClip == 1 && given.initializerRange == 0.02)
    #expect(given.routing.minimumCapacity == 8 && given.routing.balance == 0.01 && given.routing.zLoss == 0)
    #expect(given.vocabulary == 8192 && given.tokenizerBytes == 60_000_000)
    #expect(given.seed == 0 && given.threads == nil && given.checkpoints == CheckpointPace())
  }
}
