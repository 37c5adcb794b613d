import Decoder
import Experts
import Foundation
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Is the LoRA held to what it said before, as the formula says?
@Suite struct LwFTests {
  let model: DecoderModel
  private let first = TinyTasks.identities[0]
  private let second = TinyTasks.identities[1]

  init() throws { model = try Goldens.model() }

  private func learned(_ options: [String: HyperparameterValue] = [:]) throws -> LwF {
    let method = try LwF(TinyTasks.context(model, dropout: 0, options: options))
    try run(TinyTasks.training(first, model, method, options: self.options(epochs: 3)))
    return method
  }

  private func options(rate: Double = 0.02, batch: Int = 4, epochs: Int = 1) -> TrainingOptions {
    var options = LearningTests.options(rate: rate, batch: batch, epochs: epochs)
    options.gradientClip = 0
    return options
  }

  /// With T = 2, (0, 2 ln 3) says (¼, ¾) and (0, 0) says (½, ½): 4 (¼ ln ½ + ¾ ln 3⁄2) = 0.523248, and by the new logits
  /// T (½ − ¼, ½ − ¾) = (½, −½).
  @Test func theDistillation() throws {
    let new = try Tensor([0.0, 0.0], shape: [1, 2])
    try new.requireGradient()
    let value = try LwF.distillation(new, from: Tensor([0.0, 2 * log(3.0)], shape: [1, 2]), temperature: 2)
    #expect(try abs(value.item() - 0.523248) < 1e-6)
    try value.backward()
    let gradient = try #require(new.gradient).floats()
    #expect(abs(gradient[0] - 0.5) < 1e-6 && abs(gradient[1] + 0.5) < 1e-6)
  }

  /// The gradient of a step against differences of L = L_task + λ L_distillation, which is computed here by passes that trace nothing.
  @Test(arguments: [false, true]) func theGradientOfAStep(hasHead: Bool) throws {
    let method = try learned(["lambda": 3, "temperature": 1.5])
    let heads = hasHead ? TaskHeads(try TinyTasks.context(model)) : nil
    let rows = TinyTasks.examples(second)
    let training = try TinyTasks.training(
      second, model, method, heads: heads, options: options(rate: 1e-9, batch: 12))
    // Away from what it was: else the distillation is at its least, and has no gradient.
    try withoutGradients {
      let noise = try Tensor(uninitialized: [training.parameters.count])
      try Generator(seed: 2).fillNormal(noise, deviation: 0.05)
      try training.parameters.values.addInPlace(noise)
    }
    let earlier = try #require(method.earlier)
    let head = try heads?.head(of: second.name, labels: 3)
    let batch = try TrainingBatch(rows)
    func loss() throws -> Double {
      try withoutGradients {
        let positions = hasHead ? batch.promptEnds : batch.positions
        func states(_ expert: LowRankExpert) throws -> Tensor {
          try model.packedStates(batch.tokens, experts: LowRankSelection(expert), at: positions)
        }
        let now = try states(method.expert)
        let task =
          try head.map { try now.linear($0).crossEntropySum(batch.labels).item() / Double(batch.tokens.sequenceCount) }
          ?? model.answerLoss(now, targets: batch.targets).sum.value() / Double(batch.targetCount)
        let held = try LwF.distillation(model.logits(now), from: model.logits(states(earlier)), temperature: 1.5)
        return try task + 3 * held.item()
      }
    }
    let start = try training.parameters.values.cloned()
    let direction = try Tensor(uninitialized: [training.parameters.count])
    try Generator(seed: 5).fillNormal(direction, deviation: 1)
    func moved(_ step: Double) throws -> Double {
      try withoutGradients { try training.parameters.values.copyInPlace(from: start + direction * step) }
      return try loss()
    }
    let step = 2e-3
    let slope = try (moved(step) - moved(-step)) / (2 * step)
    _ = try moved(0)
    _ = try training.step()
    let expected = try (training.parameters.gradients * direction).sum().item()
    #expect(abs(slope - expected) < 0.01 * abs(expected) + 1e-3, "difference \(slope), gradient \(expected)")
  }

  @Test func theTermComesWithTheSecondTask() throws {
    let method = try LwF(TinyTasks.context(model, dropout: 0))
    for report in try run(TinyTasks.training(first, model, method, options: options(epochs: 2))) {
      #expect(report.terms.keys.sorted() == ["task"])
    }
    let training = try TinyTasks.training(second, model, method, options: options(epochs: 2))
    let before = try digests(#require(method.earlier).tensors)
    var reports: [StepReport] = []
    while let report = try training.step() { reports.append(report) }
    #expect(try abs(#require(reports.first?.terms["distillation"])) < 1e-6)
    for report in reports.dropFirst() {
      let (task, held) = try (#require(report.terms["task"]), #require(report.terms["distillation"]))
      #expect(held > 0 && abs(report.loss - (task + held)) < 1e-9)
    }
    #expect(try digests(#require(method.earlier).tensors) == before)
    try training.finish()
    #expect(method.earlier == nil)
  }

  /// The earlier LoRA is part of the state while a task is learned, and only then.
  @Test func aStateInTheMiddleOfATask() throws {
    let method = try learned()
    let training = try TinyTasks.training(second, model, method, options: options())
    _ = try training.step()
    let other = try LwF(TinyTasks.context(model, dropout: 0, seed: 9))
    try other.restore(tasks: [first, second], tensors: method.tensors.mapValues { try $0.cloned() })
    #expect(try digests(other.tensors) == digests(method.tensors) && other.earlier != nil)
    // Beginning it again makes nothing new.
    _ = try other.begin(second)
    #expect(try digests(#require(other.earlier).tensors) == digests(#require(method.earlier).tensors))
    let half = method.tensors.filter { !$0.key.hasPrefix("earlier") || $0.key.hasSuffix("A") }
    expectStateRefused { try LwF(TinyTasks.context(model)).restore(tasks: [first, second], tensors: half) }
  }

  @Test func aStrongerLambdaHoldsMore() throws {
    let moved = try [1e-6, 1e3].map { strength in
      let method = try learned(["lambda": .number(strength)])
      let batch = try TrainingBatch(TinyTasks.examples(second))
      func logits() throws -> Tensor {
        try withoutGradients {
          try model.logits(
            model.packedStates(batch.tokens, experts: LowRankSelection(method.expert), at: batch.positions))
        }
      }
      let before = try logits()
      try run(TinyTasks.training(second, model, method, options: options(epochs: 4)))
      return try LwF.distillation(logits(), from: before, temperature: 2).item()
    }
    #expect(moved[1] > 0 && moved[1] < 0.1 * moved[0], "\(moved)")
  }
}
