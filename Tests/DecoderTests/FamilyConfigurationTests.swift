import Foundation
import Testing

@testable import Decoder
@testable import ModelConfiguration

/// Does a `config.json` mean what its family means by it?
@Suite struct FamilyConfigurationTests {
  private func read(_ json: String) throws -> DecoderConfiguration {
    let folder = try Scratch()
    try folder.write(json, to: "config.json")
    return try DecoderConfiguration(folder: folder.url)
  }

  /// The released configuration, with the keys that matter; experts of two generations of files say the same.
  private func hunyuanLarge(_ changes: [String: String] = [:]) -> String {
    var keys = [
      "architectures": #"["HunYuanForCausalLM"]"#, "hidden_size": "6400", "intermediate_size": "18304",
      "num_hidden_layers": "64", "num_attention_heads": "80", "num_key_value_heads": "8", "vocab_size": "128512",
      "max_position_embeddings": "131072", "rms_norm_eps": "1e-05", "rope_theta": "10000.0",
      "rope_scaling": #"{"alpha":1000.0,"factor":1.0,"type":"dynamic"}"#, "tie_word_embeddings": "true",
      "use_cla": "true", "cla_share_factor": "2", "use_qk_norm": "true", "num_experts": "16", "moe_topk": "1",
      "num_shared_expert": "1", "use_mixed_mlp_moe": "true", "attention_bias": "false",
    ]
    keys.merge(changes) { $1 }
    return "{" + keys.map { "\"\($0)\":\($1)" }.sorted().joined(separator: ",") + "}"
  }

  @Test func hunyuanLargeIsRead() throws {
    let large = try read(hunyuanLarge())
    #expect(large.headDim == 80 && large.headNorm == .afterRotation && large.ropeScaling == .ntkAlpha(1000))
    #expect(large.mixture == MixtureShape(experts: 16, active: 1, width: 18304, renormalizes: false))
    #expect(large.keySources.prefix(5) == [0, 0, 2, 2, 4] && large.keyLayers.count == 32)
    #expect(large.has(.query, layer: 1) && !large.has(.key, layer: 1) && large.has(.value, layer: 2))
  }

  /// Hunyuan-Large, arXiv 2411.02265, table 2: in bfloat16 multi-head attention has 4 · heads · headDim · layers bytes, grouped queries with
  /// cross-layer attention 2 · groups · headDim · layers: 5 %.
  @Test func cacheBytes() throws {
    let bytes = try read(hunyuanLarge()).cacheBytesPerToken(bytesPerNumber: 2)
    #expect(bytes == 81_920 && 4 * 80 * 80 * 64 == 20 * bytes)
    #expect(try read(hunyuanLarge(["use_cla": "false"])).cacheBytesPerToken(bytesPerNumber: 2) == 163_840)
  }

  @Test(arguments: [(1000.0, 80, 1.19378e7), (1e5, 80, 1.3434e9), (1000, 128, 1.11588e7), (50, 128, 5.32032e5)])
  func alphaMakesTheBase(alpha: Double, headDim: Int, base: Double) {
    let frequencies = RopeScaling.ntkAlpha(alpha).frequencies(theta: 10_000, headDim: headDim)
    // f_1 = base^(−2/d)
    let got = pow(Double(frequencies[1]), -Double(headDim) / 2)
    #expect(abs(got / base - 1) < 1e-4)
  }

