import ModelConfiguration

/// Names of the tensors of a checkpoint: what must be there, no more and no less.
struct TensorNames {
  static let embedding = "model.embed_tokens.weight"
  static let finalNorm = "model.norm.weight"
  static let lmHead = "lm_head.weight"

  static func layer(_ index: Int, _ part: String) -> String { "model.layers.\(index).\(part)" }

  /// The two published forms of routed experts.
  enum ExpertForm {
    /// `experts.E.gate_proj.weight` and so on.
    case each
    /// All of a layer in `experts.gate_up_proj`, gates first, and `experts.down_proj`.
    case fused
  }

  /// Whether a name is that of a router, in any family.
  static func isRouter(_ name: String) -> Bool {
    ModelFamily.allCases.contains { name.hasSuffix(".\($0.names.router).weight") }
  }

  static let fusedGateUp = "mlp.experts.gate_up_proj"
  static let fusedDown = "mlp.experts.down_proj"

  let all: Set<String>

  init(_ configuration: DecoderConfiguration, experts: ExpertForm) {
    var names: Set<String> = [Self.embedding, Self.finalNorm]
    if !configuration.tiedEmbeddings { names.insert(Self.lmHead) }
    for index in 0..<configuration.layers {
      let own = configuration.family.names
      let parts =
        Self.attention(configuration, index) + Self.feedForward(configuration, experts, index)
        + [own.attentionNorm, own.attentionOutputNorm, own.feedForwardNorm, own.feedForwardOutputNorm]
        .compactMap { $0.map { $0 + ".weight" } }
      for part in parts { names.insert(Self.layer(index, part)) }
    }
    all = names
  }

  private static func attention(_ configuration: DecoderConfiguration, _ layer: Int) -> [String] {
    let hasKeys = configuration.keySources[layer] == layer
    let inputs = hasKeys ? ["q_proj", "k_proj", "v_proj"] : ["q_proj"]
    var names = (inputs + ["o_proj"]).map { "self_attn.\($0).weight" }
    switch configuration.attentionBias {
    case .none: break
    case .inputs: names += inputs.map { "self_attn.\($0).bias" }
    case .all: names += (inputs + ["o_proj"]).map { "self_attn.\($0).bias" }
    }
    if configuration.headNorm != nil {
      let own = configuration.family.names
      names += [own.queryNorm, own.keyNorm].map { $0 + ".weight" }
    }
    return names
  }

  private static let projections = ["gate_proj", "up_proj", "down_proj"]

  private static func feedForward(
    _ configuration: DecoderConfiguration, _ form: ExpertForm, _ layer: Int
  ) -> [String] {
    guard let moe = configuration.moe(ofLayer: layer) else { return projections.map { "mlp.\($0).weight" } }
    let own = configuration.family.names
    var names = [own.router + ".weight"]
    if configuration.intermediateSize > 0 { names += projections.map { "\(own.common).\($0).weight" } }
    switch form {
    case .each:
      names += (0..<moe.experts).flatMap { expert in
        projections.map { "mlp.experts.\(expert).\($0).weight" }
      }
    case .fused: names += [fusedGateUp, fusedDown]
    }
    return names
  }
}
