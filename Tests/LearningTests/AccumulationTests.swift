import Decoder
import Experts
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Are k micro-batches one large batch?
@Suite struct AccumulationTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let method: String
    let mode: AdversaryMode
    let hasHead: Bool
    var testDescription: String { "\(method), \(mode), \(hasHead ? "head" : "label")" }
  }

  /// One step over twelve examples of unequal lengths; its report and gradients, before clipping.
  private func step(_ of: Case, batches: [[Int]], accumulation: Int) throws -> (StepReport, Tensor) {
    let model = try Goldens.model()
    let method = try TinyTasks.method(of.method, model, mode: of.mode, dropout: 0)
    // A discriminator needs two tasks.
    _ = try method.begin(TinyTasks.identities[0])
    let training = try TinyTasks.training(
      TinyTasks.identities[1], model, method, heads: of.hasHead ? TaskHeads(TinyTasks.context(model)) : nil,
      options: options(accumulation: accumulation, clip: 0), plan: { _ in batches })
    // Values at which everything has a gradient.
    let values = training.parameters.values
    try withoutGradients {
      let noise = try Tensor(uninitialized: [values.count])
      try Generator(seed: 2).fillNormal(noise, deviation: 0.1)
      try values.addInPlace(noise)
    }
    let report = try #require(try training.step())
    #expect(training.isDone)
    return (report, try training.parameters.gradients.cloned())
  }

  @Test(arguments: [
    Case(method: "sequential", mode: .off, hasHead: false), Case(method: "sequential", mode: .off, hasHead: true),
    Case(method: "moe-cl", mode: .paper, hasHead: false), Case(method: "moe-cl", mode: .isolated, hasHead: false),
    Case(method: "moe-cl", mode: .isolated, hasHead: true),
  ])
  func equalOneLargeBatch(of: Case) throws {
    let (whole, gradients) = try step(of, batches: [Array(0..<12)], accumulation: 1)
    for batches in [[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[7], [1, 3, 5, 0, 2, 4], [11, 10, 9, 8, 6]]] {
      let (report, parts) = try step(of, batches: batches, accumulation: 3)
      let distance = try relativeDistance(parts, gradients)
      // Rounding alone: 1.02e-6 where there is no AVX-512, less where there is.
      #expect(distance < 2e-6, "\(distance)")
      #expect(report.terms.keys.sorted() == whole.terms.keys.sorted())
      for (name, value) in report.terms { #expect(try abs(value - #require(whole.terms[name])) < 1e-6, "\(name)") }
      #expect(abs(report.loss - whole.loss) < 1e-6 && report.tokens == whole.tokens)
      #expect(abs(report.gradientNorm - whole.gradientNorm) < 1e-6 * whole.gradientNorm)
    }
  }

  /// An epoch whose batches do not divide by k ends with a smaller step.
  @Test func theRestOfAnEpochIsAStep() throws {
    let model = try Goldens.model()
    let training = try TinyTasks.training(
      TinyTasks.identities[0], model, TinyTasks.method("sequential", model),
      options: options(batch: 4, accumulation: 2, epochs: 2))
    #expect(training.totalSteps == 4)
    let reports = try run(training)
    #expect(reports.map(\.epoch) == [0, 0, 1, 1] && reports.map(\.step) == [1, 2, 3, 4])
    #expect(reports.allSatisfy { $0.totalSteps == 4 })
    let tokens = TinyTasks.examples(TinyTasks.identities[0]).reduce(0) { $0 + $1.tokenCount }
    #expect(reports[0].tokens + reports[1].tokens == tokens)
  }
}
