import Decoder
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Are the loss terms and the gradients of one batch those of the reference?
@Suite struct GoldenGradientTests {
  let model: DecoderModel

  init() throws { model = try Goldens.model() }

  /// One step of the trainer over the golden's batch, without clipping: its gradients stay.
  private func step(
    _ method: any ContinualMethod, heads: TaskHeads? = nil, labels: [Int]? = nil
  ) throws -> (report: StepReport, gradients: [String: Tensor]) {
    let material = TaskTraining.Material(
      task: Goldens.task, examples: try Goldens.document().batch.examples(labels: labels), labels: 5,
      plan: { _ in [[0, 1, 2, 3]] })
    let training = try TaskTraining(
      material, model: model, method: method, heads: heads, options: options(clip: 0), seed: 0)
    let report = try #require(try training.step())
    return (report, try training.parameters.gradientsByName())
  }

  private func expect(_ gradients: [String: Tensor], equal goldens: [String: Tensor]) throws {
    #expect(gradients.keys.sorted() == goldens.keys.sorted())
    for (name, golden) in goldens {
      let distance = try relativeDistance(#require(gradients[name]), golden)
      #expect(distance < 1e-4, "\(name) differs by \(distance) of its norm")
    }
  }

  @Test(arguments: ["paper", "isolated", "off", "lora"])
  func lossTermsAndGradients(name: String) throws {
    let (report, gradients) = try step(Goldens.method(name, model))
    let golden = try #require(try Goldens.document().losses[name])
    for (term, value) in report.terms {
      let expected = try #require(golden[LearningDocument.goldenName(term)], "\(term)")
      #expect(abs(value - expected) < 2e-5, "\(term) is \(value), not \(expected)")
    }
    #expect(report.terms.count == golden.count - 1)
    let goldens = try Goldens.renamed("grad." + name)
    try expect(
      gradients, equal: Dictionary(uniqueKeysWithValues: goldens.map { (Goldens.asSequential($0.key), $0.value) }))
  }

  /// The value of the paper's term is +L_GAN; its sign is in the reversed gradient.
  @Test func theReportedLossIsTheWeightedSum() throws {
    let paper = try step(Goldens.moeCL(model, .paper)).report
    let isolated = try step(Goldens.moeCL(model, .isolated)).report
    #expect(abs(paper.loss - (5.850_179_195 + 0.1 * 1.093_243_718)) < 2e-5)
    #expect(abs(isolated.loss - 6.044_034_004) < 2e-5)
  }

  @Test func trainedHead() throws {
    let head = try Goldens.document().head
    let heads = TaskHeads(try Goldens.context(model))
    let rest = try heads.restore(Goldens.values { $0.hasPrefix("heads.") })
    #expect(rest.isEmpty)
    let (report, gradients) = try step(Goldens.moeCL(model, .off), heads: heads, labels: head.labels)
    #expect(try abs(#require(report.terms["task"]) - head.loss) < 2e-5)
    try expect(gradients, equal: Goldens.renamed("grad.head"))
  }

  @Test func headLogits() throws {
    let document = try Goldens.document()
    let head = try #require(try Goldens.values { $0.hasPrefix("heads.") }.values.first)
    let predictions = try Evaluator(model).predictions(
      document.batch.examples(labels: document.head.labels), labels: [], head: head,
      experts: Goldens.moeCL(model, .off).selection(for: Goldens.task))
    let golden = try Goldens.tensors().tensor("head.logits").floats()
    #expect(predictions.map(\.gold) == document.head.labels)
    for (got, expected) in try paired(predictions.flatMap(\.scores), golden) {
      #expect(abs(got - Double(expected)) < 2e-5)
    }
    for prediction in predictions { #expect(prediction.scores[prediction.predicted] == prediction.scores.max()) }
  }
}
