public import Decoder
public import ModelConfiguration

/// One factor of a low-rank expert: where it plugs in, and which of the two it is.
public struct FactorPosition: Sendable, Hashable {
  public enum Side: String, Sendable, CaseIterable {
    /// [rank, in]
    case a = "A"
    /// [out, rank]
    case b = "B"
  }

  public let layer: Int
  public let site: ProjectionSite
  public let side: Side

  public init(layer: Int, site: ProjectionSite, side: Side) {
    self.layer = layer
    self.site = site
    self.side = side
  }

  /// A position in a layer's own projection, not in a routed expert's.
  public init(layer: Int, projection: Projection, side: Side) {
    self.init(layer: layer, site: ProjectionSite(projection), side: side)
  }

  public var projection: Projection { site.projection }

  /// `layers.0.gate_proj.A`, `layers.0.experts.3.gate_proj.A`: the factor's name among an expert's tensors.
  public var name: String { "layers.\(layer).\(site.name).\(side.rawValue)" }

  /// The axis along which the rank lies: 0 of A, 1 of B.
  public var rankAxis: Int { side == .a ? 0 : 1 }

  /// Every factor of experts of a shape on a base, in a fixed order.
  public static func all(_ shape: LowRankShape, on base: DecoderConfiguration) -> [FactorPosition] {
    (0..<base.layers).flatMap { layer in
      shape.sites(on: base, layer: layer).flatMap { site in
        Side.allCases.map { FactorPosition(layer: layer, site: site, side: $0) }
      }
    }
  }
}
