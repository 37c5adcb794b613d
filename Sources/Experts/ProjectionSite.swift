public import Decoder
public import ModelConfiguration

/// A linear projection of a layer: one of its own, or one of a routed expert of its MoE block.
public struct ProjectionSite: Sendable, Hashable, Comparable {
  public let projection: Projection
  /// The routed expert's number; `nil`: attention's, the dense block's or the shared expert's.
  public let expert: Int?

  public init(_ projection: Projection, ofExpert expert: Int? = nil) {
    self.projection = projection
    self.expert = expert
  }

  /// `gate_proj`, `experts.3.gate_proj`
  public var name: String { (expert.map { "experts.\($0)." } ?? "") + projection.rawValue }

  private static let order = Dictionary(
    uniqueKeysWithValues: Projection.allCases.enumerated().map { ($0.element, $0.offset) })

  /// A layer's own first, then expert after expert, each in the decoder's order.
  public static func < (first: ProjectionSite, second: ProjectionSite) -> Bool {
    func key(_ site: ProjectionSite) -> (Int, Int) { (site.expert ?? -1, order[site.projection] ?? 0) }
    return key(first) < key(second)
  }

  /// Input and output widths in a layer of a base.
  func widths(_ base: DecoderConfiguration, layer: Int) -> (input: Int, output: Int) {
    let (hidden, inner) = (
      base.hiddenSize, expert == nil ? base.commonWidth(ofLayer: layer) : base.moe?.width ?? 0
    )
    let queryWidth = base.heads * base.headDim
    let keyWidth = base.kvHeads * base.headDim
    return switch projection {
    case .query: (hidden, queryWidth)
    case .key, .value: (hidden, keyWidth)
    case .attentionOutput: (queryWidth, hidden)
    case .gate, .up: (hidden, inner)
    case .down: (inner, hidden)
    }
  }
}

extension LowRankShape {
  /// Where experts of this shape plug in, in a layer of a base: in a fixed order.
  public func sites(on base: DecoderConfiguration, layer: Int) -> [ProjectionSite] {
    let own = projections.filter { base.has($0, layer: layer) }.map { ProjectionSite($0) }
    guard routed, let moe = base.moe(ofLayer: layer) else { return own }
    let inner = projections.filter { Self.feedForwardProjections.contains($0) }
    return own + (0..<moe.experts).flatMap { expert in inner.map { ProjectionSite($0, ofExpert: expert) } }
  }

  /// Refuses a base that has none of the positions, or lacks those that are asked for.
  /// - Throws: ``ExpertError/invalidHyperparameter(name:value:allowed:)``.
  public func requireSites(on base: DecoderConfiguration) throws {
    if routed, base.moe == nil {
      throw ExpertError.invalidHyperparameter(
        name: "routed-experts", value: "true", allowed: "false on this base: it is dense, and has no routed experts")
    }
    guard (0..<base.layers).contains(where: { !sites(on: base, layer: $0).isEmpty }) else {
      throw ExpertError.invalidHyperparameter(
        name: "target-modules", value: projections.map(\.rawValue).joined(separator: ","),
        allowed: "some that this base has: its feed-forward blocks have routed experts only; use --routed-experts,"
          + " or name attention's projections")
    }
  }

  /// The same of all layers, each site once.
  public func sites(on base: DecoderConfiguration) -> [ProjectionSite] {
    var seen: Set<ProjectionSite> = []
    return (0..<base.layers).flatMap { sites(on: base, layer: $0) }.filter { seen.insert($0).inserted }
  }
}

extension Dictionary where Key == ProjectionSite {
  /// What belongs to a layer's own projection.
  public subscript(projection: Projection) -> Value? { self[ProjectionSite(projection)] }
}
