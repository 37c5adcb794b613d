/// The shape of a decoder: everything that decides which tensors it has and what it computes.
public struct DecoderConfiguration: Sendable, Equatable {
  /// Hugging Face class name, as `LlamaForCausalLM`.
  public var architecture: String
  public var vocabularySize: Int
  /// Width of the residual stream.
  public var hiddenSize: Int
  /// Width inside the feed-forward block.
  public var intermediateSize: Int
  public var layers: Int
  /// Query heads.
  public var heads: Int
  /// Key and value heads; each serves `heads / kvHeads` query heads.
  public var kvHeads: Int
  public var headDim: Int
  /// The longest sequence, in tokens.
  public var maxPositions: Int
  /// ε of RMSNorm.
  public var normEpsilon: Double
  /// Base of the rotary frequencies.
  public var ropeTheta: Double
  /// Whether the read-out is the embedding table.
  public var tiedEmbeddings: Bool
  /// Ids that end a text; from generation_config.json where it has them.
  public var endTokens: [Int]
  public var padToken: Int?
}
