/// Qwen 3's MoE models (30B-A3B, 235B-A22B, Coder): routed experts without a shared one; some layers may be dense.
///
///     y = Σ_e w_e FFN_e(x),   w_e = p_e, or p_e / Σ p (`norm_topk_prob`),   p = softmax(W_g x) over all, e ∈ the k largest
struct Qwen3MoE: FamilyDescriptor {
  let architecture = "Qwen3MoeForCausalLM"
  let modelType = "qwen3_moe"
  let missing = MissingKeys(keyHeads: 4, positions: 32_768)

  /// Where a key is missing, its class's value counts.
  private struct Keys: Decodable {
    private enum CodingKeys: String, CodingKey {
      case experts = "num_experts"
      case localExperts = "num_local_experts"
      case active = "num_experts_per_tok"
      case width = "moe_intermediate_size"
      case renormalizes = "norm_topk_prob"
      case step = "decoder_sparse_step"
      case dense = "mlp_only_layers"
    }

    let experts, localExperts, active, width, step: Int?
    let renormalizes: Bool?
    let dense: [Int]?
  }

  func headNorm(_ reader: ConfigurationReader) -> HeadNormOrder? { .beforeRotation }

  func windows(_ reader: ConfigurationReader, layers: Int) throws -> [Int?] {
    // In all layers: its class asks no `layer_types`.
    guard reader.raw.useSlidingWindow == true, let size = reader.slidingWindow else {
      return Array(repeating: nil, count: layers)
    }
    return Array(repeating: try reader.positive("sliding_window", size, limit: 1 << 24), count: layers)
  }

  func feedForward(_ reader: ConfigurationReader, layers: Int) throws -> FeedForwardShape {
    let keys = try reader.keys(Keys.self)
    // Its class knows two spellings, and takes this one where both are there.
    let experts = keys.localExperts ?? keys.experts ?? 128
    let step = try reader.positive("decoder_sparse_step", keys.step ?? 1, limit: 1 << 12)
    let named = Set(keys.dense ?? [])
    if let wrong = named.filter({ !(0..<layers).contains($0) }).min() {
      throw reader.invalid("mlp_only_layers", "\(wrong)", "layers, 0 to \(layers - 1)")
    }
    let dense = (0..<layers).filter { experts == 0 || named.contains($0) || ($0 + 1) % step != 0 }
    guard dense.count < layers else { return FeedForwardShape(width: try reader.denseWidth()) }
    let count = try reader.positive("num_experts", experts, limit: 1 << 16)
    let moe = MoEShape(
      experts: count, active: try reader.positive("num_experts_per_tok", keys.active ?? 8, limit: count),
      width: try reader.positive("moe_intermediate_size", keys.width ?? 768, limit: 1 << 20),
      renormalizes: keys.renormalizes ?? false)
    return FeedForwardShape(
      width: 0, moe: moe,
      dense: dense.isEmpty ? nil : DenseLayers(layers: dense, width: try reader.denseWidth()))
  }
}
