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
import Torch

@testable import Records
@testable import Runs

/// A base from text: does a run make what it says, stopped or not, and does it refuse what cannot be?
@Suite struct PretrainingRunTests {
  private static let model = """
    {"architectures": ["HunYuanForCausalLM"], "model_type": "hunyuan", "hidden_size": 16, "intermediate_size": 24,
     "num_hidden_layers": 4, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8, "vocab_size": 288,
     "max_position_embeddings": 16, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
     "rope_scaling": {"alpha": 1.0, "factor": 1.0, "type": "dynamic"}, "tie_word_embeddings": true, "use_cla": true,
     "cla_share_factor": 2, "use_qk_norm": true, "num_experts": 3, "moe_topk": 1, "num_shared_expert": 1,
     "use_mixed_mlp_moe": true}
    """

  /// Text of words in a random order, a part of it held out.
  private static func text() -> String {
    var random = RandomStream(seed: 1, "text")
    let words = ["river", "stone", "light", "under", "the", "a", "of", "walks", "sleeps", "green", "12", "years"]
    return (0..<300).map { row in
      let text = (0..<20).map { _ in words[random.below(words.count)] }.joined(separator: " ")
      return "{\"text\": \"\(row) \(text).\"}\n"
    }.joined()
  }

  private static func configuration(_ scratch: Scratch, _ more: String = "") throws -> PretrainingConfiguration {
    try Data(model.utf8).write(to: scratch.url.appendingPathComponent("model.json"))
    try Data(text().utf8).write(to: scratch.url.appendingPathComponent("text.jsonl"))
    let yaml = """
      model: model.json
      sources: {words: [text.jsonl]}
      vocabulary: 280
      held-out: 0.1
      sequence-length: 8
      batch: 4
      micro-batch: 2
      tokens: 320
      long-tokens: 64
      long-sequence-length: 16
      long-alpha: 4
      optimizer: muon
      held-out-every: 128
      held-out-tokens: 64
      threads: 1
      checkpoint-steps: 3
      \(more)
      """
    let file = scratch.url.appendingPathComponent("run.yaml")
    try Data(yaml.utf8).write(to: file)
    return try PretrainingFile.read(file).configuration(relativeTo: scratch.url)
  }

