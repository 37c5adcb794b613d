import Files
import Foundation
import TestSupport
import Testing
import Torch

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
    #expect(large.moe == MoEShape(experts: 16, active: 1, width: 18304, renormalizes: false))
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
    #expect(moe.moe == MoEShape(experts: 16, active: 8, width: 3072, renormalizes: true))
    #expect(throws: ConfigurationError.self) { try read(hunyuanLarge(one.merging(["moe_topk": "[8]"]) { $1 })) }
    #expect(throws: ConfigurationError.self) { try read(hunyuanLarge(one.merging(["moe_topk": "[8,4]"]) { $1 })) }
    #expect(throws: ConfigurationError.self) { try read(hunyuanLarge(one.merging(["moe_topk": "17"]) { $1 })) }
    #expect(throws: ConfigurationError.self) {
      try read(hunyuanLarge(one.merging(["moe_topk": "2", "norm_topk_prob": "false"]) { $1 }))
    }
  }

  @Test func theDenseSevenBillionOfTheSameTime() throws {
    let dense = try read(hunyuanLarge(["num_experts": "1", "use_cla": "false"]))
    #expect(dense.moe == nil && dense.intermediateSize == 18304 && dense.keyLayers.count == 64)
  }

  /// Qwen3-30B-A3B's, with the keys that matter.
  private func qwen3MoEBlock(_ changes: [String: String?] = [:]) throws -> DecoderConfiguration {
    var keys: [String: String?] = [
      "architectures": #"["Qwen3MoeForCausalLM"]"#, "hidden_size": "2048", "intermediate_size": "6144",
      "num_hidden_layers": "48", "num_attention_heads": "32", "num_key_value_heads": "4", "head_dim": "128",
      "vocab_size": "151936", "max_position_embeddings": "40960", "rope_theta": "1000000.0", "num_experts": "128",
      "num_experts_per_tok": "8", "moe_intermediate_size": "768", "norm_topk_prob": "true", "decoder_sparse_step": "1",
      "mlp_only_layers": "[]", "tie_word_embeddings": "false", "use_sliding_window": "false", "sliding_window": "null",
    ]
    keys.merge(changes) { $1 }
    return try read("{" + keys.compactMapValues(\.self).map { "\"\($0)\":\($1)" }.sorted().joined(separator: ",") + "}")
  }

  @Test func qwen3MixtureIsRead() throws {
    let whole = try qwen3MoEBlock()
    #expect(whole.moe == MoEShape(experts: 128, active: 8, width: 768, renormalizes: true))
    #expect(whole.intermediateSize == 0 && whole.denseLayers == nil && whole.headNorm == .beforeRotation)
    #expect(!whole.has(.gate, layer: 0) && whole.has(.query, layer: 0) && whole.feedForwardPath == "mlp")
    #expect(whole.windows.allSatisfy { $0 == nil })
  }

  /// A layer is dense where it is named, or where its number, from 1, is not a multiple of the step.
  @Test func denseLayersOfQwen3Mixtures() throws {
    let some = try qwen3MoEBlock(["decoder_sparse_step": "2", "mlp_only_layers": "[3]", "num_hidden_layers": "6"])
    #expect(some.denseLayers == DenseLayers(layers: [0, 2, 3, 4], width: 6144))
    #expect(some.moe(ofLayer: 1)?.experts == 128 && some.moe(ofLayer: 3) == nil)
    #expect(some.has(.down, layer: 3) && !some.has(.down, layer: 1) && some.commonWidth(ofLayer: 1) == 0)
    for none in [["mlp_only_layers": "[0,1]", "num_hidden_layers": "2"], ["num_experts": "0"]] {
      let dense = try qwen3MoEBlock(none.mapValues { $0 })
      #expect(dense.moe == nil && dense.denseLayers == nil && dense.intermediateSize == 6144)
    }
    // No layer has a dense block, so that its width may be missing.
    #expect(try qwen3MoEBlock(["intermediate_size": nil]).denseLayers == nil)
  }

  @Test func whatItsClassTakesWhereAKeyIsMissing() throws {
    let missing = try qwen3MoEBlock([
      "num_experts": nil, "num_experts_per_tok": nil, "moe_intermediate_size": nil, "norm_topk_prob": nil,
      "decoder_sparse_step": nil, "mlp_only_layers": nil, "num_key_value_heads": nil, "head_dim": nil,
    ])
    #expect(missing.moe == MoEShape(experts: 128, active: 8, width: 768, renormalizes: false))
    #expect(missing.kvHeads == 4 && missing.headDim == 64)
    #expect(try qwen3MoEBlock(["num_local_experts": "9"]).moe?.experts == 9)
    let window = try qwen3MoEBlock(["use_sliding_window": "true", "sliding_window": nil, "num_hidden_layers": "2"])
    #expect(window.windows == [4096, 4096])
  }

  @Test(arguments: [
    ("num_experts", "-1"), ("num_experts_per_tok", "129"), ("num_experts_per_tok", "0"),
    ("moe_intermediate_size", "0"), ("decoder_sparse_step", "0"), ("mlp_only_layers", "[48]"),
    ("mlp_only_layers", "[-1]"), ("hidden_act", "\"gelu\""),
  ]) func aQwen3MixtureThatCannotBe(key: String, value: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try qwen3MoEBlock([key: value]) }
    switch error {
    case .invalidValue(_, let named, _, _)?, .unsupportedOption(_, let named, _, _)?: #expect(named == key)
    default: Issue.record("\(String(describing: error))")
    }
  }

  /// A key of its own that has another type is refused in the way of all keys.
  @Test func aListOfOtherThings() throws {
    #expect(throws: FileError.self) { try qwen3MoEBlock(["mlp_only_layers": "[1.5]"]) }
    #expect(throws: FileError.self) { try qwen3MoEBlock(["norm_topk_prob": "1"]) }
  }

  /// Which layers are dense decides which tensors there are.
  @Test func aDenseLayerTakesNoRoutedExperts() throws {
    let folder = try Scratch()
    try folder.copy("families/qwen3-moe")
    let text = try String(contentsOf: folder.url("config.json"), encoding: .utf8)
    try folder.write(
      text.replacing("\"mlp_only_layers\": [\n  1\n ]", with: "\"mlp_only_layers\": [2]"), to: "config.json")
    let error = #expect(throws: DecoderError.self) { try DecoderModel(folder: folder.url) }
    guard case .tensorNamesDiffer(_, let missing, let unused)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(missing.count == 25 + 3 && missing.contains("model.layers.1.mlp.gate.weight"))
    #expect(unused.count == 25 + 3 && unused.contains("model.layers.2.mlp.experts.7.down_proj.weight"))
  }

  /// Gemma 3 1B's, with the keys that matter.
  private func gemma(_ changes: [String: String?] = [:]) throws -> DecoderConfiguration {
    var keys: [String: String?] = [
      "architectures": #"["Gemma3ForCausalLM"]"#, "attention_bias": "false", "attn_logit_softcapping": "null",
      "final_logit_softcapping": "null", "head_dim": "256", "hidden_activation": "\"gelu_pytorch_tanh\"",
      "hidden_size": "1152", "intermediate_size": "6912", "max_position_embeddings": "32768",
      "num_attention_heads": "4", "num_hidden_layers": "26", "num_key_value_heads": "1", "query_pre_attn_scalar": "256",
      "rms_norm_eps": "1e-06", "rope_local_base_freq": "10000", "rope_scaling": "null", "rope_theta": "1000000",
      "sliding_window": "512", "sliding_window_pattern": "6", "vocab_size": "262144",
    ]
    keys.merge(changes) { $1 }
    return try read("{" + keys.compactMapValues(\.self).map { "\"\($0)\":\($1)" }.sorted().joined(separator: ",") + "}")
  }

  @Test func gemmaIsRead() throws {
    let one = try gemma()
    #expect(one.tiedEmbeddings && one.activation == .geluTanh && one.headNorm == .beforeRotation)
    #expect(one.windows.prefix(7) == [512, 512, 512, 512, 512, nil, 512] && one.windows.count { $0 == nil } == 4)
    #expect(one.ropeTheta == 1e6 && one.localRope == LocalRope(theta: 1e4, scaling: .none))
    #expect(one.queryScalar == 256 && one.heads * one.headDim == 1024 && one.moe == nil)
  }

  @Test func whatGemmasClassTakesWhereAKeyIsMissing() throws {
    let keys = [
      "head_dim", "hidden_activation", "max_position_embeddings", "num_key_value_heads", "query_pre_attn_scalar",
      "rms_norm_eps", "rope_local_base_freq", "rope_theta", "sliding_window", "sliding_window_pattern",
    ]
    let missing = try gemma(Dictionary(uniqueKeysWithValues: keys.map { ($0, nil) }))
    #expect(missing.headDim == 256 && missing.kvHeads == 4 && missing.maxPositions == 131_072)
    #expect(missing.queryScalar == 256 && missing.normEpsilon == 1e-6 && missing.windows[0] == 4096)
    #expect(missing.windows[5] == nil && missing.ropeTheta == 1e6 && missing.localRope?.theta == 1e4)
    #expect(try !gemma(["tie_word_embeddings": "false"]).tiedEmbeddings)
  }

  /// The older keys and the newer ones say the same; a scaling is that of the layers without a window.
  @Test func gemmasTwoRopes() throws {
    let old = try gemma(["rope_scaling": #"{"rope_type":"linear","factor":8.0}"#, "rope_local_base_freq": "20000"])
    let new = try gemma([
      "rope_theta": nil, "rope_local_base_freq": nil,
      "rope_parameters":
        #"{"full_attention":{"rope_type":"linear","factor":8.0,"rope_theta":1e6},"sliding_attention":{"rope_type":"default","rope_theta":2e4}}"#,
    ])
    #expect(
      old == new && old.ropeScaling == .linear(factor: 8) && old.localRope == LocalRope(theta: 2e4, scaling: .none))
    let empty = try gemma(["rope_scaling": "{}", "rope_parameters": "{}"])
    #expect(try empty == gemma())
  }

  @Test(arguments: [
    ("final_logit_softcapping", "30.0", "final_logit_softcapping"),
    ("attn_logit_softcapping", "50.0", "attn_logit_softcapping"),
    ("use_bidirectional_attention", "true", "use_bidirectional_attention"),
    ("hidden_activation", "\"gelu\"", "hidden_activation"), ("hidden_activation", "\"silu\"", "hidden_activation"),
    ("query_pre_attn_scalar", "0", "query_pre_attn_scalar"), ("sliding_window_pattern", "0", "sliding_window_pattern"),
    ("sliding_window", "null", "sliding_window"), ("layer_types", #"["full_attention"]"#, "layer_types"),
    ("rope_local_base_freq", "1", "rope_local_base_freq"), ("rope_theta", "-5", "rope_theta"),
    ("rope_parameters", #"{"rope_type":"default","rope_theta":1e6}"#, "rope_parameters"),
    ("rope_parameters", #"{"other_attention":{"rope_theta":1e6}}"#, "rope_parameters"),
    ("rope_scaling", #"{"full_attention":{"rope_theta":1e6}}"#, "rope_scaling.full_attention"),
    (
      "rope_parameters", #"{"sliding_attention":{"rope_type":"longrope"}}"#,
      "rope_parameters.sliding_attention.rope_type"
    ),
    ("rope_parameters", #"{"full_attention":{"rope_type":"linear"}}"#, "rope_parameters.full_attention.factor"),
  ]) func aGemmaThatIsNotComputedHere(key: String, value: String, named: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try gemma([key: value]) }
    switch error {
    case .invalidValue(_, let got, _, _)?, .unsupportedOption(_, let got, _, _)?: #expect(got == named)
    default: Issue.record("\(String(describing: error))")
    }
  }

  @Test func gemmaWithASecondRopeOfOneKind() throws {
    #expect(throws: ConfigurationError.self) {
      try gemma([
        "rope_scaling": #"{"rope_type":"linear","factor":8.0}"#,
        "rope_parameters": #"{"full_attention":{"rope_type":"default"}}"#,
      ])
    }
  }

  /// √32 as each type has it, whatever the weights are held in.
  @Test(arguments: [(DType.bfloat16, 5.65625), (.float16, 5.65625), (.float32, 5.656_854_152_679_443)])
  func embeddingsAreScaledInTheTypeOfTheCheckpoint(type: DType, scale: Double) throws {
    let folder = try Scratch()
    try folder.copy("families/gemma3")
    let file = folder.url("model.safetensors")
    let source = try SafetensorsFile(file)
    let tensors = try Dictionary(
      uniqueKeysWithValues: source.names.map { ($0, try source.tensor($0).converted(to: type).cloned()) })
    _ = try SafetensorsFile.write(tensors, to: file)
    let model = try DecoderModel(folder: folder.url, precision: .float32)
    let ids = try Tensor([3, 90])
    let wanted = try model.embedding.rows(ids) * scale
    #expect(try model.embedded(ids).isEqual(to: wanted))
  }

  /// Norms that would train are w, and not the gains 1 + w.
  @Test func gemmaIsNotPretrained() throws {
    #expect {
      try TrainableDecoder(
        DecoderConfiguration(folder: Goldens.folder.appendingPathComponent("families/gemma3")), seed: 1)
    } throws: { "\($0)".contains("Gemma3ForCausalLM") && "\($0)".contains("pretraining") }
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
