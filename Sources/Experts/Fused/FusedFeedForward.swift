package import Decoder
import ModelConfiguration
package import Torch

/// A gated block under one or two low-rank experts, by the fused kernels. Two experts and a gate follow the formulas of
/// `DualExpertSelection.swift`. One expert, which counts fully, is plain LoRA on gate, up and down.
///
/// Kept for the backward pass: z, the two frozen products and what is as narrow as a rank. Activations and masks are computed again.
package struct FusedFeedForward {
  /// The three pairs of one expert in one layer.
  package struct Pairs {
    package let gate: LowRankPair
    package let up: LowRankPair
    package let down: LowRankPair

    /// - Returns: `nil` unless all three are there.
    package init?(_ expert: LowRankExpert, layer: Int) {
      guard expert.pairs.indices.contains(layer), let gate = expert.pairs[layer][.gate],
        let up = expert.pairs[layer][.up], let down = expert.pairs[layer][.down]
      else { return nil }
      (self.gate, self.up, self.down) = (gate, up, down)
    }
  }

  let block: FeedForward
  let experts: [Pairs]
  /// Weighs two experts per token: [2, hidden]; `nil` for one.
  let gate: Tensor?
  let z: Tensor  // [tokens, hidden]
  let reduction: LowRankReduction
  let mixture: GatedMixture
  let shares: Tensor?  // β: [tokens, 2]
  let stack: StackedFactors
  /// (α/r) β_e A2 drop(a_e). [tokens, experts · rank]
  let weighted: Tensor
  /// (α/r) A2 drop(a_e). [tokens, experts · rank]
  package let down: Tensor

  /// What the forward pass gives; nothing of it is kept for the backward pass.
  package struct Output {
    package let value: Tensor  // [tokens, hidden]
    /// The first expert's activations, if they were asked for. [tokens, intermediate]
    package let first: Tensor?
  }

  var scaling: Double { experts[0].down.scaling }
  package var rank: Int { experts[0].down.a.shape[0] }
  var paddedRank: Int { Kernels.padded(rank: rank) }
  var tokens: Int { z.shape[0] }

  /// Whether the kernels can do it: with one rank and strength for all.
  package static func suits(_ z: Tensor, _ experts: [Pairs]) -> Bool {
    let pairs = experts.flatMap { [$0.gate, $0.up, $0.down] }
    guard let first = pairs.first, Kernels.suitActivations(z) || Kernels.areDevices(z) else { return false }
    return pairs.allSatisfy {
      $0.a.dtype == .float32 && $0.a.device == z.device && $0.a.shape[0] == first.a.shape[0]
        && $0.scaling == first.scaling
    }
  }

  /// - Parameters:
  ///   - z: The normed input. [tokens, hidden]
  ///   - stack: The experts' factors.
  ///   - keepingFirst: Whether the first expert's activations are wanted.
  /// - Returns: The output, and what its backward pass needs.
  package static func forward(
    _ z: Tensor, through block: FeedForward, experts: [Pairs], stack: StackedFactors, gate: Tensor? = nil,
    dropout: Dropout?, keepingFirst: Bool = false
  ) throws -> (Output, FusedFeedForward) {
    // Keys in the order of use: gate, up, down of one expert after the other.
    let keys = dropout.map { dropout in experts.map { _ in dropout.masks(3) } }
    func masks(_ uses: [Int]) -> DropoutMasks? {
      keys.map { keys in
        DropoutMasks(
          probability: keys[0].probability, keys: keys.flatMap { expert in uses.map { expert.keys[$0] } })
      }
    }
    let scaling = experts[0].down.scaling
    let reduction = try LowRankReduction(z, a: stack.inputs, dropout: masks([0, 1]))
    let shares = try gate.map { try z.converted(to: .float32).linear($0).softmax(-1) }
    let mixture = try GatedMixture(
      gate: z.linear(block.gate), up: z.linear(block.up), reduced: reduction.forward() * scaling, b: stack.outputs,
      a: stack.down, shares: shares, dropout: masks([2]), activation: block.activation)
    let middle = try mixture.forward(keepingFirst: keepingFirst)
    let down = try middle.down * scaling
    let weighted = try shares.map { try times(down, $0) } ?? down
    let value = try weighted.factorProduct(stack.factors, adding: middle.mixed.linear(block.down))
    let kept = FusedFeedForward(
      block: block, experts: experts, gate: gate, z: z, reduction: reduction, mixture: mixture, shares: shares,
      stack: stack, weighted: weighted, down: down)
    return (Output(value: value, first: middle.first), kept)
  }

  /// Each expert's columns times its share. `x`: [tokens, experts · rank]; `shares`: [tokens, experts].
  static func times(_ x: Tensor, _ shares: Tensor) throws -> Tensor {
    let (tokens, experts) = (shares.shape[0], shares.shape[1])
    return try (x.reshaped([tokens, experts, -1]) * shares.unsqueezed(2)).reshaped(x.shape)
  }
}
