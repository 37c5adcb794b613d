public import Files
public import ModelConfiguration
public import Torch

/// A decoder-only language model. No expert changes its weights; pretraining does (``TrainableDecoder``).
public struct DecoderModel: Sendable {
  public internal(set) var configuration: DecoderConfiguration
  /// What `config.json` and `generation_config.json` say, whatever ``ending(at:padToken:)`` has put right since: an expert is bound to it.
  public let declared: DecoderConfiguration
  public let embedding: WeightMatrix  // [vocabulary, hidden]
  /// What its rows are multiplied by; `nil`: nothing.
  let embeddingScale: Double?
  public let layers: [DecoderLayer]
  public let finalNorm: Tensor  // [hidden]
  /// The LM head; the embedding itself when they are tied. [vocabulary, hidden]
  public let lmHead: WeightMatrix
  /// SHA-256 over the weight files: what an expert is bound to.
  public let digest: Digest
  /// Numbers in its weight files; 0 for a model that is being pretrained.
  public internal(set) var parameterCount: Int
  /// What products are computed in: in training, in scoring and in generating.
  public internal(set) var compute = ComputePrecision.float32
  /// How the matrices are held, where their numbers are not those of the files; `nil`: they are, in whatever type. Answers depend on it.
  public internal(set) var roundedTo: WeightPrecision?
  let rotary: RotaryEmbedding
  /// Of layers with a window, where these have their own.
  let localRotary: RotaryEmbedding?

  public var device: Device { embedding.device }

  /// The same model with other tokens that end a text and fill a sequence: for checkpoints whose files give wrong ones.
  public func ending(at endTokens: [Int], padToken: Int?) -> DecoderModel {
    var copy = self
    (copy.configuration.endTokens, copy.configuration.padToken) = (endTokens, padToken)
    return copy
  }

  /// Final-normed hidden states of a batch, on its padded grid; at padding they say nothing.
  ///
  /// - Parameters:
  ///   - batch: The tokens, their positions and what they may look at.
  ///   - experts: Which experts the batch uses; `nil` is the base, bit for bit.
  ///   - cache: Keys and values of earlier tokens; the batch continues after them.
  /// - Returns: [batch, time, hidden]
  /// - Throws: ``DecoderError/sequenceTooLong(length:limit:)``, `TorchError`.
  public func hiddenStates(
    _ batch: TokenBatch, experts: (any ExpertSelection)? = nil, cache: KeyValueCache? = nil
  ) throws -> Tensor {
    try Packing(batch).grid().padded(packedStates(batch, experts: experts, cache: cache))
  }

  /// As ``hiddenStates(_:experts:cache:)`` without padding: sequence after sequence, then the alignment padding.
  /// [``TokenBatch/packedCount``, hidden]
  public func packedStates(
    _ batch: TokenBatch, experts: (any ExpertSelection)? = nil, cache: KeyValueCache? = nil
  ) throws -> Tensor {
    try withoutGradients {
      let (x, _) = try throughLayers(batch, experts: experts, cache: cache, tracing: false)
      return try x.rmsNormalized(weight: finalNorm, epsilon: configuration.normEpsilon)
    }
  }

  /// Final-normed hidden states of some of the packed tokens. The others are computed only as far as these look at them.
  ///
  /// - Parameters:
  ///   - batch: The tokens, their positions and what they may look at.
  ///   - experts: Which experts the batch uses; `nil` is the base.
  ///   - cache: Keys and values of earlier tokens.
  ///   - indices: Numbers of packed tokens, each at most once. int64 [count]
  /// - Returns: [count, hidden]
  public func packedStates(
    _ batch: TokenBatch, experts: (any ExpertSelection)? = nil, cache: KeyValueCache? = nil, at indices: Tensor
  ) throws -> Tensor {
    try packedStates(batch, experts: experts, cache: cache, at: TokenIndices(reading: indices))
  }

