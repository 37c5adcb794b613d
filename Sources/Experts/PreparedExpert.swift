public import Decoder
public import Torch

/// An expert that is ready for inference: plain LoRA, or MoE-CL's pair of a shared and a dedicated one with the gates that mix them.
///
/// Factors are made ready for the kernels when a layer asks for them first: those in bfloat16 stay where they are. One owner: the session, or
/// the generation, that it was made for; sequences with the same object are computed together.
public final class PreparedExpert: InferenceExpert {
  private let experts: [LowRankExpert]
  /// Of each layer, where there are two. [2, hidden]; row 0 weighs the shared expert.
  private let gates: [Tensor]
  private var attention: [Site: SegmentFactors] = [:]
  private var blocks: [Int: [FeedForwardSegments.Expert]] = [:]
  private var visited: [Site: FeedForwardSegments.Expert] = [:]

  private struct Site: Hashable {
    let layer: Int
    let site: ProjectionSite
  }

  /// - Parameter expert: A plain low-rank expert.
  public init(_ expert: LowRankExpert) { (experts, gates) = ([expert], []) }

  /// - Parameter shared: The expert of all tasks.
  /// - Parameter dedicated: The expert of the task.
  /// - Parameter gates: Of each layer. [2, hidden]
  public init(shared: LowRankExpert, dedicated: LowRankExpert, gates: [Tensor]) {
    (experts, self.gates) = ([shared, dedicated], gates)
  }

  public func factors(at projection: Projection, layer: Int) throws -> SegmentFactors? {
    // MoE-CL's experts plug into feed-forward blocks alone.
    guard let expert = experts.first, experts.count == 1 else { return nil }
    let position = Site(layer: layer, site: ProjectionSite(projection))
    if let known = attention[position] { return known }
    let made = try Self.factors(expert, position)
    attention[position] = made
    return made
  }

  public func block(layer: Int) throws -> (experts: [FeedForwardSegments.Expert], shares: Tensor?) {
    let shares = gates.indices.contains(layer) ? gates[layer] : nil
    if let known = blocks[layer] { return (known, shares) }
    let made = try experts.map { try Self.block($0, layer: layer, expert: nil) }
    blocks[layer] = made
    return (made, shares)
  }

  /// Memory that was taken so far, beside the experts' own: for factors in float32 alone.
  public var madeBytes: Int {
    var pairs = Array(attention.values)
    for expert in Array(blocks.values.joined()) + Array(visited.values) {
      for case let pair? in [expert.gate, expert.up, expert.down] { pairs.append(pair) }
    }
    return pairs.reduce(0) { $0 + $1.copiedBytes }
  }

  public var changesRouted: Bool { experts.count == 1 && experts[0].shape.routed }

  public func routed(layer: Int, expert: Int) throws -> FeedForwardSegments.Expert? {
    guard let own = experts.first, experts.count == 1, own.shape.routed else { return nil }
    let position = Site(layer: layer, site: ProjectionSite(.gate, ofExpert: expert))
    if let known = visited[position] { return known }
    let made = try Self.block(own, layer: layer, expert: expert)
    visited[position] = made
    return made
  }

  private static func block(_ own: LowRankExpert, layer: Int, expert: Int?) throws -> FeedForwardSegments.Expert {
    func factors(_ projection: Projection) throws -> SegmentFactors? {
      try Self.factors(own, Site(layer: layer, site: ProjectionSite(projection, ofExpert: expert)))
    }
    return FeedForwardSegments.Expert(gate: try factors(.gate), up: try factors(.up), down: try factors(.down))
  }

  private static func factors(_ expert: LowRankExpert, _ position: Site) throws -> SegmentFactors? {
    guard expert.pairs.indices.contains(position.layer), let pair = expert.pairs[position.layer][position.site] else {
      return nil
    }
    return try SegmentFactors(a: pair.a, b: pair.b, scaling: pair.scaling)
  }
}
