import Decoder
import Experts
import Foundation
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Are modules weighted by the nearness of tasks, and are those weights learned and kept?
@Suite struct MoCLTests {
  let model: DecoderModel
  private let first = TinyTasks.identities[0]
  private let second = TinyTasks.identities[1]

  init() throws { model = try Goldens.model() }

  private func method(_ options: [String: HyperparameterValue] = [:]) throws -> MoCL {
    MoCL(try TinyTasks.context(model, dropout: 0, options: options))
  }

  private func learned(_ values: [String: HyperparameterValue] = [:]) throws -> MoCL {
    let method = try method(values)
    try run(TinyTasks.training(first, model, method, options: options(epochs: 2)))
    return method
  }

  /// cos((2, 0), (3, 4)) = 0.6 and cos((2, 0), (0, 5)) = 0; softmax(0.6 / τ, 0).
  @Test func weights() throws {
    let (embedding, vectors) = (try Tensor([2.0, 0]), try Tensor([3.0, 4, 0, 5], shape: [2, 2]))
    #expect(try zip(MoCL.cosines(embedding, vectors).floats(), [0.6, 0]).allSatisfy { abs($0 - $1) < 1e-6 })
    for temperature in [1, 0.125] {
      let share = Float(1 / (1 + exp(-0.6 / temperature)))
      let weights = try MoCL.weights(embedding, vectors, temperature: temperature).floats()
      #expect(abs(weights[0] - share) < 1e-6 && abs(weights[1] - (1 - share)) < 1e-6)
    }
  }

  /// 1 − 0.6 = 0.4; by v it is −(e / |v||e| − cos · v / |v|²) = −(1/5 − 0.6 · 3/25, −0.6 · 4/25).
  @Test func matching() throws {
    let (embedding, vector) = (try Tensor([2.0, 0]), try Tensor([3.0, 4]))
    try vector.requireGradient()
    let term = try MoCL.mismatch(embedding, vector)
    #expect(try abs(term.item() - 0.4) < 1e-6)
    try term.backward()
    let gradient = try #require(vector.gradient).floats()
    #expect(abs(gradient[0] + 0.128) < 1e-6 && abs(gradient[1] - 0.096) < 1e-6)
  }

  /// The mean over rows of the mean embedding of a row's tokens.
  @Test func theEmbeddingIsThatOfTheTexts() throws {
    let method = try learned()
    let table = try model.embedding.dequantized()
    let rows = try TinyTasks.examples(first).map { try Tensor($0.promptIds).embedded(in: table).mean(0) }
    let mean = try Tensor.stacked(rows).mean(0)
    #expect(try relativeDistance(#require(method.parts[first]).embedding, mean) < 1e-5)
  }

  /// Outputs of the served expert are those of Σ α_k B_k A_k, with weights that add up to one.
  @Test func theWeightedSumServes() throws {
    let method = try learned(["temperature": 1])
    try run(TinyTasks.training(second, model, method, options: options()))
    let parts = try [first, second].map { try #require(method.parts[$0]) }
    let weights = try MoCL.weights(
      parts[1].embedding, Tensor.stacked(parts.map(\.vector)), temperature: 1
    ).floats()
    #expect(abs(weights[0] + weights[1] - 1) < 1e-6 && weights.allSatisfy { $0 > 0.05 })
    let kept = try #require(try method.ownedExpert(of: second))
    // The sum is rounded as it is written: 8 bits of each number of the weighted B.
    #expect(kept.isRounded && parts.allSatisfy { $0.module.isRounded })
    let served = try kept.widened()
    for position in parts[0].module.positions where position.side == .a {
      let other = FactorPosition(layer: position.layer, projection: position.projection, side: .b)
      func product(_ expert: LowRankExpert) throws -> Tensor {
        let wide = try expert.widened()
        return try wide.factor(at: other).matmul(wide.factor(at: position))
      }
      let sum = try product(parts[0].module) * Double(weights[0]) + product(parts[1].module) * Double(weights[1])
      #expect(try relativeDistance(product(served), sum) < 4e-3)
    }
  }

  /// The task's own loss, with the vector moved along its gradient by a little, changes as the gradient says.
  @Test func theTaskLossReachesTheVector() throws {
    let method = try learned(["temperature": 1])
    let probe = TaskProbe(second, examples: TinyTasks.examples(second), model: model, seed: 3)
    let flat = try FlatParameters(method.begin(second, on: probe))
    try withoutGradients {
      let noise = try Tensor(uninitialized: [flat.count])
      try Generator(seed: 2).fillNormal(noise, deviation: 0.2)
      try flat.values.addInPlace(noise)
    }
    let part = try #require(method.parts[second])
    var gradient = try Tensor.zeros([1])
    func pass(_ batch: TokenBatch) throws -> TrainingPass {
      try method.trainingPass(second, over: batch, dropout: DropoutStream(seed: 0))
    }
    try probe.gradients(
      of: pass, in: flat.parameters.map(\.tensor), rows: 12, batch: 12
    ) { gradient = try #require(part.vector.gradient).cloned() }
    let length = try gradient.norm().item()
    #expect(length > 1e-4)
    func loss(_ step: Double) throws -> Double {
      try withoutGradients {
        try part.vector.addInPlace(gradient, times: step / length)
        defer { try? part.vector.addInPlace(gradient, times: -step / length) }
        return try probe.loss(under: method.selection(for: second), rows: 12)
      }
    }
    let slope = try (loss(0.02) - loss(-0.02)) / 0.04
    #expect(abs(slope - length) < 0.05 * length, "\(slope), not \(length)")
  }

  /// The vector comes near the embedding, and what belongs to earlier tasks stays.
  @Test func vectorsLearnAndAreFrozen() throws {
    let method = try learned()
    let before = try digests(method.ownedTensors(of: first))
    let reports = try run(TinyTasks.training(second, model, method, options: options(epochs: 10)))
    #expect(try digests(method.ownedTensors(of: first)) == before)
    let terms = try reports.map { try #require($0.terms["matching"]) }
    #expect(terms[0] > 0.5 && terms[terms.count - 1] < 0.2 * terms[0])
    #expect(reports.allSatisfy { $0.terms.keys.sorted() == ["matching", "task"] })
  }

  @Test func aTaskWithoutRowsHasNoEmbedding() throws {
    let probe = TaskProbe(first, examples: [], model: model, seed: 3)
    #expect(throws: LearningError.self) { try method().begin(first, on: probe) }
  }
}