  /// The same, of numbers that the host knows.
  public func packedStates(
    _ batch: TokenBatch, experts: (any ExpertSelection)? = nil, cache: KeyValueCache? = nil, at indices: TokenIndices
  ) throws -> Tensor {
    try withoutGradients {
      let reading = try Reading(indices, of: batch.packedCount, under: experts, rounding: batch.rounding)
      let (x, _) = try throughLayers(batch, experts: experts, cache: cache, tracing: false, reading: reading)
      let chosen =
        try reading.map { try x.narrowed(0, from: 0, count: $0.count) } ?? x.gathered(0, rows: indices.tensor)
      return try chosen.rmsNormalized(weight: finalNorm, epsilon: configuration.normEpsilon)
    }
  }

  /// The residual stream of the base after its first `layers` layers, before any later norm: what a router looks at.
  /// [``TokenBatch/packedCount``, hidden]
  public func earlyStates(_ batch: TokenBatch, layers: Int) throws -> Tensor {
    try withoutGradients {
      try throughLayers(batch, experts: nil, cache: nil, tracing: false, depth: layers).0
    }
  }

  /// Final-normed hidden states at some of the packed tokens, with the backward pass through the whole decoder.
  ///
  /// - Parameters:
  ///   - batch: The tokens.
  ///   - experts: Which experts the batch trains and uses.
  ///   - indices: Numbers of packed tokens, each at most once. int64 [count]
  ///   - checkpointing: Keeps only each layer's input and computes the layer again in the backward pass (Chen et al., arXiv
  ///     1604.06174): less memory, a third more work, the same bits.
  /// - Returns: [count, hidden]
  public func tracedStates(
    _ batch: TokenBatch, experts: any ExpertSelection, at indices: Tensor, checkpointing: Bool = false
  ) throws -> Traced {
    try tracedStates(batch, experts: experts, at: TokenIndices(reading: indices), checkpointing: checkpointing)
  }

  /// The same, of numbers that the host knows.
  public func tracedStates(
    _ batch: TokenBatch, experts: any ExpertSelection, at indices: TokenIndices, checkpointing: Bool = false
  ) throws -> Traced {
    try withoutGradients {
      let reading = try Reading(indices, of: batch.packedCount, under: experts, rounding: batch.rounding)
      let (x, pullbacks) = try throughLayers(
        batch, experts: experts, cache: nil, tracing: true, checkpointing: checkpointing, reading: reading)
      // [count, hidden]
      let chosen =
        try reading.map { try x.narrowed(0, from: 0, count: $0.count) } ?? x.gathered(0, rows: indices.tensor)
      let rows = reading == nil ? indices.tensor : nil
      let shape = x.shape
      let epsilon = configuration.normEpsilon
      // Each backward pass frees what it holds as soon as it has been walked.
      var remaining = pullbacks
      return Traced(try chosen.rmsNormalized(weight: finalNorm, epsilon: epsilon), tracing: true) { gradient, _ in
        try withoutGradients {
          let inner = try gradient.rmsNormBackward(chosen, weight: finalNorm, epsilon: epsilon)
          let zeros = try Tensor.zeros(shape, on: device)
          if rows == nil { try zeros.narrowed(0, from: 0, count: inner.shape[0]).copyInPlace(from: inner) }
          var current: Tensor? = try rows.map { try zeros.replacing(0, rows: $0, with: inner) } ?? zeros
          while let pullback = remaining.popLast(), let gradient = current {
            current = try pullback(gradient, !remaining.isEmpty)
          }
          return nil
        }
      }
    }
  }

