public import Files
public import Torch

/// A decoder-only language model whose weights never change.
public struct DecoderModel: Sendable {
  public let configuration: DecoderConfiguration
  public let embedding: Tensor  // [vocabulary, hidden]
  public let layers: [DecoderLayer]
  public let finalNorm: Tensor  // [hidden]
  /// Read-out; the embedding itself when they are tied. [vocabulary, hidden]
  public let readOut: Tensor
  /// SHA-256 over the weight files: what an expert is bound to.
  public let digest: Digest
  let rotary: RotaryEmbedding

  public var device: Device { embedding.device }

  /// Final-normed hidden states of a batch, on its padded grid; at padding they say nothing.
  ///
  /// - Parameters:
  ///   - batch: the tokens, their positions and what they may look at.
  ///   - experts: which experts the batch uses; nil is the base, bit for bit.
  ///   - cache: keys and values of earlier tokens; the batch continues after them.
  /// - Returns: [batch, time, hidden]
  /// - Throws: ``DecoderError/sequenceTooLong(length:limit:)``, `TorchError`.
  public func hiddenStates(
    _ batch: TokenBatch, experts: (any ExpertSelection)? = nil, cache: KeyValueCache? = nil
  ) throws -> Tensor {
    try Packing(batch).padded(packedStates(batch, experts: experts, cache: cache))
  }

  /// As ``hiddenStates(_:experts:cache:)`` without padding: row after row, then the filler.
  /// [``TokenBatch/packedCount``, hidden]
  public func packedStates(
    _ batch: TokenBatch, experts: (any ExpertSelection)? = nil, cache: KeyValueCache? = nil
  ) throws -> Tensor {
    try withoutGradients {
      let (x, _) = try throughLayers(batch, experts: experts, cache: cache, tracing: false)
      return try x.rmsNormalized(weight: finalNorm, epsilon: configuration.normEpsilon)
    }
  }

  /// Final-normed hidden states at some of the packed tokens, with the way back through the whole decoder.
  ///
  /// - Parameters:
  ///   - batch: the tokens.
  ///   - experts: which experts the batch trains and uses.
  ///   - places: numbers of packed tokens, each at most once. int64 [places]
  /// - Returns: [places, hidden]
  public func tracedStates(_ batch: TokenBatch, experts: any ExpertSelection, at places: Tensor) throws -> Traced {
    try withoutGradients {
      let (x, pullbacks) = try throughLayers(batch, experts: experts, cache: nil, tracing: true)
      let chosen = try x.gathered(0, rows: places)  // [places, hidden]
      let shape = x.shape
      let epsilon = configuration.normEpsilon
      // Each way back frees what it holds as soon as it has been walked.
      var remaining = pullbacks
      return Traced(try chosen.rmsNormalized(weight: finalNorm, epsilon: epsilon), tracing: true) { gradient, _ in
        try withoutGradients {
          let inner = try gradient.rmsNormBackward(chosen, weight: finalNorm, epsilon: epsilon)
          var current: Tensor? = try Tensor.zeros(shape, on: device).replacing(0, rows: places, with: inner)
          while let pullback = remaining.popLast(), let gradient = current {
            current = try pullback(gradient, !remaining.isEmpty)
          }
          return nil
        }
      }
    }
  }

  /// All layers. → [tokens, hidden], before the final norm.
  private func throughLayers(
    _ batch: TokenBatch, experts: (any ExpertSelection)?, cache: KeyValueCache?, tracing: Bool
  ) throws -> (Tensor, [Pullback]) {
    let start = cache?.length ?? 0
    guard start + batch.time <= configuration.maxPositions || batch.positions != nil else {
      throw DecoderError.sequenceTooLong(length: start + batch.time, limit: configuration.maxPositions)
    }
    let packing = try Packing(batch)
    let positions =
      try batch.positions.map { try packing.packed($0) }
      ?? Tensor(
        batch.lengths.flatMap { start..<start + $0 } + repeatElement(start, count: packing.filler),
        on: device)  // [tokens]
    let layout = cache == nil ? try layout(of: batch) : nil
    let pass = ForwardPass(
      packing: packing, layout: layout,
      mask: layout == nil ? try mask(batch.mask, of: batch, packing, after: start) : .causal, rotary: rotary,
      angles: try rotary.angles(at: positions), epsilon: configuration.normEpsilon, experts: experts, cache: cache,
      tracing: tracing)
    var x = try packing.packed(batch.ids).embedded(in: embedding)  // [tokens, hidden]
    var pullbacks: [Pullback] = []
    for (index, layer) in layers.enumerated() {
      let traced = try layer.forward(x, pass, layer: index)
      x = traced.value
      if let pullback = traced.pullback { pullbacks.append(pullback) }
    }
    return (x, pullbacks)
  }

  /// For the fused attention; nil where it can't be used.
  private func layout(of batch: TokenBatch) throws -> PackedAttention.Layout? {
    guard Kernels.suit(embedding) else { return nil }
    let filler = TokenBatch.filler(for: batch.tokens)
    let lengths = batch.lengths + (filler > 0 ? [filler] : [])
    switch batch.mask {
    case .causal: return try PackedAttention.Layout(lengths: lengths)
    case .grouped(let groups):
      return try PackedAttention.Layout(lengths: lengths, groups: groups + repeatElement(0, count: filler))
    case .allowed, .none: return nil
    }
  }

  /// What tokens after `start` cached ones may look at, on the grid: `causal` by itself counts from the first key.
  private func mask(
    _ mask: AttentionMask, of batch: TokenBatch, _ packing: Packing, after start: Int
  ) throws -> AttentionMask {
    if case .grouped(let groups) = mask { return try packing.allowed(groups) }
    guard start > 0, case .causal = mask else { return mask }
    if batch.time == 1 { return .none }
    let keys = try Tensor(Array(0..<(start + batch.time)), on: device)
    let queries = try Tensor(Array(start..<(start + batch.time)), on: device).unsqueezed(1)
    return .allowed(try keys.isLessOrEqual(to: queries))  // [time, start + time]
  }

  /// Logits of hidden states. `hidden`: […, hidden] → […, vocabulary].
  public func logits(_ hidden: Tensor) throws -> Tensor {
    try hidden.linear(readOut)
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
