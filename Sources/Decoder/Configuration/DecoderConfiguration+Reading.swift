import Files
public import Foundation

extension DecoderConfiguration {
  static let supportedArchitectures = ["LlamaForCausalLM"]

  /// Reads `config.json` (and `generation_config.json`, if it is there) of a Hugging Face folder.
  /// - Throws: ``Files/FileError``, or a ``DecoderError`` that names the key.
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
    vocabularySize = try positive("vocab_size", raw.vocab_size, limit: 1 << 22)
    hiddenSize = try positive("hidden_size", raw.hidden_size, limit: 1 << 17)
    intermediateSize = try positive("intermediate_size", raw.intermediate_size, limit: 1 << 20)
    layers = try positive("num_hidden_layers", raw.num_hidden_layers, limit: 1 << 12)
    heads = try positive("num_attention_heads", raw.num_attention_heads, limit: 1 << 12)
    kvHeads = try positive("num_key_value_heads", raw.num_key_value_heads ?? raw.num_attention_heads, limit: 1 << 12)
    maxPositions = try positive("max_position_embeddings", raw.max_position_embeddings ?? 2048, limit: 1 << 24)
    guard heads % kvHeads == 0 else {
      throw DecoderError.invalidValue(
        path: path, key: "num_key_value_heads", got: "\(kvHeads)", allowed: "a divisor of num_attention_heads (\(heads))")
    }
    headDim = try positive("head_dim", raw.head_dim ?? hiddenSize / heads, limit: 1 << 12)
    guard headDim % 2 == 0 else {
      throw DecoderError.invalidValue(path: path, key: "head_dim", got: "\(headDim)", allowed: "an even number (RoPE)")
    }
    normEpsilon = raw.rms_norm_eps ?? 1e-6
    ropeTheta = raw.rope_theta ?? raw.rope_parameters?.rope_theta ?? 10_000
    guard normEpsilon > 0, normEpsilon < 1 else {
      throw DecoderError.invalidValue(path: path, key: "rms_norm_eps", got: "\(normEpsilon)", allowed: "above 0, below 1")
    }
    guard ropeTheta > 1, ropeTheta.isFinite else {
      throw DecoderError.invalidValue(path: path, key: "rope_theta", got: "\(ropeTheta)", allowed: "above 1")
    }
    tiedEmbeddings = raw.tie_word_embeddings ?? false

    let generationFile = folder.appendingPathComponent("generation_config.json")
    let generation =
      FileManager.default.fileExists(atPath: generationFile.path)
      ? try JSONFile.read(RawGeneration.self, from: generationFile) : nil
    endTokens = (generation?.eos_token_id ?? raw.eos_token_id)?.ids ?? []
    padToken = (generation?.pad_token_id ?? raw.pad_token_id)?.ids.first
    for id in endTokens + [padToken].compactMap(\.self) where !(0..<vocabularySize).contains(id) {
      throw DecoderError.invalidValue(
        path: path, key: "eos_token_id or pad_token_id", got: "\(id)", allowed: "0 to \(vocabularySize - 1)")
    }
  }
}

/// `config.json` as it is written; every key that could change the result is read, so that it can be refused.
private struct RawConfiguration: Decodable {
  var architectures: [String]?
  var vocab_size: Int?
  var hidden_size: Int?
  var intermediate_size: Int?
  var num_hidden_layers: Int?
  var num_attention_heads: Int?
  var num_key_value_heads: Int?
  var head_dim: Int?
  var max_position_embeddings: Int?
  var rms_norm_eps: Double?
  var rope_theta: Double?
  var rope_scaling: RawRope?
  var rope_parameters: RawRope?
  var tie_word_embeddings: Bool?
  var hidden_act: String?
  var attention_bias: Bool?
  var mlp_bias: Bool?
  var eos_token_id: TokenIDs?
  var pad_token_id: TokenIDs?

  func refuseUnsupported(path: String) throws {
    if attention_bias == true {
      throw DecoderError.unsupportedOption(path: path, key: "attention_bias", got: "true", supported: "false")
    }
    if mlp_bias == true {
      throw DecoderError.unsupportedOption(path: path, key: "mlp_bias", got: "true", supported: "false")
    }
    if let act = hidden_act, act != "silu" {
      throw DecoderError.unsupportedOption(path: path, key: "hidden_act", got: act, supported: "silu")
    }
    for (key, rope) in [("rope_scaling", rope_scaling), ("rope_parameters", rope_parameters)] {
      if let kind = rope?.rope_type ?? rope?.type, kind != "default" {
        throw DecoderError.unsupportedOption(path: path, key: key + ".rope_type", got: kind, supported: "default")
      }
    }
  }
}

private struct RawRope: Decodable {
  var rope_type: String?
  var type: String?
  var rope_theta: Double?
}

private struct RawGeneration: Decodable {
  var eos_token_id: TokenIDs?
  var pad_token_id: TokenIDs?
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
