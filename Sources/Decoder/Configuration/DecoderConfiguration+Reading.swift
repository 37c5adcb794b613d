import Files
public import Foundation

extension DecoderConfiguration {
  static let supportedArchitectures = ["LlamaForCausalLM"]

  /// Reads `config.json` (and `generation_config.json`, if it is there) of a Hugging Face folder.
  /// - Throws: `FileError`, or a ``DecoderError`` that names the key.
  public init(folder: URL) throws {
    let file = folder.appendingPathComponent("config.json")
    let path = file.path
    let raw = try JSONFile.read(RawConfiguration.self, from: file)
    let architecture = raw.architectures?.first ?? "none"
    guard Self.supportedArchitectures.contains(architecture) else {
      throw DecoderError.unknownArchitecture(path: path, got: architecture, supported: Self.supportedArchitectures)
    }
    try raw.refuseUnsupported(path: path)

    func positive(_ key: String, _ value: Int?, limit: Int) throws -> Int {
      guard let value, (1...limit).contains(value) else {
        throw DecoderError.invalidValue(
          path: path, key: key, got: value.map(String.init) ?? "missing", allowed: "1 to \(limit)")
      }
      return value
    }
    self.architecture = architecture
    vocabularySize = try positive("vocab_size", raw.vocabSize, limit: 1 << 22)
    hiddenSize = try positive("hidden_size", raw.hiddenSize, limit: 1 << 17)
    intermediateSize = try positive("intermediate_size", raw.intermediateSize, limit: 1 << 20)
    layers = try positive("num_hidden_layers", raw.numHiddenLayers, limit: 1 << 12)
    heads = try positive("num_attention_heads", raw.numAttentionHeads, limit: 1 << 12)
    kvHeads = try positive("num_key_value_heads", raw.numKeyValueHeads ?? raw.numAttentionHeads, limit: 1 << 12)
    maxPositions = try positive("max_position_embeddings", raw.maxPositionEmbeddings ?? 2048, limit: 1 << 24)
    guard heads % kvHeads == 0 else {
      throw DecoderError.invalidValue(
        path: path, key: "num_key_value_heads", got: "\(kvHeads)",
        allowed: "a divisor of num_attention_heads (\(heads))")
    }
    headDim = try positive("head_dim", raw.headDim ?? hiddenSize / heads, limit: 1 << 12)
    guard headDim % 2 == 0 else {
      throw DecoderError.invalidValue(path: path, key: "head_dim", got: "\(headDim)", allowed: "an even number (RoPE)")
    }
    normEpsilon = raw.rmsNormEps ?? 1e-6
    ropeTheta = raw.ropeTheta ?? raw.ropeParameters?.ropeTheta ?? 10_000
    guard normEpsilon > 0, normEpsilon < 1 else {
      throw DecoderError.invalidValue(
        path: path, key: "rms_norm_eps", got: "\(normEpsilon)", allowed: "above 0, below 1")
    }
    guard ropeTheta > 1, ropeTheta.isFinite else {
      throw DecoderError.invalidValue(path: path, key: "rope_theta", got: "\(ropeTheta)", allowed: "above 1")
    }
    tiedEmbeddings = raw.tieWordEmbeddings ?? false

    let generationFile = folder.appendingPathComponent("generation_config.json")
    let generation =
      FileManager.default.fileExists(atPath: generationFile.path)
      ? try JSONFile.read(RawGeneration.self, from: generationFile) : nil
    endTokens = (generation?.eosTokenId ?? raw.eosTokenId)?.ids ?? []
    padToken = (generation?.padTokenId ?? raw.padTokenId)?.ids.first
    for id in endTokens + [padToken].compactMap(\.self) where !(0..<vocabularySize).contains(id) {
      throw DecoderError.invalidValue(
        path: path, key: "eos_token_id or pad_token_id", got: "\(id)", allowed: "0 to \(vocabularySize - 1)")
    }
  }
}

/// `config.json` as it is written; every key that could change the result is read, so that it can be refused.
private struct RawConfiguration: Decodable {
  private enum CodingKeys: String, CodingKey {
    case architectures
    case vocabSize = "vocab_size"
    case hiddenSize = "hidden_size"
    case intermediateSize = "intermediate_size"
    case numHiddenLayers = "num_hidden_layers"
    case numAttentionHeads = "num_attention_heads"
    case numKeyValueHeads = "num_key_value_heads"
    case headDim = "head_dim"
    case maxPositionEmbeddings = "max_position_embeddings"
    case rmsNormEps = "rms_norm_eps"
    case ropeTheta = "rope_theta"
    case ropeScaling = "rope_scaling"
    case ropeParameters = "rope_parameters"
    case tieWordEmbeddings = "tie_word_embeddings"
    case hiddenAct = "hidden_act"
    case attentionBias = "attention_bias"
    case mlpBias = "mlp_bias"
    case eosTokenId = "eos_token_id"
    case padTokenId = "pad_token_id"
  }

  var architectures: [String]?
  var vocabSize: Int?
  var hiddenSize: Int?
  var intermediateSize: Int?
  var numHiddenLayers: Int?
  var numAttentionHeads: Int?
  var numKeyValueHeads: Int?
  var headDim: Int?
  var maxPositionEmbeddings: Int?
  var rmsNormEps: Double?
  var ropeTheta: Double?
  var ropeScaling: RawRope?
  var ropeParameters: RawRope?
  var tieWordEmbeddings: Bool?
  var hiddenAct: String?
  var attentionBias: Bool?
  var mlpBias: Bool?
  var eosTokenId: TokenIDs?
  var padTokenId: TokenIDs?

  func refuseUnsupported(path: String) throws {
    if attentionBias == true {
      throw DecoderError.unsupportedOption(path: path, key: "attention_bias", got: "true", supported: "false")
    }
    if mlpBias == true {
      throw DecoderError.unsupportedOption(path: path, key: "mlp_bias", got: "true", supported: "false")
    }
    if let act = hiddenAct, act != "silu" {
      throw DecoderError.unsupportedOption(path: path, key: "hidden_act", got: act, supported: "silu")
    }
    for (key, rope) in [("rope_scaling", ropeScaling), ("rope_parameters", ropeParameters)] {
      if let kind = rope?.ropeType ?? rope?.type, kind != "default" {
        throw DecoderError.unsupportedOption(path: path, key: key + ".rope_type", got: kind, supported: "default")
      }
      if let factor = rope?.factor, factor != 1 {
        throw DecoderError.unsupportedOption(path: path, key: key + ".factor", got: "\(factor)", supported: "none")
      }
    }
  }
}

private struct RawRope: Decodable {
  private enum CodingKeys: String, CodingKey {
    case ropeType = "rope_type"
    case type
    case ropeTheta = "rope_theta"
    case factor
  }

  var ropeType: String?
  var type: String?
  var factor: Double?
  var ropeTheta: Double?
}

private struct RawGeneration: Decodable {
  private enum CodingKeys: String, CodingKey {
    case eosTokenId = "eos_token_id"
    case padTokenId = "pad_token_id"
  }

  var eosTokenId: TokenIDs?
  var padTokenId: TokenIDs?
}

/// One id or a list of ids: both are in use.
private struct TokenIDs: Decodable {
  let ids: [Int]

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let one = try? container.decode(Int.self) {
      ids = [one]
    } else {
      ids = try container.decode([Int].self)
    }
  }
}
