import Decoder
import Experts
import Files
import Foundation
import Generation
import TestSupport
import Testing

@testable import Records
@testable import Runs
@testable import Verification

extension RunTests {
  /// Is a run bound to what its base's files say, not to its weights alone?
  @Suite struct BoundBaseTests {
    private func object(_ file: URL) throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    }

    private func write(_ object: [String: Any], to file: URL, _ options: JSONSerialization.WritingOptions = []) throws {
      try JSONSerialization.data(withJSONObject: object, options: options).write(to: file)
    }

    /// Each change leaves every tensor's name and shape as it is. It is found with its key by whoever goes on with the run, scores it,
    /// verifies it or serves its experts.
    @Test func everyChangeOfTheBasesFilesIsRefusedWithItsKey() throws {
      let scratch = try Scratch()
      let base = try scratch.copy(Tiny.base, as: "base")
      var configuration = Tiny.configuration(try Tiny.write(to: scratch), method: "per-task")
      configuration.base = base.path
      let folder = scratch.url("run")
      try SequenceRun.start(configuration, in: folder).run()
      let changes: [(String, [String: Any], key: String)] = [
        ("config.json", ["rope_theta": 500_000], "rope_theta"), ("config.json", ["rms_norm_eps": 1e-6], "rms_norm_eps"),
        ("config.json", ["num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 64], "num_attention_heads"),
        ("config.json", ["rope_scaling": ["rope_type": "linear", "factor": 2]], "rope_scaling"),
        ("config.json", ["max_position_embeddings": 256], "max_position_embeddings"),
        ("generation_config.json", ["eos_token_id": [0, 2]], "eos_token_id"),
        ("generation_config.json", ["eos_token_id": 2], "eos_token_id"),
      ]
      for (name, values, key) in changes {
        let file = base.appendingPathComponent(name)
        let whole = try Data(contentsOf: file)
        try write(object(file).merging(values) { $1 }, to: file)
        let changed = try Base(folder: base)
        let host = StoredExpert.Base(changed.model.declared, digest: changed.model.digest, tokenizerDigest: nil)
        let readers: [(String, () throws -> Void)] = [
          ("evaluate", { _ = try SequenceRun.open(folder) }), ("resume", { _ = try SequenceRun.resume(folder) }),
          ("generate --run", { _ = try StoredRun(folder, model: changed.model) }),
          ("generate --expert", { _ = try StoredExpert(RunFolder(folder).expert("weather"), for: host) }),
          (
            "verify",
            {
              let failures = try RunVerification(folder).failures
              let sources = failures.first { $0.what.hasPrefix("base") }
              throw FileError.malformedJSON(path: "verify", reason: try #require(sources).found)
            }
          ),
        ]
        for (reader, read) in readers {
          let error = #expect(throws: (any Error).self, "\(reader), \(key)") { try read() }
          #expect(
            "\(error.map { "\($0)" } ?? "")".contains("`\(key)"), "\(reader), \(key): \(String(describing: error))")
        }
        try whole.write(to: file)
      }
      #expect(throws: Never.self) { try SequenceRun.open(folder) }
    }

    /// What is bound is what the files say: another order, other spaces and keys that say nothing new are the same.
    @Test func aFileThatSaysTheSameIsTheSame() throws {
      let scratch = try Scratch()
      let base = try scratch.copy(Tiny.base, as: "base")
      var configuration = Tiny.configuration(try Tiny.write(to: scratch), method: "sequential")
      configuration.base = base.path
      _ = try SequenceRun.start(configuration, in: scratch.url("run"))
      let file = base.appendingPathComponent("config.json")
      var same = try object(file)
      // θ in the newer place, a default spelled out, something for other programs.
      same["rope_parameters"] = ["rope_theta": same.removeValue(forKey: "rope_theta"), "rope_type": "default"]
      same["_name_or_path"] = "elsewhere"
      try write(same, to: file, [.sortedKeys, .prettyPrinted])
      #expect(throws: Never.self) { try SequenceRun.open(scratch.url("run")) }
    }

    /// The token that ends an answer may come from the tokenizer's files, where the model's say nothing.
    @Test func theEndTokenIsBound() throws {
      let scratch = try Scratch()
      let base = try scratch.copy(Tiny.base, as: "base")
      for name in ["config.json", "generation_config.json"] {
        let file = base.appendingPathComponent(name)
        var values = try object(file)
        values["eos_token_id"] = nil
        try write(values, to: file)
      }
      var configuration = Tiny.configuration(try Tiny.write(to: scratch), method: "sequential")
      configuration.base = base.path
      _ = try SequenceRun.start(configuration, in: scratch.url("run"))
      let file = base.appendingPathComponent("special_tokens_map.json")
      var values = try object(file)
      #expect(values["eos_token"] as? String != "<|im_end|>")
      values["eos_token"] = "<|im_end|>"
      try write(values, to: file)
      let error = #expect(throws: RunError.self) { try SequenceRun.open(scratch.url("run")) }
      #expect(error?.description.contains("the token that ends an answer") == true)
    }
  }
}
