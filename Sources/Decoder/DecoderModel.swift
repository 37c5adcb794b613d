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

  /// Final-normed hidden states of a batch.
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
    let start = cache?.length ?? 0
    guard start + batch.time <= configuration.maxPositions || batch.positions != nil else {
      throw DecoderError.sequenceTooLong(length: start + batch.time, limit: configuration.maxPositions)
    }
    let angles =
      try batch.positions.map { try rotary.angles(at: $0) } ?? rotary.angles(from: start, count: batch.time)
    let mask = try mask(batch.mask, after: start, count: batch.time)
    var x = try batch.ids.embedded(in: embedding)  // [batch, time, hidden]
    for (index, layer) in layers.enumerated() {
      x = try layer.forward(
        x, epsilon: configuration.normEpsilon, rotary: rotary, angles: angles, mask: mask, experts: experts,
        cache: cache, layer: index)
    }
    return try x.rmsNormalized(weight: finalNorm, epsilon: configuration.normEpsilon)
  }

  /// What `time` tokens after `start` cached ones may look at: `causal` by itself counts from the first key.
  private func mask(_ mask: AttentionMask, after start: Int, count time: Int) throws -> AttentionMask {
    guard start > 0, case .causal = mask else { return mask }
    if time == 1 { return .none }
    let keys = try Tensor(Array(0..<(start + time)), on: device)
    let queries = try Tensor(Array(start..<(start + time)), on: device).unsqueezed(1)
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
