import ModelConfiguration
public import Torch

extension DecoderModel {
  /// Logits are there for so many numbers at a time, 16 MiB. (Tensors of 32 MiB and more are given back to the system each time, which
  /// clears them anew.)
  private static let logitNumbers = 1 << 22
  /// But for so many tokens at least: each part reads the whole LM head and its gradient.
  private static let logitTokens = 256

  /// The loss of predicting each next token, with the gradients of all weights that collect some.
  ///
  /// - Parameters:
  ///   - batch: The inputs.
  ///   - targets: The token after each packed token. int64 [``TokenBatch/tokens``]
  ///   - scale: What the gradient of the sum is multiplied by: 1 / targets of the step.
  ///   - routing: Limits and losses of the routers; nothing for dense models.
  /// - Returns: The sum over targets of −ln p, in nats.
  /// - Throws: `TorchError`, ``DecoderError/sequenceTooLong(length:limit:)``.
  public func pretrainingPass(
    _ batch: TokenBatch, targets: Tensor, scale: Double, routing: RoutingPass?
  ) throws -> Double {
    try withoutGradients {
      let x: Tensor
      var pullbacks: [Pullback]
      (x, pullbacks) = try throughLayers(batch, tracing: true, routing: routing)
      let count = batch.tokens
      let (rows, hidden) = (x.shape[0], x.shape[1])
      let real = try rows > count ? x.narrowed(0, from: 0, count: count) : x
      let normed = try real.rmsNormalized(weight: finalNorm, epsilon: configuration.normEpsilon)
      let loss = try nextTokenLoss(normed, targets: targets, scale: scale)
      try finalNorm.accumulateGradient(
        loss.gradient.rmsNormWeightGradient(real, epsilon: configuration.normEpsilon))
      var gradient = try loss.gradient.rmsNormBackward(
        real, weight: finalNorm, epsilon: configuration.normEpsilon)
      if rows > count {
        gradient = try Tensor.concatenated([gradient, Tensor.zeros([rows - count, hidden], on: device)])
      }
      // Each backward pass frees what it holds as soon as it has been walked.
      while let pullback = pullbacks.popLast() {
        guard let below = try pullback(gradient, true) else {
          throw TorchError.unexpectedResult(operation: "pretraining", expected: "a gradient", got: "none")
        }
        gradient = below
      }
      if let table = embedding.trained {
        let inner = try gradient.narrowed(0, from: 0, count: count)
        let ids = try Packing(batch).ids.narrowed(0, from: 0, count: count)
        try table.accumulateRows(inner, at: ids)
      }
      return loss.sum
    }
  }

  /// The loss of predicting each next token; nothing is collected. Σ −ln p in nats.
  public func nextTokenLoss(_ batch: TokenBatch, targets: Tensor) throws -> Double {
    try withoutGradients {
      let states = try packedStates(batch).narrowed(0, from: 0, count: batch.tokens)
      return try chunks(of: states.shape[0]).reduce(0.0) { sum, chunk in
        let part = try states.narrowed(0, from: chunk.lowerBound, count: chunk.count).padded(toMultipleOf: 32)
        let logits = try SpacedRows(logits(part).narrowed(0, from: 0, count: chunk.count))
        return try sum
          + logits.nextTokenLoss(
            targets: targets.narrowed(0, from: chunk.lowerBound, count: chunk.count), scale: 0
          ).sum
      }
    }
  }

  /// Parts of about one size: a small one at the end would read the whole vocabulary for a few tokens.
  private func chunks(of count: Int) -> [Range<Int>] {
    let most = max(Self.logitTokens, Self.logitNumbers / max(configuration.vocabularySize, 1))
    let parts = max(1, (count + most - 1) / most)
    return (0..<parts).map { count * $0 / parts..<count * ($0 + 1) / parts }
  }

  /// With the gradient by `hidden`; the LM head collects its own. `hidden`: [tokens, hidden].
  private func nextTokenLoss(
    _ hidden: Tensor, targets: Tensor, scale: Double
  ) throws -> (sum: Double, gradient: Tensor) {
    var sum = 0.0
    var gradients: [Tensor] = []
    for chunk in chunks(of: hidden.shape[0]) {
      let states = try hidden.narrowed(0, from: chunk.lowerBound, count: chunk.count)
      let wanted = try targets.narrowed(0, from: chunk.lowerBound, count: chunk.count)
      let logits = try SpacedRows(states, times: lmHead)  // [chunk, vocabulary]
      let part = try logits.nextTokenLoss(targets: wanted, scale: scale)
      sum += part.sum
      try lmHead.trained?.accumulateProduct(part.gradient, states)
      gradients.append(try part.gradient.linearTransposed(lmHead))
    }
    return (sum, try Tensor.concatenated(gradients))
  }
}
