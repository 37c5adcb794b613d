import Files

/// Qwen 2 and 2.5: biases on queries, keys and values; a window in some layers.
struct Qwen2: FamilyDescriptor {
  let architecture = "Qwen2ForCausalLM"
  let modelType = "qwen2"
  let missing = MissingKeys(keyHeads: 32, positions: 32_768)

  /// Its class has these whatever the file says.
  func attentionBias(_ reader: ConfigurationReader) throws -> AttentionBias { .inputs }

  func windows(_ reader: ConfigurationReader, layers: Int) throws -> [Int?] {
    try reader.windowsInUse(layers: layers)
  }

  func completed(_ model: JSONTree, for shape: DecoderConfiguration) -> JSONTree { model }
}
