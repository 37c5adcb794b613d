import Decoder
import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Experts

/// Does every family of models compute what its reference computes, forward, token by token, and back?
@Suite struct FamilyTests {
  struct Golden: Decodable {
    struct Family: Decodable { let greedy: [[Int]] }

    let sequences: [[Int]]
    let rank: Int
    let alpha: Double
    let families: [String: Family]
  }

  static let families = [
    "llama2-linear", "llama3", "llama-bias", "mistral", "mistral-full", "qwen2", "qwen3", "qwen3-moe", "qwen3-moe-step",
    "gemma3", "gemma3-bf16",
    "hunyuan-dense", "hunyuan-moe", "hunyuan-large",
  ]

  let golden: Golden
  let tensors: SafetensorsFile

  init() throws {
    golden = try Goldens.json(Golden.self, "families")
    tensors = try Goldens.tensors("families")
  }

  private func model(_ family: String) throws -> DecoderModel { try Goldens.model("families/" + family) }

  @Test(arguments: families + ["hunyuan-moe-fused"]) func logits(family: String) throws {
    let model = try model(family)
    for (number, ids) in golden.sequences.enumerated() {
      let logits = try model.logits(model.hiddenStates(TokenBatch([ids]))).selected(0, 0)
      let name = family.replacing("-fused", with: "")
      let distance = try difference(logits, tensors.tensor("\(name).logits.\(number)"))
      #expect(distance < 2e-5, "\(family).\(number) differs by \(distance)")
    }
  }

  /// Rows of different lengths in one batch, without a cache and through one.
  @Test(arguments: families) func raggedBatches(family: String) throws {
    let model = try model(family)
    let batch = try TokenBatch(golden.sequences)
    for cache in [nil, KeyValueCache()] {
      let states = try model.packedStates(batch, cache: cache)
      var start = 0
      for (number, ids) in golden.sequences.enumerated() {
        let logits = try model.logits(states.narrowed(0, from: start, count: ids.count))
        let distance = try difference(logits, tensors.tensor("\(family).logits.\(number)"))
        #expect(distance < 2e-5, "\(family).\(number), cache \(cache != nil), differs by \(distance)")
        start += ids.count
      }
    }
  }

  @Test(arguments: families) func tokenByToken(family: String) throws {
    let model = try model(family)
    let ids = golden.sequences[2]
    let whole = try tensors.tensor("\(family).logits.2")
    let cache = KeyValueCache()
    for (position, id) in ids.enumerated() {
      let logits = try model.logits(model.hiddenStates(TokenBatch([[id]]), cache: cache)).reshaped([-1])
      let distance = try difference(logits, whole.selected(0, position))
      #expect(distance < 2e-5, "\(family) at \(position) differs by \(distance)")
    }
  }

  /// The way that other devices take: libtorch's attention on the padded grid.
  @Test(arguments: families) func onTheGrid(family: String) throws {
    let model = try model(family)
    let ids = golden.sequences[2]
    let order = try Tensor(Array(0..<ids.count))
    let causal = try order.reshaped([1, ids.count]).isLessOrEqual(to: order.reshaped([ids.count, 1]))
    // A mask of its own: the window is in it, where the family has one.
    guard Set(model.configuration.windows).count == 1 else { return }
    let window = model.configuration.windows[0] ?? ids.count
    let near = try order.reshaped([ids.count, 1]).isLessOrEqual(
      to: order.reshaped([1, ids.count]) + Double(window - 1))
    let batch = TokenBatch(
      ids: ids, lengths: [ids.count], positions: Array(ids.indices),
      mask: .allowed(try causal.and(near).reshaped([1, 1, ids.count, ids.count])))
    let logits = try model.logits(model.hiddenStates(batch)).selected(0, 0)
    #expect(try difference(logits, tensors.tensor("\(family).logits.2")) < 2e-5)
  }

  @Test(arguments: families) func greedyText(family: String) throws {
    let model = try model(family)
    let options = GenerationOptions(maxTokens: 64, stopsAtEnd: false)
    let expected = try #require(golden.families[family]).greedy
    let prompts = Array(golden.sequences.prefix(2))
    for (prompt, text) in zip(prompts, expected) {
      #expect(try model.generate(after: prompt, options: options) == text, "\(family) after \(prompt)")
    }
    #expect(try model.generate(after: prompts, options: options) == expected, "\(family), both at once")
  }

  /// Σ hidden ⊙ c has c as its gradient; what comes down to every factor is the reference's.
  @Test(arguments: families, [false, true]) func gradients(family: String, checkpointing: Bool) throws {
    let model = try model(family)
    let shape = try LowRankShape(
      rank: golden.rank, alpha: golden.alpha, dropout: 0, projections: Projection.allCases)
    let positions = FactorPosition.all(shape, on: model.configuration)
    let factors = try Dictionary(
      uniqueKeysWithValues: positions.map { ($0.name, try tensors.tensor("\(family).\($0.name)").cloned()) })
    let expert = try LowRankExpert(shape, for: model.configuration, tensors: factors, where: family)
    let flat = try FlatParameters(
      expert.tensors.sorted { $0.key < $1.key }.map { FlatParameters.Parameter(name: $0.key, tensor: $0.value) })
    let ids = golden.sequences[2]
    let states = try model.tracedStates(
      TokenBatch([ids]), experts: LowRankSelection(expert), at: Tensor(Array(0..<ids.count)),
      checkpointing: checkpointing)
    #expect(try difference(states.value, tensors.tensor("\(family).adapted")) < 5e-5)
    _ = try states.pullback?(tensors.tensor("\(family).c"), false)
    for position in positions {
      let gradient = try #require(try expert.factor(at: position).gradient, "\(position.name)")
      let wanted = try tensors.tensor("\(family).grad.\(position.name)")
      let distance = try difference(gradient, wanted) / max(wanted.abs().maximum().item(), 1e-3)
      #expect(distance < 2e-4, "\(family) \(position.name): relative difference \(distance)")
    }
    #expect(flat.parameters.count == positions.count)
  }
}