  /// All layers, or the lowest `depth`. → [tokens, hidden], before the final norm; with `reading` the rows that are read.
  func throughLayers(
    _ batch: TokenBatch, experts: (any ExpertSelection)? = nil, cache: KeyValueCache? = nil, tracing: Bool,
    checkpointing: Bool = false, depth: Int = .max, routing: RoutingPass? = nil, reading: Reading? = nil,
    inference: InferencePass? = nil
  ) throws -> (Tensor, [Pullback]) {
    let starts = cache?.lengths(sequenceCount: batch.sequenceCount) ?? Array(repeating: 0, count: batch.sequenceCount)
    let longest = zip(starts, batch.lengths).filter { $1 > 0 }.map { $0 + $1 }.max() ?? 0
    guard longest <= configuration.maxPositions || batch.positions != nil else {
      throw DecoderError.sequenceTooLong(length: longest, limit: configuration.maxPositions)
    }
    guard batch.shared.allSatisfy({ $0 == nil }) || (cache == nil && !tracing && batch.positions != nil) else {
      throw TorchError.unexpectedResult(
        operation: "a pass with shared tokens", expected: "positions, no cache, no backward pass", got: "another one")
    }
    let packing = try Packing(batch, isAligned: inference == nil)
    let positions = try packing.positions(after: starts)  // [tokens]
    let plans = try AttentionPlans(
      windows: configuration.windows, batch: batch, packing: packing, cache: cache, starts: starts,
      positions: positions, plan: plan)
    var pass = ForwardPass(
      packing: packing, plans: plans, rotary: rotary, angles: try rotary.angles(at: positions),
      localAngles: try localRotary?.angles(at: positions), epsilon: configuration.normEpsilon, experts: experts,
      cache: cache, inference: inference, sharing: SharedKeys(configuration), routing: routing, tracing: tracing,
      tokens: packing.tokens, activations: activations(of: inference, routing))
    var x = try embedded(packing.ids)  // [tokens, hidden]
    var pullbacks: [Pullback] = []
    for (index, layer) in layers.prefix(depth).enumerated() {
      if index == layers.count - 1 { pass.reading = reading }
      let traced =
        checkpointing
        ? try layer.checkpointed(x, pass, layer: index) : try layer.forward(x, pass, layer: index)
      x = traced.value
      if let pullback = traced.pullback { pullbacks.append(pullback) }
    }
    cache?.advance(by: batch.lengths)
    return (x, pullbacks)
  }

  /// What a pass holds activations in: pretraining computes in float32, and so does inference by the CPU's kernels where tokens that are
  /// written take part.
  private func activations(of inference: InferencePass?, _ routing: RoutingPass?) -> DType {
    guard routing == nil else { return .float32 }
    guard let inference, plan.hasProcessorKernels else { return plan.activations }
    return inference.holdsHalves ? .bfloat16 : .float32
  }

  /// What enters the first layer. `ids`: int64 [tokens] → [tokens, hidden].
  public func embedded(_ ids: Tensor) throws -> Tensor {
    let rows = try embedding.rows(ids)
    return try embeddingScale.map { try rows * $0 } ?? rows
  }

  /// Logits of hidden states, in float32. `hidden`: […, hidden] → […, vocabulary].
  public func logits(_ hidden: Tensor) throws -> Tensor {
    try hidden.converted(to: plan.activations).linear(lmHead).converted(to: .float32)
  }

  /// The gradient by hidden states, from that by their logits. `gradient`: [rows, vocabulary] → [rows, hidden].
  public func statesGradient(ofLogits gradient: Tensor) throws -> Tensor {
    try gradient.converted(to: plan.activations).linearTransposed(lmHead).converted(to: .float32)
  }

  /// Checks ids that come from outside.
  /// - Throws: ``DecoderError/tokenOutOfRange(id:vocabularySize:)``, ``DecoderError/emptyInput``.
  public func check(_ ids: [Int]) throws {
    guard !ids.isEmpty else { throw DecoderError.emptyInput }
    for id in ids where !(0..<configuration.vocabularySize).contains(id) {
      throw DecoderError.tokenOutOfRange(id: id, vocabularySize: configuration.vocabularySize)
    }
    guard ids.count <= configuration.maxPositions else {
      throw DecoderError.sequenceTooLong(length: ids.count, limit: configuration.maxPositions)
    }
  }
}
