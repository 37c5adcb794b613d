import Decoder
import ModelConfiguration
import Records
import TestSupport
import Testing
import Torch

@testable import Experts
@testable import Learning

/// Do the fused kernels compute what single operations compute, values and gradients, masks included?
@Suite struct FusedTests {
  let model: DecoderModel
  let block: FeedForward
  let batch: TokenBatch

  init() throws {
    model = try Goldens.model()
    block = try #require(model.layers[1].feedForward.common)
    batch = try TokenBatch([[1, 2, 3], [4], [5, 6, 7, 8, 9, 10, 11]])
  }

  private func normal(_ shape: [Int], _ seed: UInt64) throws -> Tensor {
    let tensor = try Tensor(uninitialized: shape)
    try Generator(seed: seed).fillNormal(tensor, deviation: 1)
    return tensor
  }

  /// An expert whose B is not zero.
  private func expert(rank: Int, seed: UInt64) throws -> LowRankExpert {
    let shape = try LowRankShape(rank: rank, alpha: Double(rank), dropout: 0)
    let expert = try model.newExpert(shape, seed: seed)
    for (number, entry) in expert.tensors.sorted(by: { $0.key < $1.key }).enumerated() where entry.key.hasSuffix("B") {
      try Generator(seed: seed + UInt64(number) + 100).fillNormal(entry.value, deviation: 0.3)
    }
    return expert
  }

  private struct Outcome {
    let output: Tensor
    let pooled: [Tensor]
    let input: Tensor?
    let factors: [String: Tensor]
  }

  private enum Way: CaseIterable { case none, attached, isolated }

  private func run(
    _ way: Way, rank: Int, toInput: Bool, fused: Bool, through block: FeedForward? = nil
  ) throws -> Outcome {
    let block = block ?? self.block
    let shared = try expert(rank: rank, seed: 1)
    let dedicated = try expert(rank: rank, seed: 50)
    let gate = try normal([2, 32], 3)
    let named = [("shared", shared), ("own", dedicated)].flatMap { owner, expert in
      expert.tensors.filter { $0.key.hasPrefix("layers.1") }.map { ("\(owner).\($0.key)", $0.value) }
    }
    let flat = try FlatParameters(
      (named + [("gate", gate)]).map { FlatParameters.Parameter(name: $0.0, tensor: $0.1) })
    let pooling: DualExpertSelection.Pooling =
      switch way {
      case .none: .none
      case .attached: .attached(try PoolingWeights(batch))
      case .isolated: .isolated(try PoolingWeights(batch))
      }
    return try withoutGradients {
      let selection = DualExpertSelection(
        shared: shared, dedicated: dedicated, gates: [gate, gate],
        dropout: Dropout(0.3, from: DropoutStream(seed: 4)), pooling: pooling)
      let z = try normal([11, 32], 9)
      let traced =
        try fused
        ? selection.feedForward(z, through: block, layer: 1, tracing: true)
        : selection.composed(z, through: block, layer: 1, tracing: true)
      if let leaf = selection.pooled.first { try leaf.setGradient(normal(leaf.shape, 12)) }
      let input = try traced.backwardPass.backward(normal([11, 32], 10), toInput: toInput)
      return Outcome(
        output: traced.value, pooled: selection.pooled, input: input, factors: try flat.gradientsByName())
    }
  }

  /// Two ranks, two strengths, other types: those go by single operations, and give what they give.
  @Test func onlyWhatTheKernelsCanDo() throws {
    func pairs(_ expert: LowRankExpert) throws -> FusedFeedForward.Pairs {
      try #require(FusedFeedForward.Pairs(expert, layer: 1))
    }
    let (one, other) = (try expert(rank: 4, seed: 1), try expert(rank: 4, seed: 2))
    let larger = try expert(rank: 8, seed: 3)
    let stronger = try model.newExpert(LowRankShape(rank: 4, alpha: 8, dropout: 0), seed: 4)
    let z = try normal([11, 32], 9)
    #expect(try FusedFeedForward.suits(z, [pairs(one), pairs(other)]))
    #expect(try !FusedFeedForward.suits(z, [pairs(one), pairs(larger)]))
    #expect(try !FusedFeedForward.suits(z, [pairs(one), pairs(stronger)]))
    #expect(try !FusedFeedForward.suits(z.converted(to: .float64), [pairs(one), pairs(other)]))
    #expect(!FusedFeedForward.suits(z, []))
    try withoutGradients {
      for second in [larger, stronger] {
        let dual = DualExpertSelection(
          shared: one, dedicated: second, gates: Array(repeating: try normal([2, 32], 3), count: 2))
        let value = try dual.feedForward(z, through: block, layer: 1, tracing: false).value
        let expected = try dual.composed(z, through: block, layer: 1, tracing: false).value
        #expect(try difference(value, expected) < 1e-5)
      }
    }
  }

