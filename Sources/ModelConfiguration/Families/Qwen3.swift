/// Qwen 3: RMSNorm over each head before rotation.
struct Qwen3: FamilyDescriptor {
  let architecture = "Qwen3ForCausalLM"
  let modelType = "qwen3"
  let missing = MissingKeys(keyHeads: 32, headDim: 128, positions: 32_768)

  func headNorm(_ reader: ConfigurationReader) -> HeadNormOrder? { .beforeRotation }

  func windows(_ reader: ConfigurationReader, layers: Int) throws -> [Int?] {
    try reader.windowsInUse(layers: layers)
  }
}
