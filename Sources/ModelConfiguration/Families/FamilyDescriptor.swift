import Files

/// What makes a family: how its `config.json` is read, what its tensors are called, and what it computes.
///
/// What is not said is Llama's. A new family is one file with its descriptor and a line in ``ModelFamily``.
protocol FamilyDescriptor: Sendable {
  /// Hugging Face's class name.
  var architecture: String { get }
  /// `model_type`, by which transformers finds the class.
  var modelType: String { get }
  var names: LayerNames { get }
  /// What the class takes where a file has no such key at all.
  var missing: MissingKeys { get }
  /// What the gates of feed-forward blocks go through.
  var activation: Activation { get }
  /// Whether `alpha` of a RoPE is read: θ' = θ · α^(d/(d−2)).
  var readsAlpha: Bool { get }

  /// What is added to the stored gains of norms: 0, or 1 where these are w of 1 + w.
  var gainOffset: Double { get }
  /// Whether embeddings are multiplied by √hidden, rounded to the type that the checkpoint has them in.
  var scalesEmbedding: Bool { get }
  /// Whether its weights can be trained here, and not experts on them alone.
  var canPretrain: Bool { get }

  /// The key that names the activation, and the name; `nil` where the file has none.
  func activationKey(_ reader: ConfigurationReader) throws -> (key: String, name: String)?
  /// Refuses what a file asks for and is not computed here.
  func refuseUnsupported(_ reader: ConfigurationReader) throws
  func attentionBias(_ reader: ConfigurationReader) throws -> AttentionBias
  /// When heads are normed; `nil`: never.
  func headNorm(_ reader: ConfigurationReader) -> HeadNormOrder?
  /// Scores are divided by its root; `nil`: the width of a head.
  func queryScalar(_ reader: ConfigurationReader) throws -> Double?
  func rope(_ reader: ConfigurationReader, headDim: Int, maxPositions: Int) throws -> RopeShape
  /// For each layer how many tokens back it sees, its own included; `nil`: all.
  func windows(_ reader: ConfigurationReader, layers: Int) throws -> [Int?]
  /// For each layer the layer whose keys and values it attends to.
  func keySources(_ reader: ConfigurationReader, layers: Int) throws -> [Int]
  func feedForward(_ reader: ConfigurationReader, layers: Int) throws -> FeedForwardShape

  /// See ``ModelFamily/completed(_:for:)``.
  func completed(_ model: JSONTree, for shape: DecoderConfiguration) -> JSONTree
  /// See ``ModelFamily/unlikeItsClass(_:)``.
  func unlikeItsClass(_ shape: DecoderConfiguration) -> (got: String, allowed: String)?
}

/// The feed-forward blocks of a model.
struct FeedForwardShape {
  /// Width of the block that every token goes through; 0: there is none.
  var width: Int
  var moe: MoEShape?
  /// Layers of an MoE model that have a dense block in its stead.
  var dense: DenseLayers?
}

/// θ and its scaling, and those of layers with a window where they have their own.
struct RopeShape {
  var theta: Double
  var scaling: RopeScaling
  var local: LocalRope?
}

/// Values of keys that a file lacks.
struct MissingKeys {
  /// `nil`: as many as query heads.
  var keyHeads: Int?
  /// `nil`: hidden size / heads.
  var headDim: Int?
  var positions = 2048
  var normEpsilon = 1e-6
  var tiedEmbeddings = false
}

/// What tensors of a layer are called, without `.weight` at the end.
package struct LayerNames {
  package var attentionNorm = "input_layernorm"
  /// A norm of what attention gives, before it is added; `nil`: there is none.
  package var attentionOutputNorm: String?
  package var feedForwardNorm = "post_attention_layernorm"
  /// The same of the feed-forward block.
  package var feedForwardOutputNorm: String?
  package var queryNorm = "self_attn.q_norm"
  package var keyNorm = "self_attn.k_norm"
  package var router = "mlp.gate"
  /// The block of an MoE layer that every token goes through.
  package var common = "mlp"
}

extension FamilyDescriptor {
  var names: LayerNames { LayerNames() }
  var missing: MissingKeys { MissingKeys() }
  var activation: Activation { .silu }
  var gainOffset: Double { 0 }
  var scalesEmbedding: Bool { false }
  var canPretrain: Bool { true }
  var readsAlpha: Bool { false }

  func activationKey(_ reader: ConfigurationReader) throws -> (key: String, name: String)? {
    reader.raw.hiddenAct.map { ("hidden_act", $0) }
  }

  func refuseUnsupported(_ reader: ConfigurationReader) throws {}

  func attentionBias(_ reader: ConfigurationReader) throws -> AttentionBias {
    reader.raw.attentionBias == true ? .all : .none
  }

  func headNorm(_ reader: ConfigurationReader) -> HeadNormOrder? { nil }

  func queryScalar(_ reader: ConfigurationReader) throws -> Double? { nil }

  func rope(_ reader: ConfigurationReader, headDim: Int, maxPositions: Int) throws -> RopeShape {
    try reader.rope(self, headDim: headDim, maxPositions: maxPositions)
  }

  func windows(_ reader: ConfigurationReader, layers: Int) throws -> [Int?] { Array(repeating: nil, count: layers) }

  func keySources(_ reader: ConfigurationReader, layers: Int) throws -> [Int] { Array(0..<layers) }

  func feedForward(_ reader: ConfigurationReader, layers: Int) throws -> FeedForwardShape {
    FeedForwardShape(width: try reader.denseWidth())
  }

  func completed(_ model: JSONTree, for shape: DecoderConfiguration) -> JSONTree {
    var model = model
    model["attention_bias"] = .boolean(shape.attentionBias != .none)
    return model
  }

  func unlikeItsClass(_ shape: DecoderConfiguration) -> (got: String, allowed: String)? { nil }
}
