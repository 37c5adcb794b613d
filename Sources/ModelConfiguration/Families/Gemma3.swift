import Files

/// Gemma 3, its text part. Norms before and after both blocks have gains 1 + w. Activation: GELU. Embeddings are multiplied by √hidden.
/// Five of six layers have a window and their own RoPE. Scores are divided by √`query_pre_attn_scalar`.
struct Gemma3: FamilyDescriptor {
  let architecture = "Gemma3ForCausalLM"
  let modelType = "gemma3_text"
  let names = LayerNames(
    attentionOutputNorm: "post_attention_layernorm", feedForwardNorm: "pre_feedforward_layernorm",
    feedForwardOutputNorm: "post_feedforward_layernorm")
  let missing = MissingKeys(keyHeads: 4, headDim: 256, positions: 131_072, tiedEmbeddings: true)
  let activation = Activation.geluTanh
  let gainOffset = 1.0
  let scalesEmbedding = true
  // The gains that would train are w, and not 1 + w; the embedding's gradient would need its scale.
  let canPretrain = false

  private struct Keys: Decodable {
    private enum CodingKeys: String, CodingKey {
      case activation = "hidden_activation"
      case queryScalar = "query_pre_attn_scalar"
      case localTheta = "rope_local_base_freq"
      case pattern = "sliding_window_pattern"
      case finalCap = "final_logit_softcapping"
      case scoreCap = "attn_logit_softcapping"
      case looksAhead = "use_bidirectional_attention"
    }

    let activation: String?
    let queryScalar, localTheta, finalCap, scoreCap: Double?
    let pattern: Int?
    let looksAhead: Bool?
  }

  func activationKey(_ reader: ConfigurationReader) throws -> (key: String, name: String)? {
    try reader.keys(Keys.self).activation.map { ("hidden_activation", $0) }
  }

  func refuseUnsupported(_ reader: ConfigurationReader) throws {
    let keys = try reader.keys(Keys.self)
    for (key, cap) in [("final_logit_softcapping", keys.finalCap), ("attn_logit_softcapping", keys.scoreCap)] {
      if let cap { throw reader.unsupported(key, "\(cap)", "null, as in all checkpoints of Gemma 3") }
    }
    if keys.looksAhead == true { throw reader.unsupported("use_bidirectional_attention", "true", "false") }
  }

  func headNorm(_ reader: ConfigurationReader) -> HeadNormOrder? { .beforeRotation }

  func queryScalar(_ reader: ConfigurationReader) throws -> Double? {
    let scalar = try reader.keys(Keys.self).queryScalar ?? 256
    guard scalar > 0, scalar.isFinite else { throw reader.invalid("query_pre_attn_scalar", "\(scalar)", "above 0") }
    return scalar
  }

  /// `layer_types`, or a window in all layers but every `sliding_window_pattern`-th.
  func windows(_ reader: ConfigurationReader, layers: Int) throws -> [Int?] {
    let pattern = try reader.positive(
      "sliding_window_pattern", reader.keys(Keys.self).pattern ?? 6, limit: 1 << 12)
    let sliding = try reader.slidingLayers(layers) ?? (0..<layers).map { ($0 + 1) % pattern != 0 }
    guard sliding.contains(true) else { return Array(repeating: nil, count: layers) }
    let window = try reader.positive("sliding_window", reader.slidingWindow, limit: 1 << 24)
    return sliding.map { $0 ? window : nil }
  }

  /// As transformers puts them together (`Gemma3TextConfig.convert_rope_params_to_dict`): `rope_scaling` is the global layers'.
  func rope(_ reader: ConfigurationReader, headDim: Int, maxPositions: Int) throws -> RopeShape {
    let raw = reader.raw
    let (new, old) = (
      raw.ropeParameters.flatMap { $0.isEmpty ? nil : $0 }, raw.ropeScaling.flatMap { $0.isEmpty ? nil : $0 }
    )
    if let new, new.ofLayers.isEmpty || new.ropeType != nil || new.ropeTheta != nil {
      throw reader.unsupported("rope_parameters", "one for all layers", "full_attention and sliding_attention")
    }
    if let old, let nested = old.nestedKey {
      throw reader.unsupported("rope_scaling.\(nested)", "an object", "the scaling of layers without a window")
    }
    if new?.ofLayers["full_attention"] != nil, old != nil {
      throw reader.unsupported("rope_scaling", "there, beside rope_parameters.full_attention", "one of them")
    }
    let (key, whole) =
      old.map { ("rope_scaling", $0) } ?? ("rope_parameters.full_attention", new?.ofLayers["full_attention"])
    let local = new?.ofLayers["sliding_attention"]
    func read(_ rope: RawRope?, _ key: String, _ theta: Double, of thetaKey: String) throws -> LocalRope {
      try reader.requireWholeHeads(rope?.partialRotaryFactor ?? raw.partialRotaryFactor)
      let own = try reader.theta(
        rope?.ropeTheta ?? theta, key: rope?.ropeTheta == nil ? thetaKey : "\(key).rope_theta")
      return LocalRope(
        theta: own,
        scaling: try rope.map {
          try reader.scaling($0, self, key: key, headDim: headDim, maxPositions: maxPositions)
        } ?? .none)
    }
    let global = try read(whole, key, raw.ropeTheta ?? 1_000_000, of: "rope_theta")
    return RopeShape(
      theta: global.theta, scaling: global.scaling,
      local: try read(
        local, "rope_parameters.sliding_attention", reader.keys(Keys.self).localTheta ?? 10_000,
        of: "rope_local_base_freq"))
  }
}
