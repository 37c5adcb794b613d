import Decoder
import Experts
import Foundation
import ModelConfiguration
import Records
import Testing
import Torch

@testable import Learning

/// Does every method learn with experts on a MoE block's routed experts, and keep what it learned?
@Suite struct RoutedMethodTests {
  private func context(_ model: DecoderModel) throws -> MethodContext {
    MethodContext(
      base: model.configuration, device: .cpu, shape: try LowRankShape(rank: 4, alpha: 8, dropout: 0.1, routed: true),
      seed: 3)
  }

  @Test(arguments: MethodCatalog.names.filter { $0 != MoECL.name }, ["families/hunyuan-moe", "families/qwen3-moe"])
  func twoTasks(name: String, base: String) throws {
    let model = try DecoderModel(folder: Goldens.folder.appendingPathComponent(base))
    let method = try MethodCatalog.make(name, context(model))
    let tasks = TinyTasks.identities.prefix(2)
    var first: [String: Tensor] = [:]
    for task in tasks {
      let examples = Array(TinyTasks.examples(task).prefix(6))
      try run(TinyTasks.training(task, model, method, options: options(), examples: examples))
      if task.index == 0 { first = try method.ownedTensors(of: task).mapValues { try $0.cloned() } }
    }
    for (name, tensor) in try method.ownedTensors(of: TinyTasks.identities[0]) {
      #expect(try first[name]?.isEqual(to: tensor) == true, "\(name)")
    }
    let selection = try #require(try method.selection(for: TinyTasks.identities[1]) as? LowRankSelection)
    let moved = try selection.expert.positions.filter { $0.side == .b && $0.site.expert != nil }.filter {
      try selection.expert.factor(at: $0).converted(to: .float32).abs().maximum().item() > 0
    }
    #expect(!moved.isEmpty, "\(name): no routed expert was trained")
  }

  /// Its gate weighs two passes through one block; a token visits several routed ones.
  @Test func moeCLSaysThatItCannot() throws {
    let model = try DecoderModel(folder: Goldens.folder.appendingPathComponent("families/hunyuan-moe"))
    #expect(throws: LearningError.self) { try MethodCatalog.make(MoECL.name, context(model)) }
  }
}
