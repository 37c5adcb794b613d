/// Hunyuan-Large, and the dense 7B of the same time: cross-layer attention, a shared and routed experts.
struct Hunyuan: FamilyDescriptor {
  let architecture = "HunYuanForCausalLM"
  let modelType = "hunyuan"
  let names = LayerNames.hunyuan
  let missing = MissingKeys(normEpsilon: 1e-5)
  let readsAlpha = true

  /// The later classes have the norms whatever the file says; this one asks.
  func headNorm(_ reader: ConfigurationReader) -> HeadNormOrder? {
    reader.raw.useQKNorm == true ? .afterRotation : nil
  }

  func keySources(_ reader: ConfigurationReader, layers: Int) throws -> [Int] {
    try reader.hunyuanKeySources(layers: layers)
  }

  func feedForward(_ reader: ConfigurationReader, layers: Int) throws -> FeedForwardShape {
    try reader.hunyuanFeedForward(layers: layers, hasShared: false, renormalizesOne: false)
  }
}

extension ConfigurationReader {
  /// Cross-layer attention (Brandon et al., arXiv 2405.12981): every `cla_share_factor`-th layer has keys and values.
  func hunyuanKeySources(layers: Int) throws -> [Int] {
    guard raw.useCLA == true else { return Array(0..<layers) }
    let share = try positive("cla_share_factor", raw.claShareFactor, limit: layers)
    return (0..<layers).map { $0 - $0 % share }
  }

  /// - Parameters:
  ///   - hasShared: Whether there is a shared expert where `use_mixed_mlp_moe` says nothing.
  ///   - renormalizesOne: Whether also a single expert's weight is divided by itself.
  func hunyuanFeedForward(layers: Int, hasShared: Bool, renormalizesOne: Bool) throws -> FeedForwardShape {
    let inner = try denseWidth()
    let experts = try same("num_experts", raw.numExperts, layers: layers) ?? 1
    guard experts > 1 else { return FeedForwardShape(width: inner) }
    _ = try positive("num_experts", experts, limit: 1 << 16)
    if let skipped = raw.moeLayerNumSkipped, skipped != 0 {
      throw unsupported("moe_layer_num_skipped", "\(skipped)", "0")
    }
    let active = try positive("moe_topk", same("moe_topk", raw.moeTopk, layers: layers) ?? 1, limit: experts)
    if raw.normTopkProb == false, active > 1 { throw unsupported("norm_topk_prob", "false", "true") }
    let width = try positive(
      "moe_intermediate_size", same("moe_intermediate_size", raw.moeIntermediateSize, layers: layers) ?? inner,
      limit: 1 << 20)
    let shared =
      raw.useMixedMLPMoE ?? hasShared
      ? try same("num_shared_expert", raw.numSharedExpert, layers: layers) ?? 1 : 0
    guard (0...1024).contains(shared) else { throw invalid("num_shared_expert", "\(shared)", "0 to 1024") }
    let shape = MoEShape(
      experts: experts, active: active, width: width, renormalizes: active > 1 || renormalizesOne)
    return FeedForwardShape(width: inner * shared, moe: shape)
  }
}
