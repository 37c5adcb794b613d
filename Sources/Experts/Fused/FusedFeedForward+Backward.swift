import Decoder
package import Torch

extension FusedFeedForward {
  /// What an adversary looked at: the mean over each sequence's tokens of the first expert's complete output.
  package struct Pool {
    /// Collects the gradient of the adversary's terms. [sequences, hidden]
    let leaf: Tensor
    /// The first expert's part of `down`, as a mean. [sequences, rank]
    let reduced: Tensor
    let lengths: [Int]
    let attached: Bool
    let sent: Sent?

    /// What follows from the lengths, where a device has it.
    package struct Sent {
      /// Of each packed token, that of alignment padding behind the others. int64 [tokens]
      let sequences: Tensor
      /// 1 / tokens of each sequence. [sequences, 1]
      let parts: Tensor

      package init(sequences: Tensor, parts: Tensor) { (self.sequences, self.parts) = (sequences, parts) }
    }

    package init(leaf: Tensor, reduced: Tensor, lengths: [Int], attached: Bool, sent: Sent? = nil) {
      (self.leaf, self.reduced, self.lengths, self.attached, self.sent) = (leaf, reduced, lengths, attached, sent)
    }
  }

  /// The backward pass; see `DualExpertBackward.swift` for the formulas.
  package func backward(_ gradient: Tensor, pool: Pool?, toInput: Bool) throws -> Tensor? {
    let mixed = try gradient.linearTransposed(block.down)  // [tokens, intermediate]
    // Back through B of down: by what the experts' shares weigh [tokens, experts · rank], and by the factors [experts · rank, hidden].
    let back = try gradient.throughFactor(stack.factors, of: weighted)
    let byWeighted = try back.reduced * scaling
    for (number, expert) in experts.enumerated() {
      try expert.down.b.accumulateGradient(rows(back.factor, number).transposed(0, 1))
    }
    let gradients = try mixture.backward(
      mixed: mixed, down: shares.map { try Self.times(byWeighted, $0) } ?? byWeighted,
      sequence: pool.flatMap { try sequenceGradient($0) }, toInput: toInput)
    for (number, expert) in experts.enumerated() {
      try expert.gate.b.accumulateGradient(factor(gradients.b, 2 * number).transposed(0, 1))
      try expert.up.b.accumulateGradient(factor(gradients.b, 2 * number + 1).transposed(0, 1))
      try expert.down.a.accumulateGradient(factor(gradients.a, number))
    }
    let logits = try gateGradient(gradients.shares, byWeighted)  // [tokens, 2]
    if let gate, let logits { try gate.accumulateGradient(logits.transposedProduct(z.converted(to: .float32))) }

    var input: Tensor?
    if let byGate = gradients.gate, let byUp = gradients.up {
      let products = try byUp.linearTransposed(block.up, adding: byGate.linearTransposed(block.gate))
      input =
        try logits.flatMap { logits in
          try gate.map { try logits.factorProduct($0.transposed(0, 1), adding: products) }
        } ?? products
    }
    let byA = try reduction.backward(
      gradients.reduced * scaling, flow: gradients.flow.map { try $0 * scaling }, addingTo: input)
    for (number, expert) in experts.enumerated() {
      try expert.gate.a.accumulateGradient(factor(byA, 2 * number))
      try expert.up.a.accumulateGradient(factor(byA, 2 * number + 1))
    }
    return input
  }

  /// One factor of a stack, without the padding of its rank. → [rank, width]
  private func factor(_ stack: Tensor, _ number: Int) throws -> Tensor {
    try stack.selected(0, number).narrowed(0, from: 0, count: rank)
  }

  /// The same of factors that lie one below the other. `x`: [experts · padded rank, width] → [rank, width].
  private func rows(_ x: Tensor, _ number: Int) throws -> Tensor {
    try x.narrowed(0, from: number * paddedRank, count: rank)
  }

  /// Through the gate's softmax: β_e (dβ_e − Σ β dβ). [tokens, 2]
  private func gateGradient(_ shareGradients: Tensor?, _ byWeighted: Tensor) throws -> Tensor? {
    guard let shares, let shareGradients else { return nil }
    // `down` holds the factor α/r already, and so does `byWeighted`.
    let low = try (byWeighted * down).reshaped([tokens, experts.count, -1]).sum(2) * (1 / scaling)
    let scores = try shareGradients + low  // dβ: [tokens, 2]
    return try shares * (scores - (scores * shares).sum(1, keeping: true))
  }

  /// The adversary's gradient at the first expert's activations, for all tokens of a sequence; also gives its part to B2.
  private func sequenceGradient(_ pool: Pool) throws -> GatedMixture.SequenceGradient? {
    guard let gradient = pool.leaf.gradient else { return nil }  // [sequences, hidden]
    let first = experts[0].down
    try first.b.accumulateGradient(
      pool.reduced.transposedProduct(gradient).narrowed(0, from: 0, count: rank).transposed(0, 1))
    // Every token has the same part in the mean of its sequence.
    let parts =
      try pool.sent?.parts ?? Tensor(pool.lengths.map { 1 / Float($0) }, shape: [pool.lengths.count, 1], on: z.device)
    let own = try stack.factors.narrowed(1, from: 0, count: paddedRank).converted(to: .float32)  // [hidden, rank]
    // The alignment padding belongs to a sequence of zeros behind the others.
    func closed(_ x: Tensor) throws -> Tensor {
      try Tensor.concatenated([x, Tensor.zeros([1, x.shape[1]], on: x.device)])
    }
    let sequences = pool.lengths.enumerated().flatMap { [Int32](repeating: Int32($0), count: $1) }
    return try GatedMixture.SequenceGradient(
      first: closed(gradient.linearTransposed(block.down) * parts),
      down: closed(gradient.linearTransposed(own) * parts * scaling),
      sequenceOfToken: sequences + repeatElement(Int32(pool.lengths.count), count: max(0, tokens - sequences.count)),
      sent: pool.sent?.sequences, isolated: !pool.attached)
  }
}
