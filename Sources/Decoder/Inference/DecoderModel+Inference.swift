import ModelConfiguration
package import Torch

extension DecoderModel {
  /// One pass without gradients of sequences that go on, each under its own expert. A token's bits depend on its sequence, its expert
  /// and its kernel alone.
  ///
  /// - Parameter batch: The new tokens, sequence after sequence; causal.
  /// - Parameter experts: Of each sequence; `nil` is the base.
  /// - Parameter slices: Which tokens go through which kernel.
  /// - Parameter cache: What the sequences have read.
  /// - Parameter indices: Numbers of the tokens whose states are wanted, ascending.
  /// - Parameter slots: Where a device holds experts; `nil`: on the CPU.
  /// - Parameter counter: Counts products with the base's matrices.
  /// - Returns: final-normed hidden states. [count, hidden]
  /// - Throws: ``DecoderError/sequenceTooLong(length:limit:)``, `TorchError`.
  func inferredStates(
    _ batch: TokenBatch, experts: [(any InferenceExpert)?], slices: ProductSlices, cache: KeyValueCache,
    at indices: [Int], slots: ExpertSlots? = nil, counter: ProductCounter? = nil
  ) throws -> Tensor {
    try withoutGradients {
      let ofTokens = zip(batch.lengths, experts).flatMap { length, expert in
        repeatElement(expert, count: length)
      }
      let segments = ExpertSegments(ofTokens: ofTokens)
      let slotted = segments.isBase ? nil : slots.flatMap { SlottedExperts($0, ofTokens: ofTokens, on: device) }
      let inference = InferencePass(slices: slices, experts: segments, counter: counter, slotted: slotted)
      let reading = try Reading(indices, of: batch.computedTokens, inference, on: device)
      let (x, _) = try throughLayers(batch, cache: cache, tracing: false, reading: reading, inference: inference)
      let isWhole = reading != nil || indices.count == batch.computedTokens
      let chosen = try isWhole ? x : x.gathered(0, rows: Tensor(indices, on: device))
      return try chosen.rmsNormalized(weight: finalNorm, epsilon: configuration.normEpsilon)
    }
  }

  /// One pass without gradients of sequences that are read whole, on the CPU, each under its own expert. A token's bits depend on its sequence
  /// and its expert alone: not on what else is in the batch, nor on whether tokens are shared.
  ///
  /// - Parameter batch: The tokens, sequence after sequence; causal, or grouped.
  /// - Parameter experts: Of each sequence; `nil` is the base. Sequences that share tokens have the same one.
  /// - Parameter indices: Numbers of the computed tokens whose states are wanted, ascending.
  /// - Returns: final-normed hidden states. [count, hidden]
  /// - Throws: ``DecoderError/sequenceTooLong(length:limit:)``, `TorchError`.
  package func batchInvariantStates(
    _ batch: TokenBatch, experts: [(any InferenceExpert)?], at indices: [Int]
  ) throws -> Tensor {
    try withoutGradients {
      let inference = batchInvariantPass(batch, experts)
      let reading = try Reading(indices, of: batch.computedTokens, inference, on: device, sliced: indices.count)
      let (x, _) = try throughLayers(batch, tracing: false, reading: reading, inference: inference)
      let isWhole = reading != nil || indices.count == batch.computedTokens
      let chosen = try isWhole ? x : x.gathered(0, rows: Tensor(indices, on: device))
      return try chosen.rmsNormalized(weight: finalNorm, epsilon: configuration.normEpsilon)
    }
  }

  /// As ``earlyStates(_:layers:)``, with bits that do not depend on what else is in the batch. [computed tokens, hidden]
  package func batchInvariantEarlyStates(_ batch: TokenBatch, layers: Int) throws -> Tensor {
    let inference = batchInvariantPass(batch, batch.lengths.map { _ in nil })
    return try withoutGradients { try throughLayers(batch, tracing: false, depth: layers, inference: inference).0 }
  }

