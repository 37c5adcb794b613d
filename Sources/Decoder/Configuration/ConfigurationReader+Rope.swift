import Foundation

extension ConfigurationReader {
  /// θ and its scaling, in the older form (`rope_theta`, `rope_scaling`) or the newer (`rope_parameters`).
  func rope(headDim: Int, maxPositions: Int) throws -> (theta: Double, scaling: RopeScaling) {
    let theta = raw.ropeTheta ?? raw.ropeParameters?.ropeTheta ?? raw.ropeScaling?.ropeTheta ?? 10_000
    guard theta > 1, theta.isFinite else { throw invalid("rope_theta", "\(theta)", "above 1") }
    // Writers of the newer form leave the older key there, empty or not.
    for (key, rope) in [("rope_parameters", raw.ropeParameters), ("rope_scaling", raw.ropeScaling)] {
      guard let rope else { continue }
      let scaling = try scaling(rope, key: key, headDim: headDim, maxPositions: maxPositions)
      if scaling != .none { return (theta, scaling) }
    }
    return (theta, .none)
  }

  private func scaling(_ rope: RawRope, key: String, headDim: Int, maxPositions: Int) throws -> RopeScaling {
    let kind = rope.ropeType ?? rope.type ?? "default"
    func number(_ name: String, _ value: Double?, least: Double = 0) throws -> Double {
      guard let value, value > least, value.isFinite else {
        throw invalid("\(key).\(name)", value.map { "\($0)" } ?? "missing", "a number above \(least)")
      }
      return value
    }
    switch kind {
    // Hunyuan calls it dynamic, and it is not: it does not depend on the length.
    case "dynamic", "ntk_alpha", "ntk-alpha":
      guard rope.alpha != nil else {
        throw unsupported(
          "\(key).rope_type", "\(kind) without alpha", "default, linear, dynamic with alpha, llama3, yarn")
      }
      guard headDim > 2 else { throw invalid("head_dim", "\(headDim)", "above 2 (\(key).alpha)") }
      return .ntkAlpha(try number("alpha", rope.alpha))
    case "default":
      if let factor = rope.factor, factor != 1 {
        throw unsupported("\(key).factor", "\(factor)", "none, as the type is default")
      }
      return .none
    case "linear": return .linear(factor: try number("factor", rope.factor))
    case "llama3":
      let (low, high) = (
        try number("low_freq_factor", rope.lowFreqFactor), try number("high_freq_factor", rope.highFreqFactor)
      )
      guard high > low else { throw invalid("\(key).high_freq_factor", "\(high)", "above low_freq_factor (\(low))") }
      return .llama3(
        factor: try number("factor", rope.factor), low: low, high: high,
        original: try number("original_max_position_embeddings", rope.originalMaxPositionEmbeddings))
    case "yarn":
      let factor = try number("factor", rope.factor)
      return .yarn(
        RopeScaling.YaRN(
          factor: factor,
          original: try number(
            "original_max_position_embeddings", rope.originalMaxPositionEmbeddings ?? Double(maxPositions)),
          betaFast: try number("beta_fast", rope.betaFast ?? 32), betaSlow: try number("beta_slow", rope.betaSlow ?? 1),
          attentionFactor: try attentionFactor(rope, key: key, factor: factor), truncates: rope.truncate ?? true))
    default: throw unsupported("\(key).rope_type", kind, "default, linear, dynamic with alpha, llama3, yarn")
    }
  }

  /// YaRN, section 3.4: 0.1 ln(factor) + 1, or what the file says.
  private func attentionFactor(_ rope: RawRope, key: String, factor: Double) throws -> Double {
    func scale(_ m: Double) -> Double { factor <= 1 ? 1 : 0.1 * m * log(factor) + 1 }
    let result: Double
    if let given = rope.attentionFactor {
      result = given
    } else if let m = rope.mscale, let all = rope.mscaleAllDim, m != 0, all != 0 {
      result = scale(m) / scale(all)
    } else {
      result = scale(1)
    }
    guard result > 0, result.isFinite else { throw invalid("\(key).attention_factor", "\(result)", "a number above 0") }
    return result
  }
}
