import Decoder
import Files
import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Records
@testable import Runs

/// Is a base read by another program as it was learned? `Goldens/pretraining/exported` are bases that `accrete pretrain` wrote, with the
/// logits that transformers computes of them (Scripts/reference/pretraining/exported.py).
@Suite struct ExportedModelTests {
  private static let goldens: URL = {
    var tests = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { tests.deleteLastPathComponent() }
    return tests.appendingPathComponent("Goldens/pretraining/exported")
  }()

  private struct Logits: Decodable {
    let ids: [Int]
    let logits: [[Float]]
  }

  static let families = [
    "llama", "llama-alpha", "mistral", "qwen2", "qwen3", "qwen3-moe", "hunyuan-dense", "hunyuan-moe",
  ]

  /// What transformers opened is what is written today, and our logits are its.
  @Test(arguments: families)
  func transformersReadsWhatWasLearned(name: String) throws {
    try TorchRuntime.setThreads(1)
    let folder = Self.goldens.appendingPathComponent(name)
    let scratch = try Scratch()
    try scratch.write(SmallPretraining.jsonl(SmallPretraining.rows()), to: "text.jsonl")
    let configuration = try PretrainingFile.read(folder.appendingPathComponent("run.yaml"))
      .configuration(relativeTo: scratch.url)
    let file = scratch.url("config.json")
    try JSONFile.write(configuration.exportedModel(end: 0, beginning: 0, padding: 3), to: file)
    let written = try Data(contentsOf: file)
    #expect(try written == Data(contentsOf: folder.appendingPathComponent("config.json")))
    let keys = try JSONSerialization.jsonObject(with: written) as? [String: Any] ?? [:]
    for key in ["head_dim", "num_key_value_heads", "pad_token_id", "bos_token_id", "eos_token_id", "model_type"] {
      #expect(keys[key] != nil, "\(key)")
    }
    let expected = try JSONDecoder().decode(
      Logits.self, from: Data(contentsOf: folder.appendingPathComponent("logits.json")))
    let model = try DecoderModel(folder: folder, precision: .float32)
    let states = try model.packedStates(TokenBatch([expected.ids]))
      .narrowed(0, from: 0, count: expected.ids.count)
    let logits = try model.logits(states).floats()
    let distance = zip(logits, expected.logits.joined()).map { abs($0 - $1) }.max() ?? .infinity
    #expect(logits.count == expected.ids.count * model.configuration.vocabularySize && distance < 2e-5, "\(distance)")
  }

  /// α on a family whose classes do not know it is the θ that it stands for, in the run and in the file.
  @Test func alphaBecomesTheta() throws {
    let scratch = try Scratch()
    let long = ["long-tokens=64", "long-sequence-length=16", "long-alpha=4"]
    let file = try SmallPretraining.write(to: scratch)
    let configuration = try PretrainingFile.read(file, replacing: long).configuration(relativeTo: scratch.url)
    let model = try configuration.longModel()
    let shape = try DecoderConfiguration(data: JSONFile.encode(model), path: "model")
    #expect(shape.ropeScaling == .none && shape.ropeTheta == RopeScaling.theta(10_000, alpha: 4, headDim: 8))
    let exported = try configuration.exportedModel(end: 0, beginning: 0, padding: 3)
    #expect(exported["rope_scaling"] == nil && exported["rope_theta"] == .number(shape.ropeTheta))
    // In a model that was given it is refused, as in every file of such a class.
    #expect {
      try SmallPretraining.configuration(
        scratch,
        model: SmallPretraining.llama.replacing(
          "\"tie", with: "\"rope_scaling\": {\"alpha\": 4.0, \"type\": \"dynamic\"}, \"tie"))
    } throws: { "\($0)".contains("rope_scaling.alpha") }
    // Two scalings of one RoPE are refused.
    var given = configuration
    given.model = try JSONDecoder().decode(
      JSONTree.self,
      from: Data(
        SmallPretraining.llama.replacing(
          "\"tie", with: "\"rope_scaling\": {\"factor\": 2.0, \"type\": \"linear\"}, \"tie"
        ).utf8))
    (given.longTokens, given.longSequenceLength, given.longAlpha) = (64, 16, 4)
    #expect { try given.check() } throws: { "\($0)".contains("long-alpha") }
  }

  /// What transformers' class of a name would compute otherwise is not trained under that name.
  @Test(arguments: [
    ("\"use_cla\": true, \"cla_share_factor\": 2", "cross-layer"), ("\"moe_intermediate_size\": 8", "8 wide"),
    ("\"num_shared_expert\": 2", "beside 48"), ("\"use_mixed_mlp_moe\": false", "beside 0"),
  ])
  func whatItsClassDoesNotHaveIsRefused(keys: String, words: String) throws {
    let scratch = try Scratch()
    let model = SmallPretraining.llama.replacing("LlamaForCausalLM", with: "HunYuanMoEV1ForCausalLM")
      .replacing("\"tie", with: "\"num_experts\": 4, \"moe_topk\": 2, \(keys), \"tie")
    #expect { try SmallPretraining.configuration(scratch, model: model) } throws: { "\($0)".contains(words) }
  }
}
