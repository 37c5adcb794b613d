import Files
public import Foundation

extension DecoderConfiguration {
  /// Reads `config.json` (and `generation_config.json`, if it is there) of a Hugging Face folder.
  /// - Throws: `FileError`, or a ``ConfigurationError`` that names the key.
  public init(folder: URL) throws {
    try ModelFolder.require(folder)
    let file = folder.appendingPathComponent("config.json")
    let generationFile = folder.appendingPathComponent("generation_config.json")
    try self.init(
      ConfigurationReader(JSONFile.contents(of: file), path: file.path),
      FileManager.default.fileExists(atPath: generationFile.path)
        ? (raw: JSONFile.read(RawGeneration.self, from: generationFile), path: generationFile.path) : nil)
  }

  /// Reads the text of a `config.json` that stands elsewhere.
  ///
  /// - Parameters:
  ///   - data: The text.
  ///   - path: Where it came from, for errors.
  /// - Throws: `FileError`, or a ``ConfigurationError`` that names the key.
  public init(data: Data, path: String) throws {
    try self.init(ConfigurationReader(data, path: path), nil)
  }

  private init(_ reader: ConfigurationReader, _ generation: (raw: RawGeneration, path: String)?) throws {
    let raw = reader.raw
    family = try reader.family()
    let descriptor = family.descriptor
    try reader.refuseUnsupported(descriptor)
    packed = try reader.packedWeights()
    vocabularySize = try reader.positive("vocab_size", raw.vocabSize, limit: 1 << 22)
    hiddenSize = try reader.positive("hidden_size", raw.hiddenSize, limit: 1 << 17)
    layers = try reader.positive("num_hidden_layers", raw.numHiddenLayers, limit: 1 << 12)
    (heads, kvHeads, headDim) = try reader.heads(descriptor.missing, hiddenSize: hiddenSize)
    maxPositions = try reader.positive(
      "max_position_embeddings", raw.maxPositionEmbeddings ?? descriptor.missing.positions, limit: 1 << 24)
    normEpsilon = raw.rmsNormEps ?? descriptor.missing.normEpsilon
    guard normEpsilon > 0, normEpsilon < 1 else {
      throw reader.invalid("rms_norm_eps", "\(normEpsilon)", "above 0, below 1")
    }
    let rope = try descriptor.rope(reader, headDim: headDim, maxPositions: maxPositions)
    (ropeTheta, ropeScaling, localRope) = (rope.theta, rope.scaling, rope.local)
    (attentionBias, headNorm) = (try descriptor.attentionBias(reader), descriptor.headNorm(reader))
    queryScalar = try descriptor.queryScalar(reader)
    windows = try descriptor.windows(reader, layers: layers)
    keySources = try descriptor.keySources(reader, layers: layers)
    let feedForward = try descriptor.feedForward(reader, layers: layers)
    (moe, intermediateSize, denseLayers) = (feedForward.moe, feedForward.width, feedForward.dense)
    tiedEmbeddings = raw.tieWordEmbeddings ?? descriptor.missing.tiedEmbeddings
    endTokens = try reader.tokens(
      "eos_token_id", raw.eosTokenId, generation.map { (ids: $0.raw.eosTokenId, path: $0.path) },
      vocabularySize: vocabularySize)
    padToken = try reader.tokens(
      "pad_token_id", raw.padTokenId, generation.map { (ids: $0.raw.padTokenId, path: $0.path) },
      vocabularySize: vocabularySize
    ).first
  }
}
