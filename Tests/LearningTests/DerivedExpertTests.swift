import Decoder
import Experts
import ModelConfiguration
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Do gradients of computed factors arrive at the tensors that they were computed from?
@Suite struct DerivedExpertTests {
  let model: DecoderModel
  let context: MethodContext

  init() throws {
    model = try Goldens.model()
    context = try TinyTasks.context(model, dropout: 0)
  }

  /// B of every pair is g · B₀ with one trained number g, A is frozen: dL/dg = Σ dL/dB ⊙ B₀.
  @Test func theChainRule() throws {
    let source = try context.newExpert("source")
    for pair in source.pairs.flatMap(\.values) {
      try pair.b.copyInPlace(from: context.normal("b", pair.b.shape, deviation: 0.1))
    }
    let gain = try Tensor([0.5], shape: [1])
    try gain.requireGradient()
    func loss(_ derived: DerivedExpert) throws {
      let batch = try TrainingBatch(TinyTasks.examples(TinyTasks.identities[0]))
      let states = try model.tracedStates(batch.tokens, experts: LowRankSelection(derived.expert), at: batch.positions)
      let loss = try model.answerLoss(states.value, targets: batch.targets)
      _ = try states.pullback?(loss.gradient, false)
    }
    func factor(_ position: FactorPosition) throws -> Tensor {
      guard let pair = source.pairs[position.layer][position.projection] else { throw TorchError.emptyTrainableSet }
      return position.side == .a ? pair.a : try pair.b * gain
    }
    let derived = try DerivedExpert(context.shape, context, training: true, factor: factor)
    try loss(derived)
    var expected = 0.0
    for (own, known) in try paired(derived.expert.pairs, source.pairs) {
      for (projection, pair) in own {
        let original = try #require(known[projection])
        #expect(pair.a.gradient == nil)
        expected += try (#require(pair.b.gradient) * original.b).sum().item()
      }
    }
    try derived.collectGradients()
    let got = try #require(gain.gradient).item()
    #expect(abs(got - expected) < 1e-4 * max(1, abs(expected)) && got != 0)

    // In inference nothing is recorded.
    let served = try DerivedExpert(context.shape, context, training: false, factor: factor)
    #expect(served.expert.tensors.values.allSatisfy { !$0.requiresGradient })
    try served.collectGradients()
  }

  @Test func aFactorOfAnotherShapeIsRefused() throws {
    #expect(throws: ExpertError.self) {
      try DerivedExpert(context.shape, context, training: false) { _ in try Tensor.zeros([3, 3]) }
    }
  }
}

/// Does a probe show what it says?
@Suite struct TaskProbeTests {
  let model: DecoderModel

  init() throws { model = try Goldens.model() }

  private func probe(_ task: TaskIdentity = TinyTasks.identities[0]) -> TaskProbe {
    TaskProbe(task, examples: TinyTasks.examples(task), model: model, seed: 3)
  }

  @Test func theSampleIsAlwaysTheSame() {
    let sample = probe().sample(5)
    #expect(sample.count == 5 && sample == probe().sample(5))
    #expect(sample.map(\.index) == sample.map(\.index).sorted())
    #expect(probe().sample(100).count == 12)
  }

  /// The base's residual stream after no layer is the embedding.
  @Test func featuresOfTheEmbedding() throws {
    let rows = try probe().features(RequestView(layers: 0, seesInstruction: true))
    let table = try model.embedding.dequantized()
    for (row, example) in probe().examples.enumerated() {
      let expected = try table.gathered(0, rows: Tensor(example.promptIds)).mean(0).floats()
      for (one, other) in try paired(rows.selected(0, row).floats(), expected) { #expect(abs(one - other) < 1e-5) }
    }
  }

  /// All layers and the final norm together are the base's states.
  @Test func earlyStatesEndInTheWholePass() throws {
    let batch = try TokenBatch(probe().examples.map(\.promptIds))
    let all = try model.earlyStates(batch, layers: 100).rmsNormalized(
      weight: model.finalNorm, epsilon: model.configuration.normEpsilon)
    #expect(try all.isEqual(to: model.packedStates(batch)))
  }

  @Test func gradientsAreThoseOfTheBatch() throws {
    let method = try TinyTasks.method("sequential", model, dropout: 0)
    let task = TinyTasks.identities[0]
    let flat = try FlatParameters(method.begin(task))
    var sums: [Double] = []
    let pass: (TokenBatch) throws -> TrainingPass = {
      try method.trainingPass(task, over: $0, dropout: DropoutStream(seed: 0))
    }
    try probe().gradients(of: pass, in: flat.parameters.map(\.tensor), rows: 12, batch: 4) {
      sums.append(try flat.gradients.norm().item())
    }
    #expect(sums.count == 3 && sums.allSatisfy { $0 > 0 })
    #expect(try flat.gradients.norm().item() == 0)
  }

  @Test func theLossIsTheAnswersMean() throws {
    let batch = try TrainingBatch(probe().examples)
    let states = try model.packedStates(batch.tokens).gathered(0, rows: batch.positions.tensor)
    let expected = try model.answerLoss(states, targets: batch.targets).sum.value() / Double(batch.targetCount)
    #expect(abs(try probe().loss(under: nil, rows: 12) - expected) < 1e-5)
    #expect(throws: LearningError.self) {
      try TaskProbe(TinyTasks.identities[0], examples: [], model: model, seed: 3).loss(under: nil, rows: 3)
    }
  }
}
