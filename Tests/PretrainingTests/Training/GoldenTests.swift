import Foundation
import Records
import TestSupport
import Testing
import Torch

@testable import Decoder
@testable import ModelConfiguration
@testable import Pretraining

/// The trainer beside the PyTorch reference, which was written from docs/pretraining.md (Tests/Goldens/pretraining/README.md).
@Suite struct GoldenTests {
  struct Golden: Decodable {
    struct Capacity: Decodable {
      let factor: Double
      let minimum: Int
      let overflow: RoutingRule.Overflow
    }

    struct Terms: Decodable {
      let task: Double
      let balance: Double
      let z: Double
      let total: Double
      let gradientNorm: Double
    }

    struct Decision: Decodable {
      let choices: [[Int]]
      let assigned: [[Int]]
      let weights: [[Double]]
      let balance: Double
      let z: Double
    }

    let seed: UInt64
    let balance: Double
    let z: Double
    let expertFactor: Double
    let capacity: Capacity?
    let weightDecay: Double
    let clip: Double
    let rates: [Double]
    let batches: [[[[Int]]]]
    let decisions: [[Decision]]
    let steps: [String: [Terms]]

    var rule: RoutingRule {
      RoutingRule(
        capacityFactor: capacity?.factor, minimumCapacity: capacity?.minimum ?? 0,
        overflow: capacity?.overflow ?? .drop, balance: balance, zLoss: z)
    }
  }

  static let cases = [
    "mixture", "mixture-top2", "mixture-drop", "mixture-free", "dense-llama", "dense-qwen3", "dense-qwen2", "untied",
  ]

  private static func folder(_ name: String) -> URL { Goldens.folder.appendingPathComponent("pretraining/\(name)") }

