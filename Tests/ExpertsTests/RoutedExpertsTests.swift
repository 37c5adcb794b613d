import Decoder
import Files
import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Experts

/// Do low-rank experts plug into the routed experts of a MoE block as they do into its shared one?
@Suite struct RoutedExpertsTests {
  static let bases = ["families/hunyuan-moe", "families/hunyuan-large", "families/qwen3-moe"]
  static let rows = [[5, 17, 3, 44, 60, 8, 21], [9, 33, 70, 2], [11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]]

  static func expert(_ base: DecoderConfiguration, seed: UInt64) throws -> LowRankExpert {
    try randomExpert(LowRankShape(rank: 3, alpha: 6, dropout: 0, routed: true), on: base, seed: seed)
  }

  /// The same base with W + (α / r) B A instead of every W that has a pair.
  private func merged(_ form: String, _ expert: LowRankExpert, in scratch: Scratch) throws -> DecoderModel {
    let source = Goldens.folder.appendingPathComponent(form)
    let file = try SafetensorsFile(source.appendingPathComponent("model.safetensors"))
    var tensors = try Dictionary(uniqueKeysWithValues: file.names.map { ($0, try file.tensor($0).cloned()) })
    for (layer, row) in expert.pairs.enumerated() {
      for (site, pair) in row {
        let block = site.expert.map { "mlp.experts.\($0)" } ?? expert.feedForwardPath
        let name = "model.layers.\(layer).\(block).\(site.projection.rawValue).weight"
        tensors[name] = try #require(tensors[name], "\(name)") + pair.b.matmul(pair.a) * pair.scaling
      }
    }
    let folder = scratch.url("merged")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(contentsOf: source.appendingPathComponent("config.json")).write(
      to: folder.appendingPathComponent("config.json"))
    _ = try SafetensorsFile.write(tensors, to: folder.appendingPathComponent("model.safetensors"))
    return try DecoderModel(folder: folder)
  }

