import Files

/// `rope_scaling`, or the newer `rope_parameters` that holds θ as well.
struct RawRope: Decodable {
  private enum CodingKeys: String, CodingKey {
    case ropeType = "rope_type"
    case type
    case ropeTheta = "rope_theta"
    case factor
    case alpha
    case lowFreqFactor = "low_freq_factor"
    case highFreqFactor = "high_freq_factor"
    case originalMaxPositionEmbeddings = "original_max_position_embeddings"
    case betaFast = "beta_fast"
    case betaSlow = "beta_slow"
    case attentionFactor = "attention_factor"
    case mscale
    case mscaleAllDim = "mscale_all_dim"
    case truncate
    case partialRotaryFactor = "partial_rotary_factor"
  }

  let ropeType: String?
  let type: String?
  let ropeTheta: Double?
  let factor: Double?
  let alpha: Double?
  let lowFreqFactor: Double?
  let highFreqFactor: Double?
  let originalMaxPositionEmbeddings: Double?
  let betaFast: Double?
  let betaSlow: Double?
  let attentionFactor: Double?
  let mscale: Double?
  let mscaleAllDim: Double?
  let truncate: Bool?
  let partialRotaryFactor: Double?
  /// Whether nothing is in it at all.
  let isEmpty: Bool
  /// A RoPE for each kind of layer, by `full_attention` and `sliding_attention`.
  let ofLayers: [String: RawRope]
  /// A key with an object: a RoPE for each kind of layer, as other families have it.
  let nestedKey: String?

  init(from decoder: any Decoder) throws {
    let all = try decoder.container(keyedBy: JSONKey.self)
    isEmpty = all.allKeys.isEmpty
    nestedKey =
      all.allKeys.filter { (try? all.nestedContainer(keyedBy: JSONKey.self, forKey: $0)) != nil }.map(\.stringValue)
      .min()
    let kinds = all.allKeys.filter { ["full_attention", "sliding_attention"].contains($0.stringValue) }
    ofLayers = try Dictionary(
      kinds.compactMap { key in
        try all.decodeIfPresent(RawRope.self, forKey: key).map { (key.stringValue, $0) }
      }, uniquingKeysWith: { first, _ in first })
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func number(_ key: CodingKeys) throws -> Double? { try container.decodeIfPresent(Double.self, forKey: key) }
    ropeType = try container.decodeIfPresent(String.self, forKey: .ropeType)
    type = try container.decodeIfPresent(String.self, forKey: .type)
    (ropeTheta, factor, alpha) = (try number(.ropeTheta), try number(.factor), try number(.alpha))
    (lowFreqFactor, highFreqFactor) = (try number(.lowFreqFactor), try number(.highFreqFactor))
    originalMaxPositionEmbeddings = try number(.originalMaxPositionEmbeddings)
    (betaFast, betaSlow, attentionFactor) = (try number(.betaFast), try number(.betaSlow), try number(.attentionFactor))
    (mscale, mscaleAllDim) = (try number(.mscale), try number(.mscaleAllDim))
    truncate = try container.decodeIfPresent(Bool.self, forKey: .truncate)
    partialRotaryFactor = try number(.partialRotaryFactor)
  }
}
