import Foundation
import Pretraining
import Randomness
import TestSupport
import Testing

@testable import Records
@testable import Runs

/// The smallest run: a dense model of two layers, twelve steps.
enum SmallPretraining {
  static let llama = """
    {"architectures": ["LlamaForCausalLM"], "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
     "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 288, "max_position_embeddings": 16,
     "tie_word_embeddings": true}
    """

  /// Rows of words in a random order.
  static func rows(_ count: Int = 300) -> [String] {
    var random = RandomStream(seed: 1, "text")
    let words = ["river", "stone", "light", "under", "the", "a", "of", "walks", "sleeps", "green", "12", "years"]
    return (0..<count).map { row in
      "\(row) " + (0..<20).map { _ in words[random.below(words.count)] }.joined(separator: " ") + "."
    }
  }

  static func jsonl(_ rows: [String], field: String = "text") -> String {
    rows.map { "{\"\(field)\": \"\($0)\"}\n" }.joined()
  }

  static let settings = """
    model: model.json
    sources: {words: text.jsonl}
    vocabulary: 280
    held-out: 0.1
    sequence-length: 8
    batch: 4
    micro-batch: 2
    tokens: 320
    held-out-every: 128
    held-out-tokens: 64
    threads: 1
    checkpoint-steps: 3
    """

  /// Writes model, text and YAML file.
  @discardableResult static func write(
    to scratch: Scratch, model: String = llama, text: String? = nil
  ) throws -> URL {
    try scratch.write(model, to: "model.json")
    try scratch.write(text ?? jsonl(rows()), to: "text.jsonl")
    return try scratch.write(settings, to: "run.yaml")
  }

  /// Its configuration, with `--set` words.
  static func configuration(
    _ scratch: Scratch, _ others: String..., model: String = llama, text: String? = nil
  ) throws -> PretrainingConfiguration {
    let file = try write(to: scratch, model: model, text: text)
    return try PretrainingFile.read(file, replacing: others).configuration(relativeTo: scratch.url)
  }

  /// What a run has made, but for what the machine decides.
  static func results(_ url: URL) throws -> [String: Data] {
    try tree(url).filter { name, _ in
      !["timings.jsonl", "metrics.json"].contains(name) && !name.hasPrefix("tensorboard/") && name != "lock"
    }
  }
}
