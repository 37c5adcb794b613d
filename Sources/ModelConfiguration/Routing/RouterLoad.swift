/// How the tokens of a layer were spread over its experts.
public struct RouterLoad: Sendable, Equatable, Codable {
  /// Share of the tokens that chose each expert. Adds up to the number of experts that a token visits.
  public var chosen: [Double]
  /// Share of the tokens that each expert took as they chose it: where nothing overflows, `chosen`. `nil`: written by an earlier version.
  public var admitted: [Double]?
  /// Share of the tokens that visit each expert in the end, recycled ones included.
  public var visited: [Double]?
  /// The most tokens that an expert had in a micro-batch of the step: at most ``capacity``.
  public var fullest: Int?
  /// Tokens of a micro-batch that an expert has room for (its capacity); `nil`: no limit.
  public var capacity: Int?
  /// Share of the choices that found no room.
  public var overflow: Double
  /// Share of the choices that visit nobody.
  public var dropped: Double
  /// E Σ f_e P_e, before its weight: the number of experts that a token visits, where all are chosen alike.
  public var balance: Double
  /// Mean of (ln Σ exp z)², before its weight; 0 where it is not asked for.
  public var zLoss: Double
  /// Mean weight of a token's first visit.
  public var weight: Double

  package init(
    chosen: [Double], admitted: [Double]? = nil, visited: [Double]? = nil, fullest: Int? = nil, capacity: Int? = nil,
    overflow: Double, dropped: Double, balance: Double, zLoss: Double, weight: Double
  ) {
    self.chosen = chosen
    self.admitted = admitted
    self.visited = visited
    self.fullest = fullest
    self.capacity = capacity
    self.overflow = overflow
    self.dropped = dropped
    self.balance = balance
    self.zLoss = zLoss
    self.weight = weight
  }

  /// The means over micro-batches, layer by layer. All passes have the same layers.
  /// - Returns: `nil` where there is no MoE block.
  public static func means(_ passes: [[RouterLoad]]) -> [RouterLoad]? {
    guard let first = passes.first, !first.isEmpty else { return nil }
    return first.enumerated().map { layer, one in
      let loads = passes.filter { $0.count > layer }.map { $0[layer] }
      func mean(_ value: (RouterLoad) -> Double) -> Double {
        loads.reduce(0.0) { $0 + value($1) } / Double(loads.count)
      }
      /// `nil` unless all have it.
      func perExpert(_ key: KeyPath<RouterLoad, [Double]?>) -> [Double]? {
        let parts = loads.compactMap { $0[keyPath: key] }
        guard parts.count == loads.count else { return nil }
        return one.chosen.indices.map { expert in parts.reduce(0.0) { $0 + $1[expert] } / Double(parts.count) }
      }
      return RouterLoad(
        chosen: one.chosen.indices.map { expert in mean { $0.chosen[expert] } },
        admitted: perExpert(\.admitted), visited: perExpert(\.visited), fullest: loads.compactMap(\.fullest).max(),
        capacity: loads.compactMap(\.capacity).max(),
        overflow: mean { $0.overflow }, dropped: mean { $0.dropped }, balance: mean { $0.balance },
        zLoss: mean { $0.zLoss }, weight: mean { $0.weight })
    }
  }
}
