import Files
import Foundation

/// What the keys of a `config.json` mean; every refusal names the key.
struct ConfigurationReader {
  let path: String
  let raw: RawConfiguration
  /// The keys that the file has, null or not: for some a class has a value of its own where they are missing.
  let keys: Set<String>

  init(_ data: Data, path: String) throws {
    self.path = path
    raw = try JSONFile.decode(RawConfiguration.self, from: data, path: path)
    keys = try JSONFile.decode(RawKeys.self, from: data, path: path).names
  }

  func invalid(_ key: String, _ got: String, _ allowed: String) -> ConfigurationError {
    .invalidValue(path: path, key: key, got: got, allowed: allowed)
  }

  func unsupported(_ key: String, _ got: String, _ supported: String) -> ConfigurationError {
    .unsupportedOption(path: path, key: key, got: got, supported: supported)
  }

  func positive(_ key: String, _ value: Int?, limit: Int) throws -> Int {
    guard let value, (1...limit).contains(value) else {
      throw invalid(key, value.map(String.init) ?? "missing", "1 to \(limit)")
    }
    return value
  }

  func family() throws -> ModelFamily {
    let architecture = raw.architectures?.first ?? "none"
    guard let family = ModelFamily(rawValue: architecture) else {
      throw ConfigurationError.unknownArchitecture(
        path: path, got: architecture, supported: ModelFamily.allCases.map(\.architecture))
    }
    return family
  }

  func refuseUnsupported() throws {
    let switches: [(String, Bool?)] = [
      ("mlp_bias", raw.mlpBias), ("use_mla", raw.useMLA), ("add_classification_head", raw.addClassificationHead),
    ]
    for (key, value) in switches where value == true { throw unsupported(key, "true", "false") }
    if let act = raw.hiddenAct, act != "silu" { throw unsupported("hidden_act", act, "silu") }
    if raw.quantizationConfig != nil {
      throw unsupported("quantization_config", "there", "none: take the checkpoint in bfloat16, float16 or float32")
    }
  }

  // MARK: Attention

  func heads(_ family: ModelFamily, hiddenSize: Int) throws -> (heads: Int, kvHeads: Int, headDim: Int) {
    let heads = try positive("num_attention_heads", raw.numAttentionHeads, limit: 1 << 12)
    let missing = keys.contains("num_key_value_heads") ? nil : family.missingKeyHeads
    let kvHeads = try positive("num_key_value_heads", raw.numKeyValueHeads ?? missing ?? heads, limit: 1 << 12)
    guard heads % kvHeads == 0 else {
      throw invalid("num_key_value_heads", "\(kvHeads)", "a divisor of num_attention_heads (\(heads))")
    }
    let own = keys.contains("head_dim") ? nil : family.missingHeadDim
    let headDim = try positive(
      "head_dim", raw.headDim ?? raw.attentionHeadDim ?? own ?? hiddenSize / heads, limit: 1 << 12)
    guard headDim % 2 == 0 else { throw invalid("head_dim", "\(headDim)", "an even number (RoPE)") }
    return (heads, kvHeads, headDim)
  }

  func attentionBias(_ family: ModelFamily) throws -> AttentionBias {
    switch family {
    // Its class has these whatever the file says.
    case .qwen2: return .inputs
    case .mistral:
      if raw.attentionBias == true { throw unsupported("attention_bias", "true", "false") }
      return .none
    case .llama, .qwen3, .hunyuanDense, .hunyuanMixture, .hunyuan: return raw.attentionBias == true ? .all : .none
    }
  }

  /// Hunyuan's later classes have the norms whatever the file says.
  func headNorm(_ family: ModelFamily) -> HeadNormOrder? {
    family == .hunyuan && raw.useQKNorm != true ? nil : family.headNorm
  }

  func windows(_ family: ModelFamily, layers: Int) throws -> [Int?] {
    let given = keys.contains("sliding_window") ? raw.slidingWindow : 4096
    let size: Int?
    switch family {
    case .mistral: size = given
    case .qwen2, .qwen3: size = raw.useSlidingWindow == true ? given : nil
    case .llama, .hunyuanDense, .hunyuanMixture, .hunyuan: size = nil
    }
    guard let size else { return Array(repeating: nil, count: layers) }
    let window = try positive("sliding_window", size, limit: 1 << 24)
    if let types = raw.layerTypes {
      guard types.count == layers, types.allSatisfy({ ["full_attention", "sliding_attention"].contains($0) }) else {
        throw invalid(
          "layer_types", "\(types.count) types", "full_attention or sliding_attention for each of \(layers) layers")
      }
      return types.map { $0 == "sliding_attention" ? window : nil }
    }
    let first = family == .mistral ? 0 : raw.maxWindowLayers ?? 28
    return (0..<layers).map { $0 >= first ? window : nil }
  }

  /// Cross-layer attention (Brandon et al., arXiv 2405.12981): every `cla_share_factor`-th layer has keys and values.
  func keySources(_ family: ModelFamily, layers: Int) throws -> [Int] {
    guard family == .hunyuan || family == .hunyuanMixture, raw.useCLA == true else { return Array(0..<layers) }
    let share = try positive("cla_share_factor", raw.claShareFactor, limit: layers)
    return (0..<layers).map { $0 - $0 % share }
  }

  // MARK: Feed-forward

  func feedForward(_ family: ModelFamily, layers: Int) throws -> (mixture: MixtureShape?, width: Int) {
    let inner = try positive("intermediate_size", raw.intermediateSize, limit: 1 << 20)
    let experts = try same("num_experts", raw.numExperts, layers: layers) ?? 1
    guard family == .hunyuanMixture || family == .hunyuan, experts > 1 else { return (nil, inner) }
    _ = try positive("num_experts", experts, limit: 1 << 16)
    if let skipped = raw.moeLayerNumSkipped, skipped != 0 {
      throw unsupported("moe_layer_num_skipped", "\(skipped)", "0")
    }
    let active = try positive(
      "moe_topk", same("moe_topk", raw.moeTopk, layers: layers) ?? 1, limit: experts)
    if raw.normTopkProb == false, active > 1 { throw unsupported("norm_topk_prob", "false", "true") }
    let width = try positive(
      "moe_intermediate_size", same("moe_intermediate_size", raw.moeIntermediateSize, layers: layers) ?? inner,
      limit: 1 << 20)
    // transformers' class for A13B always has the shared expert; the older code asks `use_mixed_mlp_moe`.
    let hasShared = raw.useMixedMLPMoE ?? (family == .hunyuanMixture)
    let shared = hasShared ? try same("num_shared_expert", raw.numSharedExpert, layers: layers) ?? 1 : 0
    guard (0...1024).contains(shared) else { throw invalid("num_shared_expert", "\(shared)", "0 to 1024") }
    let shape = MixtureShape(
      experts: experts, active: active, width: width, renormalizes: active > 1 || family == .hunyuanMixture)
    return (shape, inner * shared)
  }

  /// The number that all layers share.
  private func same(_ key: String, _ value: OneOrEach?, layers: Int) throws -> Int? {
    guard let value else { return nil }
    guard let first = value.values.first, !value.isList || value.values.count >= layers else {
      throw invalid(key, "a list of \(value.values.count)", "a number, or one for each of \(layers) layers")
    }
    guard value.values.allSatisfy({ $0 == first }) else {
      throw unsupported(key, "a list of different numbers", "the same for all layers")
    }
    return first
  }
}
