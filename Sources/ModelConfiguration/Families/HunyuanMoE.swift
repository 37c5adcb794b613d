import Files

/// Hunyuan-A13B: a shared expert and routed ones, several of them for a token.
struct HunyuanMoE: FamilyDescriptor {
  let architecture = "HunYuanMoEV1ForCausalLM"
  let modelType = "hunyuan_v1_moe"
  let names = LayerNames.hunyuan
  let missing = MissingKeys(normEpsilon: 1e-5)
  let readsAlpha = true

  func headNorm(_ reader: ConfigurationReader) -> HeadNormOrder? { .afterRotation }

  func keySources(_ reader: ConfigurationReader, layers: Int) throws -> [Int] {
    try reader.hunyuanKeySources(layers: layers)
  }

  func feedForward(_ reader: ConfigurationReader, layers: Int) throws -> FeedForwardShape {
    // transformers' class always has the shared expert, and always divides by the sum.
    try reader.hunyuanFeedForward(layers: layers, hasShared: true, renormalizesOne: true)
  }

  func completed(_ model: JSONTree, for shape: DecoderConfiguration) -> JSONTree {
    var model = model
    model["attention_bias"] = .boolean(shape.attentionBias != .none)
    if let moe = shape.moe {
      // Its class knows one number for all layers.
      model["num_experts"] = .integer(moe.experts)
      model["moe_topk"] = .integer(moe.active)
    }
    return model
  }

  func unlikeItsClass(_ shape: DecoderConfiguration) -> (got: String, allowed: String)? {
    let wrong: String? =
      if let moe = shape.moe {
        if shape.keyLayers.count != shape.layers {
          "cross-layer attention (use_cla)"
        } else if shape.intermediateSize != moe.width {
          "routed experts \(moe.width) wide beside \(shape.intermediateSize) of a shared one"
        } else {
          nil
        }
      } else {
        "one expert (num_experts)"
      }
    return wrong.map {
      (
        "\(architecture) with \($0), which transformers' class of that name does not have",
        "HunYuanForCausalLM; or several routed experts as wide as one shared expert, without cross-layer attention"
      )
    }
  }
}
