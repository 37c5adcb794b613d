public import Decoder
public import ModelConfiguration

/// How large low-rank experts are, and where they plug in.
public struct LowRankShape: Sendable, Equatable, Codable {
  /// Inner width r of each pair.
  public var rank: Int
  /// Strength α: a pair's product is multiplied by α / r.
  public var alpha: Double
  /// Probability with which an input element of a pair is dropped in training.
  public var dropout: Double
  /// The projections that get a pair, in every layer.
  public var projections: [Projection]
  /// Whether every routed expert of an MoE model gets pairs, too, on those of the projections that it has.
  public var routed: Bool

  /// α / r
  public var scaling: Double { alpha / Double(rank) }

  /// MoE-CL's choice: all three feed-forward projections.
  public static let feedForwardProjections: [Projection] = [.gate, .up, .down]

  /// - Throws: ``ExpertError/invalidHyperparameter(name:value:allowed:)``.
  public init(
    rank: Int = 8, alpha: Double = 16, dropout: Double = 0.05,
    projections: [Projection] = LowRankShape.feedForwardProjections, routed: Bool = false
  ) throws {
    func refuse(_ name: String, _ value: Any, _ allowed: String) -> ExpertError {
      .invalidHyperparameter(name: name, value: "\(value)", allowed: allowed)
    }
    guard (1...4096).contains(rank) else { throw refuse("rank", rank, "1 to 4096") }
    guard alpha > 0, alpha.isFinite else { throw refuse("alpha", alpha, "a number above 0 (0 would train nothing)") }
    // Products are computed in float32.
    guard Float(alpha / Double(rank)).isFinite else { throw refuse("alpha", alpha, "alpha / rank within float32") }
    guard dropout >= 0, dropout < 1 else { throw refuse("dropout", dropout, "0 ≤ dropout < 1") }
    guard !projections.isEmpty else { throw refuse("projections", "empty", "at least one") }
    self.rank = rank
    self.alpha = alpha
    self.dropout = dropout
    self.projections = projections
    self.routed = routed
  }
}

extension LowRankShape {
  /// Every linear projection of a layer, as PEFT calls them together.
  public static let allLinear = "all-linear"

  /// The projections that a text names: `q_proj,v_proj`, or `all-linear`; in the decoder's order.
  ///
  /// - Throws: ``ExpertError/invalidHyperparameter(name:value:allowed:)``.
  public static func projections(named text: String) throws -> [Projection] {
    if text == allLinear { return Projection.allCases }
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
    let named = names.compactMap(Projection.init(rawValue:))
    guard named.count == names.count, Set(named).count == named.count else {
      throw ExpertError.invalidHyperparameter(
        name: "target-modules", value: text,
        allowed: "\(allLinear), or some of \(Projection.allCases.map(\.rawValue).joined(separator: ",")), each once")
    }
    return Projection.allCases.filter(named.contains)
  }
}

extension LowRankShape {
  /// Numbers of an expert of this shape.
  public func parameterCount(on base: DecoderConfiguration) -> Int {
    (0..<base.layers).reduce(0) { sum, layer in
      sites(on: base, layer: layer).reduce(sum) { sum, site in
        let (input, output) = site.widths(base, layer: layer)
        return sum + rank * (input + output)
      }
    }
  }

  private enum CodingKeys: CodingKey { case rank, alpha, dropout, projections, routed }

  /// Reads a shape and checks it as `init` does: one that was written by us is within its limits.
  ///
  /// - Throws: `DecodingError`, or ``ExpertError/invalidHyperparameter(name:value:allowed:)``.
  public init(from decoder: any Swift.Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      rank: container.decode(Int.self, forKey: .rank), alpha: container.decode(Double.self, forKey: .alpha),
      dropout: container.decode(Double.self, forKey: .dropout),
      projections: container.decode([Projection].self, forKey: .projections),
      routed: container.decodeIfPresent(Bool.self, forKey: .routed) ?? false)
  }

  /// As it always was where nothing plugs into routed experts.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(rank, forKey: .rank)
    try container.encode(alpha, forKey: .alpha)
    try container.encode(dropout, forKey: .dropout)
    try container.encode(projections, forKey: .projections)
    if routed { try container.encode(routed, forKey: .routed) }
  }
}
