import Decoder
import Torch

/// The names of an adapter's tensors.
enum PEFTNames {
  static let fileName = "adapter_model.safetensors"

  /// The block of a layer that a projection is in.
  static func block(of projection: Projection) -> String {
    switch projection {
    case .query, .key, .value, .attentionOutput: "self_attn"
    case .gate, .up, .down: "mlp"
    }
  }

  /// `base_model.model.model.layers.0.mlp.gate_proj.lora_A.weight`; a routed expert's is `….mlp.experts.3.gate_proj.…`.
  ///
  /// - Parameter feedForward: The path of the feed-forward block, see `DecoderConfiguration.feedForwardPath`.
  static func tensor(_ position: FactorPosition, _ feedForward: String) -> String {
    "base_model.model.\(module(position.site, layer: position.layer, feedForward)).lora_\(position.side.rawValue).weight"
  }

  /// `model.layers.0.mlp.gate_proj`: a module of the base.
  static func module(_ site: ProjectionSite, layer: Int, _ feedForward: String) -> String {
    let own = block(of: site.projection) == "mlp" ? feedForward : block(of: site.projection)
    let block = site.expert.map { "mlp.experts.\($0)" } ?? own
    return "model.layers.\(layer).\(block).\(site.projection.rawValue)"
  }

  /// Whether a name is of a tensor that plugs into a routed expert.
  static func isRouted(_ name: String) -> Bool { name.contains(".mlp.experts.") }

  /// A name without the adapter's own, which some writers leave in it (`lora_A.default.weight`).
  static func withoutAdapter(_ name: String) -> String {
    for factor in ["A", "B"] where name.hasSuffix(".lora_\(factor).default.weight") {
      return String(name.dropLast("default.weight".count)) + "weight"
    }
    return name
  }
}

extension LowRankExpert {
  /// The tensors under the names that PEFT gives them.
  var peftTensors: [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (layer, row) in pairs.enumerated() {
      for (site, pair) in row {
        for (side, tensor) in [(FactorPosition.Side.a, pair.a), (.b, pair.b)] {
          let position = FactorPosition(layer: layer, site: site, side: side)
          result[PEFTNames.tensor(position, feedForwardPath)] = tensor
        }
      }
    }
    return result
  }
}
