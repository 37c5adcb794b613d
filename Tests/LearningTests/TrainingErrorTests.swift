import Decoder
import Experts
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// A method whose loss terms a test chooses.
private final class FakeMethod: ContinualMethod {
  static let name = "fake"
  let expert: LowRankExpert
  /// What `begin` returns; nil: all tensors of the expert.
  var trained: [FlatParameters.Parameter]?
  /// Whether the forward pass uses the expert.
  var isUsed = true
  var terms: (LowRankExpert) throws -> [LossTerm] = { _ in [] }

  init(_ model: DecoderModel) throws {
    expert = try LowRankExpert(
      LowRankShape(rank: 2, alpha: 4, dropout: 0), for: model.configuration, on: .cpu, seedFor: { UInt64($0.count) })
  }

  private struct Nothing: ExpertSelection {}

  var tensors: [String: Tensor] { expert.tensors }
  func begin(_ task: TaskIdentity, on probe: TaskProbe) throws -> [FlatParameters.Parameter] {
    trained ?? parameters(tensors)
  }
  func trainingPass(_ task: TaskIdentity, over batch: TokenBatch, in step: StepContext) throws -> TrainingPass {
    let selection: any ExpertSelection = isUsed ? LowRankSelection(expert) : Nothing()
    return TrainingPass(selection: selection) { [expert, terms] _ in try terms(expert) }
  }
  func servingExpert(of task: TaskIdentity) throws -> ServingExpert? { nil }
  func dependencies(of task: TaskIdentity) -> [String: Tensor] { [:] }
  func ownedExpert(of task: TaskIdentity) -> LowRankExpert? { nil }
  func restore(tasks: [TaskIdentity], tensors: [String: Tensor]) throws {}
}

/// Does a training that learns nothing, or nonsense, end and say why?
@Suite struct TrainingErrorTests {
  let model: DecoderModel
  private let method: FakeMethod
  private let task = TinyTasks.identities[0]

  init() throws {
    model = try Goldens.model()
    method = try FakeMethod(model)
  }

  /// A term of a given value; its gradient goes to a tensor of its own.
  private func term(_ value: Double, _ bound: ClosedRange<Double> = 0...1, name: String = "extra") throws -> LossTerm {
    let leaf = try Tensor(repeating: 0, [])
    try leaf.requireGradient()
    return LossTerm(name: name, value: try withGradients { try leaf + value }, weight: 0.5, bound: bound)
  }

  /// A term that could move nothing is refused at once.
  @Test func aTermWithoutAGradient() throws {
    let constant = LossTerm(name: "extra", value: try Tensor(repeating: 0.5, []), weight: 0.5, bound: 0...1)
    method.terms = { _ in [constant] }
    #expect(learningError() == .lossMovesNothing(term: "extra", task: "tiny0"))
  }

  /// The error of a whole training of 3 steps, and the steps that were done.
  private func failure(_ options: TrainingOptions = options(), examples: [EncodedExample]? = nil) -> (
    error: (any Error)?, steps: Int
  ) {
    var steps = 0
    do {
      let training = try TinyTasks.training(task, model, method, options: options, examples: examples)
      while try training.step() != nil { steps += 1 }
      try training.finish()
      return (nil, steps)
    } catch {
      return (error, steps)
    }
  }

  private func learningError(
    _ options: TrainingOptions = options(), examples: [EncodedExample]? = nil
  ) -> LearningError? { failure(options, examples: examples).error as? LearningError }

  @Test func aGoodTermPasses() throws {
    let extra = try term(0.5)
    method.terms = { _ in [extra] }
    #expect(failure().error == nil)
    #expect(failure().steps == 3)
  }