  /// A block with SiLU, and one with GELU.
  @Test(arguments: [1, 4, 8, 11], ["tiny", "families/gemma3"])
  func equalsSingleOperations(rank: Int, base: String) throws {
    let block = try #require(Goldens.model(base).layers[1].feedForward.common)
    for (way, toInput) in Way.allCases.flatMap({ [($0, true), ($0, false)] }) {
      let fused = try run(way, rank: rank, toInput: toInput, fused: true, through: block)
      let composed = try run(way, rank: rank, toInput: toInput, fused: false, through: block)
      #expect(try difference(fused.output, composed.output) < 1e-4)
      #expect(fused.pooled.count == composed.pooled.count)
      for (a, b) in zip(fused.pooled, composed.pooled) { #expect(try difference(a, b) < 1e-4) }
      #expect((fused.input != nil) == toInput && (composed.input != nil) == toInput)
      if let a = fused.input, let b = composed.input { #expect(try difference(a, b) < 1e-4, "\(way)") }
      #expect(fused.factors.count == 13)
      for (name, gradient) in fused.factors {
        let other = try #require(composed.factors[name])
        let norm = try other.norm().item()
        #expect(norm > 1e-3, "\(name)")
        #expect(try (gradient - other).norm().item() < 1e-5 * norm, "\(way), rank \(rank): \(name)")
      }
    }
  }

  /// The isolated gradient stays inside of its layer; the attached one goes on.
  @Test func isolationDecidesWhatLeavesTheLayer() throws {
    let none = try run(.none, rank: 4, toInput: true, fused: true)
    let isolated = try run(.isolated, rank: 4, toInput: true, fused: true)
    let attached = try run(.attached, rank: 4, toInput: true, fused: true)
    #expect(try difference(#require(isolated.input), #require(none.input)) < 1e-5)
    #expect(try difference(#require(attached.input), #require(none.input)) > 1e-2)
    for (name, gradient) in isolated.factors {
      let change = try (gradient - #require(none.factors[name])).norm().item()
      #expect(name.hasPrefix("shared") ? change > 1e-3 : change < 1e-5, "\(name): \(change)")
    }
  }

  /// Work is split among threads; the same number of them gives the same bits, another nearly the same.
  @Test func sameBitsEveryTime() throws {
    let one = try run(.isolated, rank: 8, toInput: true, fused: true)
    for _ in 0..<3 {
      let again = try run(.isolated, rank: 8, toInput: true, fused: true)
      for (name, gradient) in one.factors { #expect(try gradient.isEqual(to: #require(again.factors[name]))) }
      #expect(try one.output.isEqual(to: again.output))
    }
  }

  /// One projection: the kernel against the mask written out, values and gradients.
  @Test(arguments: [1, 8, 11], [true, false])
  func oneProjectionEqualsSingleOperations(rank: Int, toInput: Bool) throws {
    let expert = try expert(rank: rank, seed: 5)
    let pair = try #require(expert.pairs[0][.down])
    let weight = block.down
    let x = try normal([9, pair.a.shape[1]], 6)
    let gradient = try normal([9, pair.b.shape[0]], 7)
    let masks = DropoutMasks(probability: 0.3, keys: [77])
    func outcome(fused: Bool) throws -> Outcome {
      let flat = try FlatParameters([
        FlatParameters.Parameter(name: "a", tensor: pair.a), FlatParameters.Parameter(name: "b", tensor: pair.b),
      ])
      return try withoutGradients {
        guard !fused else {
          let traced = try pair.fused(x, through: weight, dropout: masks, tracing: true)
          let input = try traced.backwardPass.backward(gradient, toInput: toInput)
          return Outcome(output: traced.value, pooled: [], input: input, factors: try flat.gradientsByName())
        }
        let mask = try masks.mask(0, rows: 9, width: x.shape[1], on: .cpu)
        let (sum, trace) = try pair.added(to: x.linear(weight), input: x * mask)
        let reduced = try pair.pullBack(gradient, trace)
        let input = toInput ? try gradient.linearTransposed(weight) + pair.inputGradient(reduced) * mask : nil
        return Outcome(output: sum, pooled: [], input: input, factors: try flat.gradientsByName())
      }
    }
    let (one, other) = (try outcome(fused: true), try outcome(fused: false))
    #expect(try difference(one.output, other.output) < 1e-4)
    #expect((one.input != nil) == toInput)
    if let a = one.input, let b = other.input { #expect(try difference(a, b) < 1e-4) }
    for (name, value) in one.factors { #expect(try difference(value, #require(other.factors[name])) < 1e-4, "\(name)") }
  }
}
