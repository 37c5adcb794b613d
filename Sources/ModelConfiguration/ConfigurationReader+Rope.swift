import Foundation

extension ConfigurationReader {
  /// θ and its scaling, as transformers 5 puts them together (`convert_rope_params_to_dict`, `standardize_rope_params`).
  ///
  /// `rope_scaling` counts where it holds anything, else `rope_parameters`: one of them, whole. θ is that one's, or else the top-level one. What may stand at
  /// the top, `original_max_position_embeddings`, counts before what is in there.
  func rope(_ family: any FamilyDescriptor, headDim: Int, maxPositions: Int) throws -> RopeShape {
    let given = [("rope_scaling", raw.ropeScaling), ("rope_parameters", raw.ropeParameters)]
    guard let (key, rope) = given.lazy.compactMap({ key, rope in rope.map { (key, $0) } }).first(where: { !$1.isEmpty })
    else {
      try requireWholeHeads(raw.partialRotaryFactor)
      return RopeShape(theta: try theta(raw.ropeTheta ?? 10_000, key: "rope_theta"), scaling: .none)
    }
    if let nested = rope.nestedKey {
      throw unsupported("\(key).\(nested)", "an object", "one RoPE for all layers")
    }
    try requireWholeHeads(rope.partialRotaryFactor ?? raw.partialRotaryFactor)
    let theta = try theta(
      rope.ropeTheta ?? raw.ropeTheta ?? 10_000, key: rope.ropeTheta == nil ? "rope_theta" : "\(key).rope_theta")
    return RopeShape(
      theta: theta, scaling: try scaling(rope, family, key: key, headDim: headDim, maxPositions: maxPositions))
  }

  func theta(_ theta: Double, key: String) throws -> Double {
    guard theta > 1, theta.isFinite else { throw invalid(key, "\(theta)", "above 1") }
    return theta
  }

  func requireWholeHeads(_ factor: Double?) throws {
    if let factor, factor != 1 { throw unsupported("partial_rotary_factor", "\(factor)", "1") }
  }

  private static let kinds = "default, linear, dynamic, llama3, yarn"

  func scaling(
    _ rope: RawRope, _ family: any FamilyDescriptor, key: String, headDim: Int, maxPositions: Int
  ) throws -> RopeScaling {
    let kind = rope.ropeType ?? rope.type ?? "default"
    func number(_ name: String, _ value: Double?, least: Double = 0) throws -> Double {
      guard let value, value > least, value.isFinite else {
        throw invalid("\(key).\(name)", value.map { "\($0)" } ?? "missing", "a number above \(least)")
      }
      return value
    }
    switch kind {
    // Hunyuan calls it dynamic, and it is not: it does not depend on the length.
    case "dynamic" where family.readsAlpha && rope.alpha != nil && rope.alpha != 0,
      "ntk_alpha" where family.readsAlpha, "ntk-alpha" where family.readsAlpha:
      guard headDim > 2 else { throw invalid("head_dim", "\(headDim)", "above 2 (\(key).alpha)") }
      return .ntkAlpha(try number("alpha", rope.alpha))
    case "dynamic":
      // Its base grows with the length only beyond max_position_embeddings, and no longer text is read.
      if let alpha = rope.alpha, !family.readsAlpha {
        throw unsupported("\(key).alpha", "\(alpha)", "none: only Hunyuan's classes read it; scale rope_theta instead")
      }
      _ = try number("factor", rope.factor)
      return .none
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
        original: try original(rope, key: key, maxPositions: maxPositions))
    case "yarn":
      let factor = try number("factor", rope.factor)
      return .yarn(
        RopeScaling.YaRN(
          factor: factor, original: try original(rope, key: key, maxPositions: maxPositions),
          betaFast: try number("beta_fast", rope.betaFast ?? 32), betaSlow: try number("beta_slow", rope.betaSlow ?? 1),
          attentionFactor: try attentionFactor(rope, key: key, factor: factor), truncates: rope.truncate ?? true))
    default: throw unsupported("\(key).rope_type", kind, Self.kinds)
    }
  }

  /// Positions of the pretraining.
  private func original(_ rope: RawRope, key: String, maxPositions: Int) throws -> Double {
    let name = "original_max_position_embeddings"
    let (fullKey, given) =
      raw.originalMaxPositionEmbeddings.map { (name, $0) }
      ?? ("\(key).\(name)", rope.originalMaxPositionEmbeddings ?? Double(maxPositions))
    guard given > 0, given.isFinite else { throw invalid(fullKey, "\(given)", "a number above 0") }
    return given
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