  @Test(arguments: [1.5, -0.5, 1e30])
  func outOfBounds(value: Double) throws {
    let extra = try term(value)
    method.terms = { _ in [extra] }
    let expected = Double(Float(value))
    #expect(
      learningError()
        == .lossOutOfBounds(term: "extra", value: expected, bound: "0.0...1.0", task: "tiny0", step: 1))
  }

  @Test func aBoundThatIsLeftLater() throws {
    var calls = 0
    let (good, bad) = try (term(0.5), term(2))
    method.terms = { _ in
      calls += 1
      return [calls < 3 ? good : bad]
    }
    #expect(failure().steps == 2)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(value: Double) throws {
    let extra = try term(value)
    method.terms = { _ in [extra] }
    guard case .lossNotFinite(let name, let task, let step, let examples)? = learningError() else {
      Issue.record("\(String(describing: failure().error))")
      return
    }
    #expect(name == "extra" && task == "tiny0" && step == 1)
    #expect(examples.count == 4 && Set(examples).isSubset(of: Set(0..<12)))
    let text = "\(LearningError.lossNotFinite(term: name, task: task, step: step, examples: examples))"
    for cause in ["step 1:", "--learning-rate", "--compute float32", "a base that is damaged"] {
      #expect(text.contains(cause), "\(text)")
    }
  }

  /// The value is fine, its derivative is not: √0.
  @Test func aGradientThatIsNotFinite() throws {
    method.terms = { expert in
      let b = try #require(expert.tensors["layers.0.gate_proj.B"])
      return [LossTerm(name: "extra", value: try (b * b).sum().sqrt() + 0.5, weight: 1, bound: 0...1)]
    }
    guard case .lossNotFinite("gradient norm", _, 1, _)? = learningError() else {
      Issue.record("\(String(describing: failure().error))")
      return
    }
  }

  @Test func aTermThatIsAlwaysZero() throws {
    let (zero, other) = try (term(0), term(0.1, name: "other"))
    method.terms = { _ in [zero, other] }
    let (error, steps) = failure()
    #expect(error as? LearningError == .lossAlwaysZero(term: "extra", task: "tiny0"))
    #expect(steps == 3)
  }

  /// A state that was stored after the last step says it again.
  @Test func aTermThatWasAlwaysZero() throws {
    let zero = try term(0)
    method.terms = { _ in [zero] }
    let training = try TinyTasks.training(task, model, method, options: options())
    while try training.step() != nil {}
    let resumed = try TinyTasks.training(task, model, method, options: options())
    try resumed.restore(training.state())
    #expect(resumed.isDone)
    #expect(throws: LearningError.lossAlwaysZero(term: "extra", task: "tiny0")) { try resumed.finish() }
  }

  @Test func aTermThatIsZeroOnlySometimes() throws {
    var calls = 0
    let (zero, other) = try (term(0), term(0.1))
    method.terms = { _ in
      calls += 1
      return [calls == 2 ? other : zero]
    }
    #expect(failure().error == nil)
  }

  @Test func nothingToTrain() {
    method.trained = []
    #expect(failure().error as? TorchError == .emptyTrainableSet)
  }

  /// Nothing reaches the trained tensors, and there is no decay that could move them.
  @Test func nothingMoves() {
    method.isUsed = false
    let extra: (LowRankExpert) throws -> [LossTerm] = { expert in
      let b = try #require(expert.tensors["layers.0.gate_proj.B"])
      return [LossTerm(name: "extra", value: try (b * 0).sum() + 0.5, weight: 1, bound: 0...1)]
    }
    method.terms = extra
    #expect(learningError(options(decay: 0)) == .nothingMoved(task: "tiny0"))
  }

  @Test func noExamples() {
    #expect(
      learningError(examples: [])
        == .invalidOption(name: "examples of task tiny0", got: "none", allowed: "at least one"))
  }

  @Test func noTargets() {
    let empty = (0..<2).map {
      EncodedExample(index: $0, promptIds: [5, 6], answerIds: [], labelIndex: 0, droppedTokens: 0)
    }
    #expect(learningError(examples: empty) == .noTargets(task: "tiny0", step: 1))
  }

  struct BadOption: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout TrainingOptions) -> Void

    init(_ name: String, _ change: @escaping @Sendable (inout TrainingOptions) -> Void) {
      (testDescription, self.change) = (name, change)
    }
  }

  @Test(arguments: [
    BadOption("learning-rate") { $0.learningRate = 0 }, BadOption("learning-rate") { $0.learningRate = -1 },
    BadOption("learning-rate") { $0.learningRate = .nan }, BadOption("learning-rate") { $0.learningRate = 1.5 },
    BadOption("batch") { $0.batchSize = 0 }, BadOption("accumulation") { $0.accumulation = 0 },
    BadOption("epochs") { $0.epochs = 0 }, BadOption("warmup-steps") { $0.warmupSteps = -1 },
    BadOption("weight-decay") { $0.weightDecay = 1 }, BadOption("weight-decay") { $0.weightDecay = .nan },
    BadOption("gradient-clip") { $0.gradientClip = -1 }, BadOption("gradient-clip") { $0.gradientClip = .infinity },
    BadOption("max-length") { $0.maxLength = 7 },
  ])
  func badOption(option: BadOption) {
    var changed = options()
    option.change(&changed)
    guard case .invalidOption(let name, _, _)? = learningError(changed) else {
      Issue.record("\(String(describing: failure(changed).error))")
      return
    }
    #expect(name == option.testDescription)
  }
}