  /// A base with a layer's routed experts in one tensor: pairs of routed experts are not merged into it, others are.
  @Test func mergingIntoOneTensorOfExperts() throws {
    let form = "families/hunyuan-moe-fused"
    let (model, scratch, base) = (try Goldens.model(form), try Scratch(), Goldens.folder.appendingPathComponent(form))
    let routed = try Self.expert(model.configuration, seed: 3)
    let own = try randomExpert(LowRankShape(rank: 3, alpha: 6, dropout: 0), on: model.configuration, seed: 3)
    try withExtendedLifetime(scratch) {
      let out = scratch.url("merged")
      #expect(throws: DecoderError.fusedExperts(folder: base.path, use: "merged into")) {
        try MergedCheckpoint.write(routed, into: base, to: out)
      }
      #expect(!FileManager.default.fileExists(atPath: out.path))
      let summary = try MergedCheckpoint.write(own, into: base, to: out)
      #expect(summary.matrices > 0 && summary.matrices == own.positions.count / 2)
    }
  }

  /// Matrices in 4 bits have no room for an expert.
  @Test func mergingIntoPackedMatrices() throws {
    let (model, scratch) = (try Goldens.model("packed/gptq"), try Scratch())
    let base = Goldens.folder.appendingPathComponent("packed/gptq")
    let expert = try randomExpert(LowRankShape(rank: 3, alpha: 6, dropout: 0), on: model.configuration, seed: 3)
    #expect(throws: DecoderError.packedBase(folder: base.path, use: "merged into")) {
      try MergedCheckpoint.write(expert, into: base, to: scratch.url("merged"))
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.url("merged").path))
  }

  @Test(arguments: bases) func theyComputeWhatMergedWeightsCompute(form: String) throws {
    let (model, scratch) = (try Goldens.model(form), try Scratch())
    let expert = try Self.expert(model.configuration, seed: 3)
    let moe = try #require(model.configuration.moe)
    // Three of each routed expert, and of the shared one where there is one.
    #expect(expert.pairs[0].count == 3 * (moe.experts + (model.configuration.intermediateSize > 0 ? 1 : 0)))
    let merged = try merged(form, expert, in: scratch)
    let adapted = try model.logits(Self.rows, experts: LowRankSelection(expert))
    let plain = try model.logits(Self.rows, experts: nil)
    for (row, wanted) in try merged.logits(Self.rows, experts: nil).enumerated() {
      let distance = try difference(adapted[row], wanted)
      #expect(distance < 1e-4, "row \(row) differs by \(distance)")
      #expect(try difference(adapted[row], plain[row]) > 1e-2)
    }
  }

  @Test(arguments: bases) func aNewOneIsTheBase(form: String) throws {
    let model = try Goldens.model(form)
    let fresh = try model.newExpert(LowRankShape(rank: 3, alpha: 6, dropout: 0, routed: true))
    let logits = try model.logits(Self.rows, experts: LowRankSelection(fresh))
    for (one, base) in try paired(logits, model.logits(Self.rows, experts: nil)) {
      #expect(try difference(one, base) < 1e-5)
    }
  }

  /// Along a random direction through all factors: (L(θ + εd) − L(θ − εd)) / 2ε = ⟨∇L, d⟩.
  @Test(arguments: bases, [false, true]) func gradients(form: String, checkpointing: Bool) throws {
    let model = try Goldens.model(form)
    let expert = try Self.expert(model.configuration, seed: 4)
    let ids = Self.rows[2]
    let weights = try Tensor(uninitialized: [ids.count, model.configuration.hiddenSize])
    try Generator(seed: 9).fillNormal(weights, deviation: 1)
    let flat = try FlatParameters(
      expert.tensors.sorted { $0.key < $1.key }.map { FlatParameters.Parameter(name: $0.key, tensor: $0.value) })
    func states() throws -> Traced {
      try model.tracedStates(
        TokenBatch([ids]), experts: LowRankSelection(expert), at: Tensor(Array(0..<ids.count)),
        checkpointing: checkpointing)
    }
    _ = try states().pullback?(weights, false)
    let routed = try expert.positions.filter { $0.site.expert != nil }.filter {
      try (expert.factor(at: $0).gradient?.abs().maximum().item() ?? 0) > 0
    }
    #expect(!routed.isEmpty)
    let direction = try Tensor(uninitialized: [flat.count])
    try Generator(seed: 10).fillNormal(direction, deviation: 1)
    let along = try (flat.gradients * direction).sum().item()
    func loss(_ step: Double) throws -> Double {
      try flat.values.addInPlace(direction, times: step)
      defer { try? flat.values.addInPlace(direction, times: -step) }
      return try (states().value * weights).sum().item()
    }
    let epsilon = 2e-4
    let measured = try (loss(epsilon) - loss(-epsilon)) / (2 * epsilon)
    // What rounding leaves of the difference is small beside the slope.
    #expect(abs(along) > 5 && abs(measured - along) < 0.02 * abs(along) + 0.05, "\(measured) beside \(along)")
  }

  /// What nobody of a training batch visits stays as it was, and only that.
  @Test func anExpertThatNobodyVisitsHasNoGradient() throws {
    let model = try Goldens.model(Self.bases[0])
    let expert = try Self.expert(model.configuration, seed: 5)
    _ = try FlatParameters(
      expert.tensors.sorted { $0.key < $1.key }.map { FlatParameters.Parameter(name: $0.key, tensor: $0.value) })
    let states = try model.tracedStates(
      TokenBatch([[7]]), experts: LowRankSelection(expert), at: Tensor([0]))
    _ = try states.pullback?(Tensor(repeating: 1, [1, model.configuration.hiddenSize]), false)
    let moved = try expert.positions.filter { $0.side == .b && $0.layer == 0 && $0.site.expert != nil }.filter {
      try (expert.factor(at: $0).gradient?.abs().maximum().item() ?? 0) > 0
    }
    let visited = Set(moved.compactMap(\.site.expert))
    // One token visits as many experts of a layer as are active.
    #expect(visited.count == model.configuration.moe?.active)
  }

  @Test(arguments: [[0, 1, nil], [nil, 0, 0], [1, 1, 1], [nil, nil, 0]])
  func eachRowOfAMixedBatchEqualsItselfAlone(choices: [Int?]) throws {
    let model = try Goldens.model(Self.bases[0])
    let experts = try [6, 7].map { try Self.expert(model.configuration, seed: $0) }
    let prepared = experts.map { PreparedExpert($0) }
    let mixed = try model.inferredLogits(Self.rows, experts: choices.map { $0.map { prepared[$0] } })
    for (number, choice) in choices.enumerated() {
      let alone = try model.logits([Self.rows[number]], experts: choice.map { LowRankSelection(experts[$0]) })[0]
      let distance = try difference(mixed[number], alone)
      #expect(distance < 2e-5, "row \(number) differs by \(distance)")
    }
  }

  /// With pairs of routed experts, and without any on the same model.
  @Test(arguments: [true, false], bases) func storedAndReadAgain(routed: Bool, base: String) throws {
    let (model, scratch) = (try Goldens.model(base), try Scratch())
    let expert = try randomExpert(
      LowRankShape(rank: 3, alpha: 6, dropout: 0, routed: routed), on: model.configuration, seed: 8)
    let digest = Digest(of: Data("tokenizer".utf8))
    _ = try ExpertArchive.write(
      expert, name: "task", method: "per-task", baseDigest: model.digest, baseConfiguration: model.declared,
      tokenizerDigest: digest, promptDigest: nil, to: scratch.url("task"))
    let stored = try StoredExpert(
      scratch.url("task"),
      for: StoredExpert.Base(model.configuration, digest: model.digest, tokenizerDigest: digest))
    #expect(stored.expert.shape == expert.shape && stored.expert.shape.routed == routed)
    #expect(stored.expert.tensors.count == expert.tensors.count)
    let read = try LowRankExpert(peft: scratch.url("task"), for: model.configuration)
    #expect(read.shape.routed == routed && read.tensors.keys.sorted() == expert.tensors.keys.sorted())
    for (name, tensor) in expert.tensors { #expect(try tensor.isEqual(to: #require(stored.expert.tensors[name]))) }
  }

  @Test func aDenseBaseHasNone() throws {
    let model = try Goldens.model()
    #expect(throws: ExpertError.self) { try model.newExpert(LowRankShape(rank: 2, alpha: 4, routed: true)) }
  }
}
