import Decoder
import ModelConfiguration
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Do ten optimizer steps end where the reference ends?
@Suite struct GoldenStepTests {
  @Test(arguments: ["paper", "isolated", "lora"])
  func tenSteps(name: String) throws {
    let model = try Goldens.model()
    let steps = try Goldens.document().steps
    let method = try Goldens.method(name, model)
    let material = TaskTraining.Material(
      task: Goldens.task, examples: steps.batches.flatMap { $0.examples() }, labels: 5,
      plan: { _ in (0..<10).map { batch in (0..<4).map { 4 * batch + $0 } } })
    let training = try TaskTraining(
      material, model: model, method: method, heads: nil,
      options: options(rate: steps.rate, clip: steps.clip, decay: steps.weightDecay), seed: 0)
    #expect(training.totalSteps == 10)
    var reports: [StepReport] = []
    while let report = try training.step() { reports.append(report) }

    for (report, golden) in try paired(reports, steps.terms(name)) {
      #expect(report.terms.count == golden.count - 2)
      for (term, value) in report.terms {
        let expected = try #require(golden[LearningDocument.goldenName(term)])
        #expect(abs(value - expected) < 1e-4, "step \(report.step): \(term) is \(value), not \(expected)")
      }
      let norm = try #require(golden["gradient_norm"])
      #expect(abs(report.gradientNorm / norm - 1) < 1e-4, "step \(report.step): gradient norm")
    }
    let trained = try Goldens.renamed("trained." + name)
    #expect(trained.count == (name == "lora" ? 12 : 28))
    for (name, golden) in trained {
      let got = try #require(method.tensors[Goldens.asSequential(name)])
      #expect(try (got - golden).abs().maximum().item() < 2e-5, "\(name)")
    }
    // Then the task ends, and what is its own is rounded to bfloat16: nothing else becomes of it.
    let before = try method.tensors.mapValues { try $0.detached().cloned() }
    try training.finish()
    for (name, tensor) in method.tensors {
      let isOwn = name.hasPrefix("tasks.task1.")
      let expected = try #require(before[name]).converted(to: isOwn ? .bfloat16 : .float32)
      #expect(try tensor.dtype == expected.dtype && tensor.digest() == expected.digest(), "\(name)")
    }
    // What task 1 does not train is as it was.
    let untouched = try Goldens.values { name == "lora" ? false : $0.hasPrefix("tasks.task0") }
    for (name, value) in untouched { #expect(try method.tensors[name]?.digest() == value.digest()) }
  }
}