  private static func golden(_ name: String) throws -> Golden {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      Golden.self, from: Data(contentsOf: folder(name).appendingPathComponent("golden.json")))
  }

  private static func difference(_ a: Tensor, _ b: Tensor) throws -> Double {
    try #require(a.shape == b.shape)
    let value = try (a - b).abs().maximum().item()
    return value.isNaN ? .infinity : value
  }

  @Test(arguments: cases)
  func initialValuesAreThoseOfTheSeed(name: String) throws {
    try TorchRuntime.setThreads(1)
    let golden = try Self.golden(name)
    let decoder = try TrainableDecoder(
      DecoderConfiguration(folder: Self.folder(name)), seed: golden.seed, deviation: 0.2)
    let stored = try SafetensorsFile(Self.folder(name).appendingPathComponent("model.safetensors"))
    #expect(Set(stored.names) == Set(decoder.weights.map(\.name)))
    // libtorch draws normal numbers by vector instructions, with roundings of their own: goldens come from a processor with AVX2.
    let hasVectors = ["AVX2", "AVX512"].contains { TorchRuntime.buildDescription.contains("capability usage: \($0)") }
    for weight in decoder.weights {
      let golden = try stored.tensor(weight.name)
      if hasVectors {
        #expect(try weight.tensor.isEqual(to: golden), "\(weight.name)")
      } else {
        let distance = try Self.difference(weight.tensor, golden)
        #expect(distance < 1e-6, "\(weight.name): \(distance)")
      }
    }
  }

  @Test(arguments: cases)
  func gradientsOfTheFirstStep(name: String) throws {
    try TorchRuntime.setThreads(1)
    let golden = try Self.golden(name)
    let decoder = try TrainableDecoder(
      DecoderConfiguration(folder: Self.folder(name)), seed: golden.seed, deviation: 0.2)
    let flat = try FlatParameters(decoder.weights.map { .init(name: $0.name, tensor: $0.tensor) })
    let microBatches = golden.batches[0]
    let targets = microBatches.joined().reduce(0) { $0 + $1.count - 1 }
    for (number, windows) in microBatches.enumerated() {
      let batch = try NextTokenBatch(windows, on: .cpu)
      let pass = RoutingPass(golden.rule, seed: golden.seed, step: 0, microBatch: number, of: microBatches.count)
      _ = try decoder.model.pretrainingPass(
        batch.tokens, targets: batch.targets, scale: 1 / Double(targets), routing: pass)
      guard !golden.decisions.isEmpty else { continue }
      #expect(pass.loads.count == golden.decisions[number].count)
      for (load, decision) in zip(pass.loads, golden.decisions[number]) {
        #expect(abs(load.balance - decision.balance) < 1e-5 && (golden.z == 0 || abs(load.zLoss - decision.z) < 1e-4))
        let nobody = decision.assigned.joined().filter { $0 < 0 }.count
        #expect(abs(load.dropped * Double(decision.assigned.joined().count) - Double(nobody)) < 1e-6)
        let weights = decision.weights.map { $0[0] }
        #expect(abs(load.weight - weights.reduce(0, +) / Double(weights.count)) < 1e-5)
      }
    }
    let stored = try SafetensorsFile(Self.folder(name).appendingPathComponent("golden.safetensors"))
    for (weight, gradient) in try flat.gradientsByName() {
      let distance = try Self.difference(gradient, stored.tensor("gradient.\(weight)"))
      #expect(distance < 5e-6, "\(name) \(weight): \(distance)")
    }
  }

  /// One micro-batch after the other, and side by side.
  @Test(
    arguments: cases.map { ($0, OptimizerKind.adamw, 1) } + [
      ("mixture", .muon, 1), ("mixture", .muon, 2), ("mixture-top2", .adamw, 2), ("dense-llama", .adamw, 4),
    ])
  func tenSteps(name: String, kind: OptimizerKind, threads: Int) throws {
    try TorchRuntime.setThreads(threads)
    defer { try? TorchRuntime.setThreads(1) }
    let golden = try Self.golden(name)
    #expect(PassPool.workers(microBatches: golden.batches[0].count, threads: threads) == min(threads, 2))
    let trainer = try BaseTrainer(
      TrainableDecoder(DecoderConfiguration(folder: Self.folder(name)), seed: golden.seed, deviation: 0.2),
      optimizer: OptimizerOptions(
        kind: kind, weightDecay: golden.weightDecay, gradientClip: golden.clip, routedRateFactor: golden.expertFactor),
      routing: golden.rule, seed: golden.seed)
    let expected = try #require(golden.steps[kind.rawValue])
    for (step, batch) in golden.batches.enumerated() {
      let report = try trainer.advance(microBatches: batch, rate: golden.rates[step], stage: "main")
      let terms = expected[step]
      #expect(abs(report.loss - terms.total) < 3e-5, "\(name) step \(step): \(report.loss), \(terms.total)")
      #expect(abs((report.terms["task"] ?? .nan) - terms.task) < 3e-5)
      #expect(abs(report.gradientNorm - terms.gradientNorm) < 1e-4 * max(1, terms.gradientNorm))
      if !golden.decisions.isEmpty { #expect(abs((report.terms["balance"] ?? .nan) - terms.balance) < 3e-5) }
    }
    let stored = try SafetensorsFile(Self.folder(name).appendingPathComponent("golden.safetensors"))
    for weight in trainer.decoder.weights {
      let distance = try Self.difference(
        weight.tensor.detached(), stored.tensor("\(kind.rawValue).\(weight.name)"))
      #expect(distance < 1e-4, "\(name) \(kind) \(weight.name): \(distance)")
    }
  }

  private struct Routed: Decodable {
    let seed: UInt64
    let step: Int
    let microBatch: Int
    let layer: Int
    let experts: Int
    let active: Int
    let overflow: RoutingRule.Overflow
    let capacity: Int
    let choices: [[Int]]
    let assigned: [[Int]]
  }

  @Test func assignments() throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let all = try decoder.decode(
      [Routed].self, from: Data(contentsOf: Goldens.folder.appendingPathComponent("pretraining/routing.json")))
    #expect(all.count > 3)
    for one in all {
      let assignment = RoutingAssignment(
        choices: Array(one.choices.joined()),
        shape: MoEShape(experts: one.experts, active: one.active, width: 1, renormalizes: one.active > 1),
        capacity: one.capacity, overflow: one.overflow,
        stream: {
          RoutingPass(RoutingRule(), seed: one.seed, step: one.step, microBatch: one.microBatch, of: 1)
            .stream(layer: one.layer)
        })
      #expect(assignment.experts == Array(one.assigned.joined()))
      #expect(assignment.visits.allSatisfy { $0 <= one.capacity })
    }
  }
}
