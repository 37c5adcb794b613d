import Decoder
public import ModelConfiguration
public import Torch

/// A set of low-rank pairs, one for each layer and site of its shape.
public struct LowRankExpert: Sendable {
  public let shape: LowRankShape
  /// pairs[layer][site]
  public let pairs: [[ProjectionSite: LowRankPair]]
  /// Where its feed-forward pairs are in a layer of the base.
  package let feedForwardPath: String
  /// Bytes of factors that are pages of its file: memory that the system takes back where it is short of it.
  public let mappedBytes: Int

  /// An expert of pairs that are there. pairs[layer][site]
  package init(
    _ shape: LowRankShape, pairs: [[ProjectionSite: LowRankPair]], feedForwardPath: String, mappedBytes: Int = 0
  ) {
    self.shape = shape
    self.pairs = pairs
    self.feedForwardPath = feedForwardPath
    self.mappedBytes = mappedBytes
  }

  /// Bytes of all factors.
  public var bytes: Int {
    pairs.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.a.byteCount + $1.b.byteCount } }
  }

  /// A pair for every site that a layer of the base has.
  /// - Throws: ``ExpertError/invalidHyperparameter(name:value:allowed:)`` when no layer has any, or routed experts are asked for
  ///   that are not there.
  init(
    _ shape: LowRankShape, on base: DecoderConfiguration,
    pair: (_ position: (FactorPosition.Side) -> FactorPosition, _ input: Int, _ output: Int) throws -> LowRankPair
  ) throws {
    try shape.requireSites(on: base)
    let pairs = try (0..<base.layers).map { layer in
      var row: [ProjectionSite: LowRankPair] = [:]
      for site in shape.sites(on: base, layer: layer) {
        let (input, output) = site.widths(base, layer: layer)
        row[site] = try pair({ FactorPosition(layer: layer, site: site, side: $0) }, input, output)
      }
      return row
    }
    self.init(shape, pairs: pairs, feedForwardPath: base.feedForwardPath)
  }

  /// A new expert: A uniform in ±1/√in (Kaiming with a = √5), B zero, so that it changes nothing yet.
  ///
  /// - Parameters:
  ///   - shape: Rank, strength and projections.
  ///   - base: The decoder that it plugs into.
  ///   - device: Where its tensors go.
  ///   - initial: The seed of each tensor, by its name; each has a stream of its own, so that what one expert starts
  ///     from never depends on which others were made before.
  public init(
    _ shape: LowRankShape, for base: DecoderConfiguration, on device: Device, seedFor initial: (String) -> UInt64
  ) throws {
    try self.init(shape, on: base) { position, input, output in
      let a = try Tensor(uninitialized: [shape.rank, input], on: device)
      let bound = 1 / Double(input).squareRoot()
      let generator = try Generator(seed: initial(position(.a).name), on: device)
      try generator.fillUniform(a, from: -bound, to: bound)
      let b = try Tensor.zeros([output, shape.rank], on: device)
      return LowRankPair(a: a, b: b, scaling: shape.scaling)
    }
  }

  /// An expert of stored tensors, named as in ``tensors``.
  /// - Throws: ``ExpertError`` for a missing tensor or a wrong shape.
  public init(
    _ shape: LowRankShape, for base: DecoderConfiguration, tensors: [String: Tensor], where location: String
  ) throws {
    func take(_ name: String, _ expected: [Int]) throws -> Tensor {
      guard let tensor = tensors[name] else { throw ExpertError.missingTensor(where: location, name: name) }
      guard tensor.shape == expected else {
        throw ExpertError.shapeDiffers(where: location, name: name, expected: expected, got: tensor.shape)
      }
      return tensor
    }
    try self.init(shape, on: base) { position, input, output in
      LowRankPair(
        a: try take(position(.a).name, [shape.rank, input]), b: try take(position(.b).name, [output, shape.rank]),
        scaling: shape.scaling)
    }
  }

  /// All tensors by name.
  public var tensors: [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (layer, row) in pairs.enumerated() {
      for (site, pair) in row {
        result[FactorPosition(layer: layer, site: site, side: .a).name] = pair.a
        result[FactorPosition(layer: layer, site: site, side: .b).name] = pair.b
      }
    }
    return result
  }
}
