import Files
import Foundation
import Randomness
import Testing
import Torch

@testable import Decoder
@testable import ModelConfiguration
@testable import Pretraining

/// A MoE model that begins as a dense one: does it say the same, do all its parts learn, and what is refused?
@Suite struct UpcyclingTests {
  static let base = Goldens.folder.appendingPathComponent("families/llama3")

  /// The golden Llama's shape as a mixture of Hunyuan's form.
  private static func mixture(_ change: (inout DecoderConfiguration) -> Void = { _ in }) throws -> DecoderConfiguration
  {
    var shape = try DecoderConfiguration(folder: base)
    shape.family = try DecoderConfiguration(folder: Goldens.folder.appendingPathComponent("families/hunyuan-moe"))
      .family
    shape.moe = MoEShape(experts: 5, active: 1, width: 12, renormalizes: false)
    change(&shape)
    return shape
  }

  private static func batch(_ shape: DecoderConfiguration) throws -> NextTokenBatch {
    var random = RandomStream(seed: 7, "upcycling")
    return try NextTokenBatch(
      (0..<3).map { row in (0...(6 + row)).map { _ in random.below(shape.vocabularySize) } }, on: .cpu)
  }

  private static func weights(_ decoder: TrainableDecoder) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: decoder.weights.map { ($0.name, $0.tensor) })
  }

  @Test func saysWhatTheDenseModelSaid() throws {
    let shape = try Self.mixture()
    let dense = try TrainableDecoder(DecoderConfiguration(folder: Self.base), from: Self.base, seed: 1)
    let mixture = try TrainableDecoder(shape, from: Self.base, seed: 1)
    let batch = try Self.batch(shape)
    #expect(
      try mixture.model.nextTokenLoss(batch.tokens, targets: batch.targets)
        == dense.model.nextTokenLoss(batch.tokens, targets: batch.targets))
    // Experts are parts of the block, one after the other and from its beginning again.
    let (of, by) = (Self.weights(dense), Self.weights(mixture))
    let width = shape.intermediateSize
    for projection in ["gate_proj", "up_proj"] {
      let whole = try #require(of["model.layers.1.mlp.\(projection).weight"])
      for expert in 0..<5 {
        let part = try #require(by["model.layers.1.mlp.experts.\(expert).\(projection).weight"])
        for row in [0, 11] {
          let position = (expert * 12 + row) % width
          #expect(try part.selected(0, row).floats() == whole.selected(0, position).floats())
        }
      }
    }
    let router = try #require(by["model.layers.0.mlp.gate.wg.weight"])
    #expect(try router.norm().item() > 0)
  }

  /// Gains of heads that the dense model did not norm: sizes of queries and keys for inputs of unit variance.
  @Test func gainsOfHeads() throws {
    let shape = try Self.mixture { $0.headNorm = .afterRotation }
    let weights = try Self.weights(TrainableDecoder(shape, from: Self.base, seed: 1))
    for (name, projection) in [("query_layernorm", "q_proj"), ("key_layernorm", "k_proj")] {
      let matrix = try #require(weights["model.layers.1.self_attn.\(projection).weight"])
      let norm = try #require(weights["model.layers.1.input_layernorm.weight"]).floats()
      let rows = try (0..<matrix.shape[0]).map { try matrix.selected(0, $0).floats() }
      let squares = rows.reduce(0.0) { sum, row in
        sum + zip(row, norm).reduce(0.0) { $0 + pow(Double($1.0) * Double($1.1), 2) }
      }
      let expected = (squares / Double(rows.count)).squareRoot()
      let gain = try #require(weights["model.layers.1.self_attn.\(name).weight"]).floats()
      #expect(gain.count == shape.headDim)
      #expect(gain.allSatisfy { abs(Double($0) - expected) < 1e-5 * expected })
    }
  }

  /// Layers that share keys begin without a word of their attention; all tensors but what multiplies a zero have a gradient.
  @Test func everythingLearns() throws {
    let shape = try Self.mixture {
      $0.headNorm = .afterRotation
      $0.keySources = (0..<$0.layers).map { $0 / 2 * 2 }
    }
    let decoder = try TrainableDecoder(shape, from: Self.base, seed: 1)
    let weights = Self.weights(decoder)
    #expect(weights["model.layers.1.self_attn.k_proj.weight"] == nil)
    let output = try #require(weights["model.layers.1.self_attn.o_proj.weight"])
    #expect(try output.norm().item() == 0)
    let flat = try FlatParameters(decoder.weights.map { .init(name: $0.name, tensor: $0.tensor) })
    let batch = try Self.batch(shape)
    let routing = RoutingPass(RoutingRule(), seed: 1, step: 0, microBatch: 0, of: 1)
    _ = try decoder.model.pretrainingPass(batch.tokens, targets: batch.targets, scale: 1, routing: routing)
    let gradients = try flat.gradientsByName()
    #expect(try #require(gradients["model.layers.1.self_attn.o_proj.weight"]).norm().item() > 0)
    #expect(try #require(gradients["model.layers.0.mlp.gate.wg.weight"]).norm().item() > 0)
    let visited = try (0..<5).filter {
      try #require(gradients["model.layers.0.mlp.experts.\($0).down_proj.weight"]).norm().item() > 0
    }
    #expect(visited.count > 1)
  }

  @Test func whatTheBaseCannotBecome() throws {
    let changes: [(inout DecoderConfiguration) -> Void] = [
      { $0.intermediateSize += 8 }, { $0.hiddenSize *= 2 }, { $0.layers += 1 }, { $0.kvHeads = 1 },
      { $0.vocabularySize += 1 }, { $0.tiedEmbeddings.toggle() }, { $0.attentionBias = .all },
    ]
    for change in changes {
      let shape = try Self.mixture(change)
      #expect {
        try TrainableDecoder(shape, from: Self.base, seed: 1)
      } throws: {
        guard case .invalidValue(_, _, _, let allowed)? = $0 as? ConfigurationError else { return false }
        return allowed.contains("dense base")
      }
    }
  }

  /// What reads a base for experts reads both forms of routed experts; what trains its weights reads one.
  @Test func routedExpertsInOneTensor() throws {
    let folder = Goldens.folder.appendingPathComponent("families/hunyuan-moe-fused")
    #expect(throws: DecoderError.fusedExperts(folder: folder.path, use: "pretrained from")) {
      try TrainableDecoder(DecoderConfiguration(folder: folder), from: folder, seed: 1)
    }
  }
}
