import Decoder
import Experts
import Foundation
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Is the adversary `released` what MoE-CL's released code computes, from the first task on and with a fixed number of tasks?
/// (`Scripts/reference/released.py`)
@Suite struct ReleasedAdversaryTests {
  private struct Document: Decodable {
    let tasks: Int
    let task: Int
    let weight: Double
    let sft: Double
    let gan: Double
  }

  let model: DecoderModel
  private let first = Goldens.tasks[0]

  init() throws { model = try Goldens.model() }

  private func context(tasks: Int?) throws -> MethodContext {
    MethodContext(
      base: model.configuration, device: .cpu, shape: try LowRankShape(rank: 4, alpha: 8, dropout: 0), seed: 0,
      tasks: tasks, options: ["adversary": "released", "adversary-weight": 0.1])
  }

  /// With the first task alone, and a discriminator of three rows.
  private func method() throws -> MoECL {
    let method = try MoECL(context(tasks: 3))
    try method.restore(
      tasks: [first],
      tensors: Goldens.values { name in
        ["shared.", "tasks.task0.", "gates.", "discriminators."].contains(where: name.hasPrefix)
      })
    return method
  }

  @Test func termsAndGradientsOfTheFirstTask() throws {
    let file = try SafetensorsFile(Goldens.folder.appendingPathComponent("released.safetensors"))
    let document = try JSONDecoder().decode(
      Document.self, from: Data(contentsOf: Goldens.folder.appendingPathComponent("released.json")))
    #expect(document.tasks == 3 && document.task == 0 && document.weight == 0.1)
    let material = TaskTraining.Material(
      task: first, examples: try Goldens.document().batch.examples(), labels: 5, plan: { _ in [[0, 1, 2, 3]] })
    let training = try TaskTraining(
      material, model: model, method: method(), heads: nil, options: options(clip: 0), seed: 0)
    let report = try #require(try training.step())
    #expect(report.terms.keys.sorted() == ["adversary.gan", "task"])
    #expect(try abs(#require(report.terms["task"]) - document.sft) < 2e-5)
    #expect(try abs(#require(report.terms["adversary.gan"]) - document.gan) < 2e-5)
    let gradients = try training.parameters.gradientsByName()
    #expect(gradients.count == file.names.count)
    for name in file.names {
      let ours = Goldens.ourName(String(name.dropFirst("grad.".count)))
      let distance = try relativeDistance(#require(gradients[ours], "\(ours)"), file.tensor(name))
      #expect(distance < 1e-4, "\(ours) differs by \(distance) of its norm")
    }
  }

  /// As many rows as the run has tasks, before the first step, and no more when the others arrive; `paper` begins with none.
  @Test func discriminatorsHaveAllRowsFromTheStart() throws {
    let method = try MoECL(context(tasks: 3))
    var before: [Float] = []
    for task in TinyTasks.identities {
      let trained = try method.begin(task).map(\.name)
      #expect(trained.contains("discriminators.0") && trained.contains("discriminators.1"))
      let rows = try #require(method.tensors["discriminators.1"])
      #expect(rows.shape == [3, 32])
      if !before.isEmpty { #expect(try rows.floats() == before) }
      before = try rows.floats()
    }
    // The rows are those that `paper` draws as tasks arrive.
    let paper = try MoECL(TinyTasks.context(model, mode: .paper, seed: 0))
    for task in TinyTasks.identities { _ = try paper.begin(task) }
    #expect(try paper.tensors["discriminators.1"]?.floats() == before)
  }

  @Test func theNumberOfTasksMustBeKnown() throws {
    for tasks in [nil, 1, 0] {
      let error = #expect(throws: LearningError.self) { try MoECL(context(tasks: tasks)) }
      #expect(error?.description.contains("two or more tasks") == true)
    }
    // A state of another number of tasks is refused.
    let stored = try method().tensors
    #expect(throws: ExpertError.self) { try MoECL(context(tasks: 4)).restore(tasks: [first], tensors: stored) }
    #expect(throws: Never.self) { try MoECL(context(tasks: 3)).restore(tasks: [first], tensors: stored) }
  }
}