  @Test func listsOfOneNumberForEachLayer() throws {
    let lists = ["moe_topk": "[8,8]", "num_shared_expert": "[1,1]", "moe_intermediate_size": "[3072,3072]"]
    let one = [
      "architectures": #"["HunYuanMoEV1ForCausalLM"]"#, "num_hidden_layers": "2", "use_cla": "false",
      "norm_topk_prob": "true",
    ]
    let moe = try read(hunyuanLarge(one.merging(lists) { $1 }))
    #expect(moe.mixture == MixtureShape(experts: 16, active: 8, width: 3072, renormalizes: true))
    #expect(throws: ConfigurationError.self) { try read(hunyuanLarge(one.merging(["moe_topk": "[8]"]) { $1 })) }
    #expect(throws: ConfigurationError.self) { try read(hunyuanLarge(one.merging(["moe_topk": "[8,4]"]) { $1 })) }
    #expect(throws: ConfigurationError.self) { try read(hunyuanLarge(one.merging(["moe_topk": "17"]) { $1 })) }
    #expect(throws: ConfigurationError.self) {
      try read(hunyuanLarge(one.merging(["moe_topk": "2", "norm_topk_prob": "false"]) { $1 }))
    }
  }

  @Test func theDenseSevenBillionOfTheSameTime() throws {
    let dense = try read(hunyuanLarge(["num_experts": "1", "use_cla": "false"]))
    #expect(dense.mixture == nil && dense.intermediateSize == 18304 && dense.keyLayers.count == 64)
  }

  private func tiny(_ changes: [String: String?]) throws -> DecoderConfiguration {
    let folder = try Scratch()
    try folder.writeConfiguration(changes)
    return try DecoderConfiguration(folder: folder.url)
  }

  @Test func windows() throws {
    let mistral = #"["MistralForCausalLM"]"#
    let qwen = #"["Qwen2ForCausalLM"]"#
    #expect(try tiny(["architectures": mistral, "sliding_window": "7"]).windows == [7, 7])
    #expect(try tiny(["architectures": mistral, "sliding_window": "null"]).windows == [nil, nil])
    #expect(try tiny(["architectures": qwen, "sliding_window": "7"]).windows == [nil, nil])
    let some = ["architectures": qwen, "use_sliding_window": "true", "sliding_window": "7", "max_window_layers": "1"]
    #expect(try tiny(some).windows == [nil, 7])
    #expect(
      try tiny(some.merging(["layer_types": #"["sliding_attention","full_attention"]"#]) { $1 }).windows == [7, nil])
    #expect(throws: ConfigurationError.self) {
      try tiny(some.merging(["layer_types": #"["sliding_attention"]"#]) { $1 })
    }
    #expect(throws: ConfigurationError.self) { try tiny(["architectures": mistral, "sliding_window": "0"]) }
  }

  @Test(arguments: [
    #"{"rope_type":"linear","factor":0}"#, #"{"type":"linear"}"#, #"{"rope_type":"llama3","factor":8}"#,
    #"{"type":"yarn","factor":-1}"#, #"{"type":"dynamic","alpha":-5}"#,
    #"{"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":1,"original_max_position_embeddings":64}"#,
    #"{"type":"yarn","factor":4,"attention_factor":-1}"#,
  ]) func scalingsThatCannotBe(rope: String) throws {
    #expect(throws: ConfigurationError.self) { try tiny(["rope_scaling": rope]) }
    #expect(throws: ConfigurationError.self) { try tiny(["rope_scaling": "null", "rope_parameters": rope]) }
  }

  /// γ = (ln L − ln 2πr) …: lanes that turn more than 32 times in the original length keep their frequency, those that turn less than
  /// once are divided.
  @Test func yarnAtItsEnds() throws {
    guard
      case .yarn(let yarn) = try tiny([
        "rope_scaling": #"{"type":"yarn","factor":4.0,"original_max_position_embeddings":32768}"#
      ]).ropeScaling
    else {
      Issue.record("no YaRN")
      return
    }
    #expect(abs(yarn.attentionFactor - (0.1 * log(4.0) + 1)) < 1e-12)
    let plain = RopeScaling.none.frequencies(theta: 1e6, headDim: 128)
    let scaled = RopeScaling.yarn(yarn).frequencies(theta: 1e6, headDim: 128)
    #expect(scaled[0] == plain[0] && abs(scaled[63] / plain[63] - 0.25) < 1e-6)
  }
}
