import Files

/// Mistral and Nemo: a window in all layers.
struct Mistral: FamilyDescriptor {
  let architecture = "MistralForCausalLM"
  let modelType = "mistral"
  let missing = MissingKeys(keyHeads: 8, positions: 131_072)

  func attentionBias(_ reader: ConfigurationReader) throws -> AttentionBias {
    if reader.raw.attentionBias == true { throw reader.unsupported("attention_bias", "true", "false") }
    return .none
  }

  func windows(_ reader: ConfigurationReader, layers: Int) throws -> [Int?] {
    try reader.windows(of: reader.slidingWindow, fromLayer: 0, layers: layers)
  }

  func completed(_ model: JSONTree, for shape: DecoderConfiguration) -> JSONTree {
    // Its default in transformers is a window.
    var model = model
    model["sliding_window"] = model["sliding_window"] ?? .null
    return model
  }
}
