public import Decoder
public import Torch

/// A set of low-rank pairs, one for each layer and projection of its shape.
public struct LowRankExpert: Sendable {
  public let shape: LowRankShape
  /// pairs[layer][projection]
  public let pairs: [[Projection: LowRankPair]]
  /// Where its feed-forward pairs are in a layer of the base.
  let feedForwardPath: String

  /// Input and output widths of a projection.
  static func widths(_ projection: Projection, _ base: DecoderConfiguration) -> (input: Int, output: Int) {
    let (hidden, inner) = (base.hiddenSize, base.intermediateSize)
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

  /// An expert of pairs that are there. pairs[layer][projection]
  init(_ shape: LowRankShape, pairs: [[Projection: LowRankPair]], feedForwardPath: String) {
    self.shape = shape
    self.pairs = pairs
    self.feedForwardPath = feedForwardPath
  }

  /// A pair for every projection of the shape that a layer of the base has.
  /// - Throws: ``ExpertError/invalidHyperparameter(name:value:allowed:)`` when no layer has any.
  init(
    _ shape: LowRankShape, on base: DecoderConfiguration,
    pair: (_ layer: Int, _ projection: Projection, _ input: Int, _ output: Int) throws -> LowRankPair
  ) throws {
    let pairs = try (0..<base.layers).map { layer in
      var row: [Projection: LowRankPair] = [:]
      for projection in shape.projections where base.has(projection, layer: layer) {
        let (input, output) = Self.widths(projection, base)
        row[projection] = try pair(layer, projection, input, output)
      }
      return row
    }
    guard pairs.contains(where: { !$0.isEmpty }) else {
      throw ExpertError.invalidHyperparameter(
        name: "projections", value: shape.projections.map(\.rawValue).joined(separator: ", "),
        allowed: "some that this base has: its feed-forward blocks have routed experts only; use attention's")
    }
    self.init(shape, pairs: pairs, feedForwardPath: base.feedForwardPath)
  }

  /// A new expert: A uniform in ±1/√in (Kaiming with a = √5), B zero, so that it changes nothing yet.
  ///
  /// - Parameters:
  ///   - shape: rank, strength and projections.
  ///   - base: the decoder that it plugs into.
  ///   - device: where its tensors go.
  ///   - initial: the seed of each tensor, by its name; each has a stream of its own, so that what one expert starts
  ///     from never depends on which others were made before.
  public init(
    _ shape: LowRankShape, for base: DecoderConfiguration, on device: Device, seedFor initial: (String) -> UInt64
  ) throws {
    try self.init(shape, on: base) { layer, projection, input, output in
      let a = try Tensor(uninitialized: [shape.rank, input], on: device)
      let bound = 1 / Double(input).squareRoot()
      let generator = try Generator(
        seed: initial(FactorPlace(layer: layer, projection: projection, side: .a).name), on: device)
      try generator.fillUniform(a, from: -bound, to: bound)
      let b = try Tensor.zeros([output, shape.rank], on: device)
      return LowRankPair(a: a, b: b, scaling: shape.scaling)
    }
  }

  /// An expert of stored tensors, named as in ``tensors``.
  /// - Throws: ``ExpertError`` for a missing tensor or a wrong shape.
  public init(
    _ shape: LowRankShape, for base: DecoderConfiguration, tensors: [String: Tensor], where place: String
  ) throws {
    func take(_ name: String, _ expected: [Int]) throws -> Tensor {
      guard let tensor = tensors[name] else { throw ExpertError.missingTensor(where: place, name: name) }
      guard tensor.shape == expected else {
        throw ExpertError.shapeDiffers(where: place, name: name, expected: expected, got: tensor.shape)
      }
      return tensor
    }
    try self.init(shape, on: base) { layer, projection, input, output in
      LowRankPair(
        a: try take(FactorPlace(layer: layer, projection: projection, side: .a).name, [shape.rank, input]),
        b: try take(FactorPlace(layer: layer, projection: projection, side: .b).name, [output, shape.rank]),
        scaling: shape.scaling)
    }
  }

  /// All tensors by name.
  public var tensors: [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (layer, row) in pairs.enumerated() {
      for (projection, pair) in row {
        result[FactorPlace(layer: layer, projection: projection, side: .a).name] = pair.a
        result[FactorPlace(layer: layer, projection: projection, side: .b).name] = pair.b
      }
    }
    return result
  }
}
