import Files

/// `config.json` as it is written; every key that could change the result is read, so that it can be refused.
struct RawConfiguration: Decodable {
  private enum CodingKeys: String, CodingKey {
    case architectures
    case vocabSize = "vocab_size"
    case hiddenSize = "hidden_size"
    case intermediateSize = "intermediate_size"
    case numHiddenLayers = "num_hidden_layers"
    case numAttentionHeads = "num_attention_heads"
    case numKeyValueHeads = "num_key_value_heads"
    case headDim = "head_dim"
    case attentionHeadDim = "attention_head_dim"
    case maxPositionEmbeddings = "max_position_embeddings"
    case rmsNormEps = "rms_norm_eps"
    case ropeTheta = "rope_theta"
    case ropeScaling = "rope_scaling"
    case ropeParameters = "rope_parameters"
    case originalMaxPositionEmbeddings = "original_max_position_embeddings"
    case tieWordEmbeddings = "tie_word_embeddings"
    case hiddenAct = "hidden_act"
    case attentionBias = "attention_bias"
    case mlpBias = "mlp_bias"
    case eosTokenId = "eos_token_id"
    case padTokenId = "pad_token_id"
    case slidingWindow = "sliding_window"
    case useSlidingWindow = "use_sliding_window"
    case maxWindowLayers = "max_window_layers"
    case layerTypes = "layer_types"
    case useQKNorm = "use_qk_norm"
    case useCLA = "use_cla"
    case claShareFactor = "cla_share_factor"
    case useMLA = "use_mla"
    case numExperts = "num_experts"
    case moeTopk = "moe_topk"
    case numSharedExpert = "num_shared_expert"
    case moeIntermediateSize = "moe_intermediate_size"
    case useMixedMLPMoE = "use_mixed_mlp_moe"
    case normTopkProb = "norm_topk_prob"
    case moeLayerNumSkipped = "moe_layer_num_skipped"
    case addClassificationHead = "add_classification_head"
    case quantizationConfig = "quantization_config"
    case partialRotaryFactor = "partial_rotary_factor"
  }

  var architectures: [String]?
  var vocabSize: Int?
  var hiddenSize: Int?
  var intermediateSize: Int?
  var numHiddenLayers: Int?
  var numAttentionHeads: Int?
  var numKeyValueHeads: Int?
  var headDim: Int?
  var attentionHeadDim: Int?
  var maxPositionEmbeddings: Int?
  var rmsNormEps: Double?
  var ropeTheta: Double?
  var ropeScaling: RawRope?
  var ropeParameters: RawRope?
  var originalMaxPositionEmbeddings: Double?
  var tieWordEmbeddings: Bool?
  var hiddenAct: String?
  var attentionBias: Bool?
  var mlpBias: Bool?
  var eosTokenId: TokenIDs?
  var padTokenId: TokenIDs?
  var slidingWindow: Int?
  var useSlidingWindow: Bool?
  var maxWindowLayers: Int?
  var layerTypes: [String]?
  var useQKNorm: Bool?
  var useCLA: Bool?
  var claShareFactor: Int?
  var useMLA: Bool?
  var numExperts: OneOrEach?
  var moeTopk: OneOrEach?
  var numSharedExpert: OneOrEach?
  var moeIntermediateSize: OneOrEach?
  var useMixedMLPMoE: Bool?
  var normTopkProb: Bool?
  var moeLayerNumSkipped: Int?
  var addClassificationHead: Bool?
  var quantizationConfig: JSONTree?
  var partialRotaryFactor: Double?
}

struct RawGeneration: Decodable {
  private enum CodingKeys: String, CodingKey {
    case eosTokenId = "eos_token_id"
    case padTokenId = "pad_token_id"
  }

  var eosTokenId: TokenIDs?
  var padTokenId: TokenIDs?
}

/// One id or a list of ids: both are in use.
struct TokenIDs: Decodable {
  let ids: [Int]

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    ids = try container.wholeNumbers().values
  }
}

/// One number for all layers, or one for each.
struct OneOrEach: Decodable {
  let values: [Int]
  let isList: Bool

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    (values, isList) = try container.wholeNumbers()
  }
}

extension SingleValueDecodingContainer {
  /// A whole number, or a list of them.
  fileprivate func wholeNumbers() throws -> (values: [Int], isList: Bool) {
    if let one = try? decode(Int.self) { return ([one], false) }
    if let list = try? decode([Int].self) { return (list, true) }
    throw DecodingError.dataCorruptedError(in: self, debugDescription: "expected: a whole number, or a list of them")
  }
}