  /// Continued pretraining begins where the base ended, but for its rounding to bfloat16; its model and tokenizer are the default.
  @Test func goingOnFromABase() throws {
    let scratch = try Scratch()
    let first = try PretrainingRun.start(Self.configuration(scratch), in: scratch.url.appendingPathComponent("first"))
    try first.run()
    let yaml = """
      base: first/model
      sources: {words: [text.jsonl]}
      held-out: 0.1
      sequence-length: 16
      batch: 2
      micro-batch: 2
      tokens: 320
      held-out-every: 128
      held-out-tokens: 64
      threads: 1
      """
    let file = scratch.url.appendingPathComponent("second.yaml")
    try Data(yaml.utf8).write(to: file)
    let configuration = try PretrainingFile.read(file).configuration(relativeTo: scratch.url)
    let second = try PretrainingRun.start(configuration, in: scratch.url.appendingPathComponent("second"))
    try second.run()
    #expect(second.manifest.baseDigest == (try first.metrics().baseDigest))
    #expect(second.manifest.tokenizerDigest == first.manifest.tokenizerDigest)
    let (before, after) = (try #require(first.measurements.last), try #require(second.measurements.first))
    #expect(after.step == 0 && abs(after.natsPerToken - before.natsPerToken) < 0.02)
    #expect(abs(before.natsPerToken - log(280.0)) > 0.05)
    let wider = Data(Self.model.replacing("\"hidden_size\": 16", with: "\"hidden_size\": 32").utf8)
    try wider.write(to: scratch.url.appendingPathComponent("wider.json"))
    var other = second.configuration
    other.model = try JSONFile.read(JSONTree.self, from: scratch.url.appendingPathComponent("wider.json"))
    #expect(throws: DecoderError.self) {
      try PretrainingRun.start(other, in: scratch.url.appendingPathComponent("third"))
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.url.appendingPathComponent("third").path))
  }

  private static func bytes(_ run: RunFolder) throws -> [String: Data] {
    let names = [
      "events.jsonl", "held-out.jsonl", "pretraining.json", "model/model.safetensors", "model/config.json",
      "model/tokenizer.json", "checkpoints/step-12.safetensors",
    ]
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: run.url.appendingPathComponent($0))) })
  }

  /// Micro-batches one after the other, and side by side.
  @Test(arguments: [1, 2]) func stoppedAnywhereItEndsWithTheSameBytes(threads: Int) throws {
    let scratch = try Scratch()
    var configuration = try Self.configuration(scratch)
    configuration.threads = threads
    defer { try? TorchRuntime.setThreads(1) }
    let whole = try PretrainingRun.start(configuration, in: scratch.url.appendingPathComponent("whole"))
    #expect(whole.totalSteps == 12 && whole.manifest.longSteps == 2)
    try whole.run()
    let expected = try Self.bytes(whole.folder)
    // In the middle, between a checkpoint and the next, at the border of the long stage, and inside of it.
    for stop in [1, 5, 10, 11] {
      let url = scratch.url.appendingPathComponent("stopped-\(stop)")
      do {
        let run = try PretrainingRun.start(configuration, in: url)
        #expect(throws: RunError.self) { try run.run { run.stepsDone == stop ? .stop(signal: 15) : nil } }
      }
      let resumed = try PretrainingRun.resume(url)
      #expect(resumed.stepsDone == stop)
      try resumed.run()
      let got = try Self.bytes(resumed.folder)
      for (name, data) in expected { #expect(got[name] == data, "stopped after \(stop): \(name)") }
    }
  }

  @Test func baseIsWhatWasLearned() throws {
    let scratch = try Scratch()
    let run = try PretrainingRun.start(
      Self.configuration(scratch), in: scratch.url.appendingPathComponent("run"))
    try run.run()
    let base = try Base(folder: run.folder.model)
    #expect(base.model.configuration.maxPositions == 16 && base.model.configuration.ropeScaling == .ntkAlpha(4))
    let metrics = try run.metrics()
    #expect(metrics.scaling?.tokens == 384 && metrics.baseDigest == base.model.digest)
    #expect(metrics.heldOut.first?.step == 0 && metrics.heldOut.last?.step == 12)
    // It learned: below what it began with.
    let first = try #require(metrics.heldOut.first)
    let last = try #require(metrics.heldOut.last)
    #expect(last.natsPerToken < first.natsPerToken && abs(first.natsPerToken - log(288)) < 0.5)
    let text = try TextSource(name: "text", files: [scratch.url.appendingPathComponent("text.jsonl")])
    let loss = try TextLoss(base, source: text, length: 16, heldOut: HeldOutRule(share: 0.1), maxTokens: nil)
    #expect(abs(loss.natsPerToken - last.natsPerToken) < 0.5 && loss.bitsPerByte > 0)
    let events = try Data(contentsOf: run.folder.events)
    #expect(events.filter { $0 == UInt8(ascii: "\n") }.count == 12)
    var reports: [PretrainingReport] = []
    try EventLines.read(PretrainingReport.self, from: run.folder.events) { reports.append($0) }
    #expect(reports.map(\.stage).suffix(2) == ["long", "long"] && reports.allSatisfy { $0.routing?.count == 4 })
    #expect(reports.allSatisfy { $0.tokens == 32 })
  }

  @Test func whatHasChangedIsRefused() throws {
    let scratch = try Scratch()
    let url = scratch.url.appendingPathComponent("run")
    do {
      let run = try PretrainingRun.start(Self.configuration(scratch), in: url)
      #expect(throws: RunError.self) { try run.run { run.stepsDone == 4 ? .stop(signal: 2) : nil } }
    }
    // One byte of a checkpoint.
    let file = url.appendingPathComponent("checkpoints/step-4.safetensors")
    let whole = try Data(contentsOf: file)
    var damaged = whole
    damaged[damaged.count / 2] ^= 1
    try damaged.write(to: file)
    #expect(throws: RunError.self) { try PretrainingRun.resume(url) }
    try whole.write(to: file)
    // The text.
    let text = scratch.url.appendingPathComponent("text.jsonl")
    let words = try Data(contentsOf: text)
    try (words + Data("{\"text\": \"more\"}\n".utf8)).write(to: text)
    #expect(throws: RunError.self) { try PretrainingRun.resume(url) }
    try words.write(to: text)
    #expect(try PretrainingRun.resume(url).stepsDone == 4)
  }

  @Test(arguments: [
    ("micro-batch: 3", "micro-batch"), ("tokens: 10", "tokens"), ("rate: 0", "rate"), ("batchsize: 4", "batchsize"),
    ("sequence-length: 64", "sequence-length"), ("expert-rate: fast", "expert-rate"), ("capacity: -1", "capacity"),
    ("overflow: wait", "overflow"), ("held-out: 1", "held-out"), ("mixture: {nobody: 1}", "nobody"),
    (
      "model: {architectures: [HunYuanMoEV1ForCausalLM], vocab_size: 288, hidden_size: 16, intermediate_size: 8, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16, num_experts: 2, moe_topk: 1}",
      "moe_topk"
    ),
  ])
  func whatCannotBeIsNamed(line: String, word: String) throws {
    let scratch = try Scratch()
    let key = line.prefix { $0 != ":" }
    do {
      // The line replaces the file's, as `--set` does.
      _ = try Self.configuration(scratch)
      let file = scratch.url.appendingPathComponent("run.yaml")
      let value = line.dropFirst(key.count + 1).trimmingCharacters(in: .whitespaces)
      let configuration = try PretrainingFile.read(file, replacing: ["\(key)=\(value)"])
        .configuration(relativeTo: scratch.url)
      _ = try PretrainingRun.start(configuration, in: scratch.url.appendingPathComponent("run"))
      Issue.record("\(line) was accepted")
    } catch {
      #expect("\(error)".contains(word), "\(line): \(error)")
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.url.appendingPathComponent("run").path))
  }
}
