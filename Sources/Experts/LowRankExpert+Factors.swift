public import Torch

extension LowRankExpert {
  /// Where it has factors, in a fixed order.
  public var positions: [FactorPosition] {
    pairs.enumerated().flatMap { layer, row in
      row.keys.sorted().flatMap { site in
        FactorPosition.Side.allCases.map { FactorPosition(layer: layer, site: site, side: $0) }
      }
    }
  }

  /// The factor at a position.
  /// - Throws: ``ExpertError/missingTensor(where:name:)`` when the expert has none there.
  public func factor(at position: FactorPosition) throws -> Tensor {
    guard pairs.indices.contains(position.layer), let pair = pairs[position.layer][position.site] else {
      throw ExpertError.missingTensor(where: "an expert", name: position.name)
    }
    return position.side == .a ? pair.a : pair.b
  }
}

extension [LowRankExpert] {
  /// The factors of all of them one behind the other along the rank, in float32 and without gradient: as one expert they compute the sum of
  /// what each adds. Empty for no experts.
  public func chained() throws -> [FactorPosition: Tensor] {
    guard let first else { return [:] }
    return try withoutGradients {
      try first.positions.reduce(into: [:]) { result, position in
        result[position] = try Tensor.concatenated(
          map { try $0.factor(at: position).detached().converted(to: .float32) }, axis: position.rankAxis)
      }
    }
  }
}