  private func batchInvariantPass(_ batch: TokenBatch, _ experts: [(any InferenceExpert)?]) -> InferencePass {
    let ofTokens = zip(0..., zip(batch.lengths, experts)).flatMap { sequence, own in
      repeatElement(own.1, count: own.0 - batch.sharedTokens(of: sequence))
    }
    return InferencePass(
      slices: ProductSlices(sliced: batch.computedTokens, half: compute == .bfloat16),
      experts: ExpertSegments(ofTokens: ofTokens), counter: nil, holdsHalves: compute == .bfloat16)
  }

  /// Logits of hidden states, of which a state's bits do not depend on the others; faster than ``inferredLogits(_:)`` for many. `hidden`:
  /// [count, hidden] → [count, vocabulary].
  package func batchInvariantLogits(_ hidden: Tensor) throws -> Tensor {
    try lmHead.product(hidden, ProductSlices(sliced: hidden.shape[0], half: compute == .bfloat16))
  }

  /// Whether a pass is there whose bits do not depend on what else is in the batch.
  package var hasBatchInvariantPass: Bool { plan.hasProcessorKernels }

  /// How probable each token of a text was behind those before it, under an expert: of all but the first. On the CPU the bits depend on the
  /// text and the expert alone.
  ///
  /// - Parameter ids: Token ids, at least one.
  /// - Parameter expert: `nil` is the base.
  /// - Parameter count: How many of the most probable ones are told at each place.
  /// - Throws: ``DecoderError`` for an empty, too long or foreign text; `TorchError`.
  package func logprobs(of ids: [Int], expert: (any InferenceExpert)?, top count: Int) throws -> [TokenLogprobs] {
    try check(ids)
    guard ids.count > 1 else { return [] }
    let places = Array(0..<ids.count - 1)
    let batch = try TokenBatch([ids], on: device)
    let states =
      try hasBatchInvariantPass
      ? batchInvariantStates(batch, experts: [expert], at: places)
      : inferredStates(
        batch, experts: [expert], slices: ProductSlices(sliced: 0), cache: KeyValueCache([SequenceCache()]), at: places,
        slots: ExpertSlots())  // [places, hidden]
    // A few places at a time: all their logits would be large.
    return try stride(from: 0, to: places.count, by: 64).flatMap { start in
      let few = try states.narrowed(0, from: start, count: min(64, places.count - start))
      let logits = try withoutGradients { try hasBatchInvariantPass ? batchInvariantLogits(few) : self.logits(few) }
      let (numbers, width) = (try logits.floats(), configuration.vocabularySize)
      return (0..<few.shape[0]).map { row in
        TokenLogprobs(
          of: ids[start + row + 1], among: numbers[row * width..<(row + 1) * width], top: count)
      }
    }
  }

  /// The logits of the token behind some others, under an expert: for a look at what it does. [vocabulary]
  ///
  /// - Parameter ids: Token ids, at least one.
  /// - Parameter expert: `nil` is the base.
  /// - Throws: ``DecoderError`` for an empty, too long or foreign prompt; `TorchError`.
  package func nextLogits(after ids: [Int], expert: (any InferenceExpert)?) throws -> [Float] {
    try check(ids)
    return try withoutGradients {
      let states = try inferredStates(
        TokenBatch([ids], on: device), experts: [expert], slices: ProductSlices(sliced: 0, half: compute == .bfloat16),
        cache: KeyValueCache([SequenceCache()]), at: [ids.count - 1],
        slots: plan.hasProcessorKernels ? nil : ExpertSlots())
      return try inferredLogits(states).floats()
    }
  }

  /// Logits of hidden states, of which a state's bits do not depend on the others. `hidden`: [count, hidden] → [count, vocabulary].
  func inferredLogits(_ hidden: Tensor) throws -> Tensor {
    guard plan.hasProcessorKernels else { return try logits(hidden) }
    return try lmHead.product(hidden, ProductSlices(sliced: 0, half: compute == .bfloat16))
  }
}
