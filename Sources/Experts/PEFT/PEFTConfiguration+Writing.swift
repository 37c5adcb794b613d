import Decoder

extension PEFTConfiguration {
  /// `adapter_config.json` of a plain LoRA, as PEFT reads it.
  struct Form: Encodable {
    let peftType = "LORA"
    let taskType = "CAUSAL_LM"
    let r: Int
    let loraAlpha: Double
    let loraDropout: Double
    let targetModules: [String]
    let bias = "none"
    let inferenceMode = true
    let fanInFanOut = false
    let useRslora = false
    let useDora = false
    let baseModelNameOrPath: String?
    /// The commit of a base that has a name on Hugging Face's hub.
    let revision: String?

    private enum CodingKeys: String, CodingKey {
      case peftType = "peft_type"
      case taskType = "task_type"
      case r
      case loraAlpha = "lora_alpha"
      case loraDropout = "lora_dropout"
      case targetModules = "target_modules"
      case bias
      case inferenceMode = "inference_mode"
      case fanInFanOut = "fan_in_fan_out"
      case useRslora = "use_rslora"
      case useDora = "use_dora"
      case baseModelNameOrPath = "base_model_name_or_path"
      case revision
    }

    init(_ shape: LowRankShape, base: String? = nil, revision: String? = nil) {
      baseModelNameOrPath = base
      self.revision = revision
      r = shape.rank
      loraAlpha = shape.alpha
      loraDropout = shape.dropout
      targetModules = shape.projections.map(\.rawValue)
    }
  }
}
