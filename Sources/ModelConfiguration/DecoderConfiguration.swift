/// The shape of a decoder: everything that decides which tensors it has and what it computes.
///
/// As JSON it has the names of `config.json` where there is one for a value, so that a message can say which key has changed.
public struct DecoderConfiguration: Sendable, Equatable, Codable {
  public var family: ModelFamily
  public var vocabularySize: Int
  /// Width of the residual stream.
  public var hiddenSize: Int
  /// Width inside the feed-forward block; of an MoE model, inside its shared expert (0: it has none).
  public var intermediateSize: Int
  public var layers: Int
  /// Query heads.
  public var heads: Int
  /// Key and value heads; each serves `heads / kvHeads` query heads.
  public var kvHeads: Int
  /// Width of a head. `heads · headDim` need not be `hiddenSize`.
  public var headDim: Int
  /// The longest sequence, in tokens.
  public var maxPositions: Int
  /// ε of RMSNorm.
  public var normEpsilon: Double
  /// Base of the rotary frequencies, before scaling.
  public var ropeTheta: Double
  public var ropeScaling: RopeScaling
  /// RoPE of layers with a window, where these have their own; `nil`: that of all.
  public var localRope: LocalRope?
  public var attentionBias: AttentionBias
  /// RMSNorm over each head of queries and keys; `nil`: none.
  public var headNorm: HeadNormOrder?
  /// Scores are divided by its root; `nil`: the width of a head.
  public var queryScalar: Double?
  /// For each layer how many tokens back it sees, its own included; `nil`: all.
  public var windows: [Int?]
  /// For each layer the layer whose keys and values it attends to: itself, or an earlier one (cross-layer attention).
  public var keySources: [Int]
  /// The MoE block that layers have as their feed-forward block; `nil`: one dense block.
  public var moe: MoEShape?
  /// Layers of an MoE model that have a dense block in its stead; `nil`: none.
  public var denseLayers: DenseLayers?
  /// Whether the LM head is the embedding table.
  public var tiedEmbeddings: Bool
  /// Ids that end a text; from generation_config.json where it has them.
  public var endTokens: [Int]
  public var padToken: Int?
  /// How the files pack the matrices of layers into 4 bits; `nil`: they do not.
  public var packed: PackedWeights?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case family = "architectures"
    case vocabularySize = "vocab_size"
    case hiddenSize = "hidden_size"
    case intermediateSize = "intermediate_size"
    case layers = "num_hidden_layers"
    case heads = "num_attention_heads"
    case kvHeads = "num_key_value_heads"
    case headDim = "head_dim"
    case maxPositions = "max_position_embeddings"
    case normEpsilon = "rms_norm_eps"
    case ropeTheta = "rope_theta"
    case ropeScaling = "rope_scaling"
    case localRope = "rope_local_base_freq"
    case attentionBias = "attention_bias"
    case headNorm = "use_qk_norm"
    case queryScalar = "query_pre_attn_scalar"
    case windows = "sliding_window"
    case keySources = "cla_share_factor"
    case moe = "num_experts"
    case denseLayers = "mlp_only_layers"
    case tiedEmbeddings = "tie_word_embeddings"
    case endTokens = "eos_token_id"
    case padToken = "pad_token_id"
    case packed = "quantization_config"
  }
}

/// RoPE of layers with a window.
public struct LocalRope: Sendable, Equatable, Codable {
  /// Base of the rotary frequencies, before scaling.
  public var theta: Double
  public var scaling: RopeScaling
}

/// Which projections of attention add a bias.
public enum AttentionBias: String, Sendable, Codable {
  case none
  /// Queries, keys and values, as in Qwen 2.
  case inputs
  /// These and the output.
  case all
}

/// When the heads of queries and keys are normed.
public enum HeadNormOrder: String, Sendable, Codable {
  /// As in Qwen 3.
  case beforeRotation
  /// As in Hunyuan.
  case afterRotation
}

/// An MoE block: `y = Shared(x) + Σ_e w_e FFN_e(x)` over the `active` most probable experts, p = softmax(W_g x) over all.
public struct MoEShape: Sendable, Equatable, Codable {
  /// Routed experts.
  public var experts: Int
  /// How many of them a token visits.
  public var active: Int
  /// Width inside a routed expert.
  public var width: Int
  /// Whether the weights of the visited experts are divided by their sum. Otherwise w_e = p_e.
  public var renormalizes: Bool
}

/// Layers with a dense feed-forward block in a model whose others have an MoE block.
public struct DenseLayers: Sendable, Equatable, Codable {
  /// Their numbers, lowest first.
  public var layers: [Int]
  /// Width inside their block.
  public var width: Int
}

extension DecoderConfiguration {
  /// The MoE block of a layer; `nil` where its feed-forward block is dense.
  ///
  /// - Parameter layer: The layer's number.
  public func moe(ofLayer layer: Int) -> MoEShape? {
    denseLayers?.layers.contains(layer) == true ? nil : moe
  }

  /// Width of the block of a layer that every token goes through, dense or shared; 0: there are routed experts only.
  ///
  /// - Parameter layer: The layer's number.
  public func commonWidth(ofLayer layer: Int) -> Int {
    if let denseLayers, denseLayers.layers.contains(layer) { return denseLayers.width }
    return intermediateSize
  }

  /// What the gates of its feed-forward blocks go through.
  public var activation: Activation { family.descriptor.activation }

  /// The module in a layer's `mlp` that experts plug into, as checkpoints name it.
  public var feedForwardPath: String { moe == nil ? "mlp" : family.descriptor.names.common }

  /// Layers with a feed-forward block that every token goes through, dense or shared.
  public var commonLayers: [Int] { (0..<layers).filter { commonWidth(ofLayer: $0) > 0 } }

  /// Layers that have keys and values of their own.
  public var keyLayers: [Int] { keySources.enumerated().filter { $0.offset == $0.element }.map(\.offset) }

  /// Bytes of keys and values that a cache holds for each token.
  ///
  /// K and V, of each layer that has its own: cross-layer attention keeps one pair for several layers (Hunyuan-Large, arXiv
  /// 2411.02265, table 2).
  ///
  /// - Parameter bytesPerNumber: 4 for float32, 2 for bfloat16.
  public func cacheBytesPerToken(bytesPerNumber: Int) -> Int {
    2 * bytesPerNumber * headDim * kvHeads * keyLayers.count
  }
}
