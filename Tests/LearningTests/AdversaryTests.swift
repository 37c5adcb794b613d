import Decoder
import Experts
import Foundation
import ModelConfiguration
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Does the adversary push each tensor the way its mode says, within its bounds?
@Suite struct AdversaryTests {
  let model: DecoderModel
  let batch: TrainingBatch

  init() throws {
    model = try Goldens.model()
    batch = try TrainingBatch(Goldens.document().batch.examples())
  }

  private func terms(_ method: MoECL) throws -> [LossTerm] {
    let pass = try method.trainingPass(Goldens.task, over: batch.tokens, dropout: DropoutStream(seed: 0))
    _ = try model.hiddenStates(batch.tokens, experts: pass.selection)
    return try pass.terms()
  }

  private func value(_ method: MoECL, _ name: String) throws -> Double {
    try withoutGradients { try #require(try terms(method).first { $0.name == "adversary." + name }).value.item() }
  }

  /// Gradients of one term alone, the task's own loss left out.
  private func gradients(_ method: MoECL, _ name: String) throws -> [String: Tensor] {
    let flat = try FlatParameters(method.begin(Goldens.task))
    let pass = try method.trainingPass(Goldens.task, over: batch.tokens, dropout: DropoutStream(seed: 0))
    let states = try model.tracedStates(batch.tokens, experts: pass.selection, at: batch.positions)
    try #require(try pass.terms().first { $0.name == "adversary." + name }).value.backward()
    _ = try states.backwardPass.backward(Tensor.zeros(states.value.shape), toInput: false)
    return try flat.gradientsByName()
  }

  /// The value after a small descent on the tensors whose names start with `prefix`, the others held.
  private func stepped(
    _ method: MoECL, _ gradients: [String: Tensor], _ prefix: String, _ term: String
  ) throws -> Double {
    try withoutGradients {
      for (name, gradient) in gradients where name.hasPrefix(prefix) {
        try #require(method.tensors[name]).addInPlace(gradient, times: -0.05)
      }
      let result = try value(method, term)
      for (name, gradient) in gradients where name.hasPrefix(prefix) {
        try #require(method.tensors[name]).addInPlace(gradient, times: 0.05)
      }
      return result
    }
  }

  /// Acceptance test (iii).
  @Test func paperLowersForTheDiscriminatorAndRaisesForTheRest() throws {
    let method = try Goldens.moeCL(model, .paper)
    let gradients = try gradients(method, "gan")
    let before = try value(method, "gan")
    #expect(try stepped(method, gradients, "discriminators", "gan") < before - 1e-5)
    #expect(try stepped(method, gradients, "shared", "gan") > before + 1e-5)
    // The released code pushes the task's expert and the gate of the layer below, too.
    #expect(try stepped(method, gradients, "tasks.task1.layers.0", "gan") > before)
    #expect(try stepped(method, gradients, "gates.0", "gan") > before)
    #expect(try abs(value(method, "gan") - before) < 1e-5)
  }

  @Test func isolatedMovesTheDiscriminatorByItsOwnTermOnly() throws {
    let method = try Goldens.moeCL(model, .isolated)
    let gradients = try gradients(method, "discriminator")
    for (name, gradient) in gradients {
      #expect(try (gradient.norm().item() > 1e-4) == name.hasPrefix("discriminators"), "\(name)")
    }
    let before = try value(method, "discriminator")
    #expect(try stepped(method, gradients, "discriminators", "discriminator") < before - 1e-5)
  }

  @Test func isolatedConfusionMovesTheSharedExpertAlone() throws {
    let method = try Goldens.moeCL(model, .isolated)
    let gradients = try gradients(method, "confusion")
    for (name, gradient) in gradients {
      let norm = try gradient.norm().item()
      #expect(name.hasPrefix("shared") ? norm > 1e-6 : norm == 0, "\(name): \(norm)")
    }
    let before = try value(method, "confusion")
    #expect(try stepped(method, gradients, "shared", "confusion") < before - 1e-5)
  }

  @Test func reversalKeepsTheValueAndTurnsTheGradient() throws {
    let x = try Tensor([0.1, -3.3, 1e-30, 7e8] as [Float])
    try x.requireGradient()
    let reversed = try x.gradientReversed()
    #expect(try reversed.isEqual(to: x))
    try (reversed * Tensor([1, 2, 3, 4] as [Float])).sum().backward()
    #expect(try x.gradient?.floats() == [-1, -2, -3, -4])
  }

  @Test func offAndASingleTaskHaveNoTerm() throws {
    #expect(try terms(Goldens.moeCL(model, .off)).isEmpty)
    for mode in [AdversaryMode.paper, .isolated, .off] {
      let method = try MoECL(Goldens.context(model, mode))
      let first = TaskIdentity(name: "first", index: 0)
      let trained = try method.begin(first).map(\.name)
      #expect(!trained.contains { $0.hasPrefix("discriminators") })
      let pass = try method.trainingPass(first, over: batch.tokens, dropout: DropoutStream(seed: 0))
      _ = try model.hiddenStates(batch.tokens, experts: pass.selection)
      #expect(try pass.terms().isEmpty)
    }
  }

  /// The bounds hold where the discriminator is as sure as it can be, rightly and wrongly, for any number of tasks.
  @Test(arguments: [-1e6, -1, 1, 1e6])
  func boundsHoldForAnyDiscriminator(scale: Double) throws {
    for mode in [AdversaryMode.paper, .isolated] {
      let method = try MoECL(Goldens.context(model, mode))
      for index in 0..<7 {
        let task = TaskIdentity(name: "t\(index)", index: index)
        _ = try method.begin(task)
        guard index > 0 else { continue }
        let rows = try method.tensors.filter { $0.key.hasPrefix("discriminators") }.mapValues { ($0, try $0.cloned()) }
        for (tensor, _) in rows.values { try tensor.multiplyInPlace(by: scale) }
        // Row by row, so that the right and the wrong answers of a sure discriminator both come up.
        for (row, example) in try Goldens.document().batch.examples().enumerated() {
          let one = try TrainingBatch([example])
          let pass = try method.trainingPass(task, over: one.tokens, dropout: DropoutStream(seed: 0))
          _ = try model.hiddenStates(one.tokens, experts: pass.selection)
          for term in try pass.terms() {
            let value = try term.value.item()
            #expect(term.bound.contains(value), "row \(row), \(index + 1) tasks: \(term.name) is \(value)")
            #expect(term.weight == 0.1)
          }
        }
        for (tensor, copy) in rows.values { try tensor.copyInPlace(from: copy) }
      }
    }
  }

  @Test func boundsAreThoseOfTheFormulas() throws {
    let paper = try terms(Goldens.moeCL(model, .paper))
    #expect(paper.map(\.name) == ["adversary.gan"])
    // K = 3: log(e + 2) and one less.
    #expect(abs(paper[0].bound.upperBound - 1.551_444_7) < 1e-4)
    #expect(abs(paper[0].bound.lowerBound - 0.551_444_7) < 1e-4)
    let isolated = try terms(Goldens.moeCL(model, .isolated))
    #expect(isolated.map(\.name) == ["adversary.discriminator", "adversary.confusion"])
    // log(1 + 2 e¹⁶) ≤ 16 + log 3.
    #expect(isolated[0].bound.upperBound >= log(1 + 2 * exp(16)))
    #expect(isolated[0].bound.upperBound < 17.2 && isolated[1].bound.upperBound == 16)
  }

  @Test func discriminatorsGrowAndKeepTheirRows() throws {
    let method = try MoECL(Goldens.context(model, .isolated))
    var before: [[Float]] = [[], []]
    for index in 0..<4 {
      _ = try method.begin(TaskIdentity(name: "t\(index)", index: index))
      for layer in 0..<2 {
        let rows = try #require(method.tensors["discriminators.\(layer)"])
        #expect(rows.shape == [index + 1, 32])
        let values = try rows.floats()
        #expect(Array(values.prefix(before[layer].count)) == before[layer])
        let new = values.suffix(32)
        #expect(Set(new).count > 20 && new.allSatisfy { abs($0) < 0.12 })
        before[layer] = values
      }
      // Beginning the same task again, as a resumed run does, adds nothing.
      _ = try method.begin(TaskIdentity(name: "t\(index)", index: index))
      #expect(try method.tensors["discriminators.0"]?.floats() == before[0])
    }
    #expect(before[0] != before[1])
  }

  @Test(arguments: [0, -0.1, 1.01, .nan, .infinity])
  func weightsAreChecked(weight: Double) {
    #expect(throws: LearningError.self) {
      try MethodCatalog.check(MoECL.name, options: ["adversary-weight": .number(weight)])
    }
  }
}
