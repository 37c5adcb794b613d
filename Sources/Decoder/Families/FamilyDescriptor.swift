import Files
import Torch

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

  /// The key that names the activation, and the name; `nil` where the file has none.
  func activationKey(_ reader: ConfigurationReader) throws -> (key: String, name: String)?
  /// Refuses what a file asks for and is not computed here.
  func refuseUnsupported(_ reader: ConfigurationReader) throws
  func attentionBias(_ reader: ConfigurationReader) throws -> AttentionBias
  /// When heads are normed; `nil`: never.
  func headNorm(_ reader: ConfigurationReader) -> HeadNormOrder?
  /// For each layer how many tokens back it sees, its own included; `nil`: all.
  func windows(_ reader: ConfigurationReader, layers: Int) throws -> [Int?]
  /// For each layer the layer whose keys and values it attends to.
  func keySources(_ reader: ConfigurationReader, layers: Int) throws -> [Int]
  func feedForward(_ reader: ConfigurationReader, layers: Int) throws -> FeedForwardShape

  /// See ``ModelFamily/completed(_:for:)``.
  func completed(_ members: [String: JSONValue], for shape: DecoderConfiguration) -> [String: JSONValue]
  /// See ``ModelFamily/unlikeItsClass(_:)``.
  func unlikeItsClass(_ shape: DecoderConfiguration) -> (got: String, allowed: String)?
}

/// The feed-forward blocks of a model.
struct FeedForwardShape {
  /// Width of the block that every token goes through; 0: there is none.
  var width: Int
  var mixture: MixtureShape?
  /// Layers of a mixture that have a dense block in its stead.
  var dense: DenseLayers?
}

/// Values of keys that a file lacks.
struct MissingKeys {
  /// `nil`: as many as query heads.
  var keyHeads: Int?
  /// `nil`: hidden size / heads.
  var headDim: Int?
  var positions = 2048
  var normEpsilon = 1e-6
}

/// What tensors of a layer are called, without `.weight` at the end.
struct LayerNames {
  var attentionNorm = "input_layernorm"
  var feedForwardNorm = "post_attention_layernorm"
  var queryNorm = "self_attn.q_norm"
  var keyNorm = "self_attn.k_norm"
  var router = "mlp.gate"
  /// The block of a mixture that every token goes through.
  var common = "mlp"
}

extension FamilyDescriptor {
  var names: LayerNames { LayerNames() }
  var missing: MissingKeys { MissingKeys() }
  var activation: Activation { .silu }
  var readsAlpha: Bool { false }

  func activationKey(_ reader: ConfigurationReader) throws -> (key: String, name: String)? {
    reader.raw.hiddenAct.map { ("hidden_act", $0) }
  }

  func refuseUnsupported(_ reader: ConfigurationReader) throws {}

  func attentionBias(_ reader: ConfigurationReader) throws -> AttentionBias {
    reader.raw.attentionBias == true ? .all : .none
  }

  func headNorm(_ reader: ConfigurationReader) -> HeadNormOrder? { nil }

  func windows(_ reader: ConfigurationReader, layers: Int) throws -> [Int?] { Array(repeating: nil, count: layers) }

  func keySources(_ reader: ConfigurationReader, layers: Int) throws -> [Int] { Array(0..<layers) }

  func feedForward(_ reader: ConfigurationReader, layers: Int) throws -> FeedForwardShape {
    FeedForwardShape(width: try reader.denseWidth())
  }

  func completed(_ members: [String: JSONValue], for shape: DecoderConfiguration) -> [String: JSONValue] {
    members.merging(["attention_bias": .boolean(shape.attentionBias != .none)]) { $1 }
  }

  func unlikeItsClass(_ shape: DecoderConfiguration) -> (got: String, allowed: String)? { nil }
}
