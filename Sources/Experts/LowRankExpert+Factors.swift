public import Torch

extension LowRankExpert {
  /// Where it has factors, in a fixed order.
  public var places: [FactorPlace] {
    pairs.enumerated().flatMap { layer, row in
      row.keys.sorted().flatMap { site in
        FactorPlace.Side.allCases.map { FactorPlace(layer: layer, site: site, side: $0) }
      }
    }
  }

  /// The factor at a place.
  /// - Throws: ``ExpertError/missingTensor(where:name:)`` when the expert has none there.
  public func factor(at place: FactorPlace) throws -> Tensor {
    guard pairs.indices.contains(place.layer), let pair = pairs[place.layer][place.site] else {
      throw ExpertError.missingTensor(where: "an expert", name: place.name)
    }
    return place.side == .a ? pair.a : pair.b
  }
}

extension [LowRankExpert] {
  /// The factors of all of them one behind the other along the rank, in float32 and without gradient: as one expert they compute the sum of
  /// what each adds. Empty for no experts.
  public func chained() throws -> [FactorPlace: Tensor] {
    guard let first else { return [:] }
    return try withoutGradients {
      try first.places.reduce(into: [:]) { result, place in
        result[place] = try Tensor.concatenated(
          map { try $0.factor(at: place).detached().converted(to: .float32) }, axis: place.rankAxis)
      }
    }
  }
}
