import Decoder
import Experts
import Foundation
import ModelConfiguration
import Records
import Testing
import Torch

@testable import Learning

/// Does every method learn on bases whose layers are unlike Llama's, and keep what it learned?
@Suite struct FamilyMethodTests {
  private static let cases = ["families/gemma3", "families/qwen3-moe"].flatMap { base in
    MethodCatalog.names.map { (base, $0) }
  }

  /// Gemma's four norms, windows and GELU; a MoE model of which one layer in three has a dense block, with experts on that and on attention.
  @Test(arguments: cases) func twoTasks(base: String, name: String) throws {
    let model = try DecoderModel(folder: Goldens.folder.appendingPathComponent(base))
    // MoE-CL's gate weighs feed-forward passes alone.
    let projections: [Projection] = name == MoECL.name ? [.gate, .up, .down] : Projection.allCases
    let shape = try LowRankShape(rank: 4, alpha: 8, dropout: 0.1, projections: projections)
    let context = MethodContext(base: model.configuration, device: .cpu, shape: shape, seed: 3)
    if name == MoECL.name, model.configuration.moe != nil {
      // A gate in each layer has to have something to weigh.
      #expect(throws: LearningError.self) { try MethodCatalog.make(name, context) }
      return
    }
    let method = try MethodCatalog.make(name, context)
    var first: [String: Tensor] = [:]
    for task in TinyTasks.identities.prefix(2) {
      let examples = Array(TinyTasks.examples(task).prefix(6))
      try run(TinyTasks.training(task, model, method, options: options(), examples: examples))
      if task.index == 0 { first = try method.ownedTensors(of: task).mapValues { try $0.cloned() } }
    }
    for (name, tensor) in try method.ownedTensors(of: TinyTasks.identities[0]) {
      #expect(try first[name]?.isEqual(to: tensor) == true, "\(name)")
    }
    // What was learned does something, and nothing of it is infinite.
    let batch = try TokenBatch([[55, 60, 5]])
    let served = try model.packedStates(batch, experts: method.selection(for: TinyTasks.identities[1]))
    let distance = try (served + model.packedStates(batch) * -1).abs().maximum().item()
    #expect(distance > 1e-6 && distance.isFinite, "\(distance)")
  }

  /// Without a block that all tokens go through, there is nothing for the adversary of `accrete` to read.
  @Test func accreteOnRoutedExpertsAlone() throws {
    var configuration = try DecoderModel(folder: Goldens.folder.appendingPathComponent("families/qwen3-moe"))
      .configuration
    configuration.denseLayers = nil
    func method(_ options: [String: HyperparameterValue]) throws -> any ContinualMethod {
      try MethodCatalog.make(
        Accrete.name,
        MethodContext(
          base: configuration, device: .cpu, shape: LowRankShape(rank: 4, alpha: 8, dropout: 0, routed: true), seed: 3,
          options: options))
    }
    #expect { try method([:]) } throws: { "\($0)".contains("adversary") }
    _ = try method([Accrete.adversaryWeight.name: 0])
  }
}
