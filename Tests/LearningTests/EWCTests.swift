import Decoder
import Experts
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Is the LoRA held where, and as strongly as, the formula says?
@Suite struct EWCTests {
  let model: DecoderModel
  private let first = TinyTasks.identities[0]
  private let second = TinyTasks.identities[1]

  init() throws { model = try Goldens.model() }

  private func method(_ options: [String: HyperparameterValue] = [:]) throws -> EWC {
    try EWC(TinyTasks.context(model, dropout: 0, options: options))
  }

  private func learned(_ options: [String: HyperparameterValue] = [:]) throws -> EWC {
    let method = try method(options)
    try run(TinyTasks.training(first, model, method, options: steps(epochs: 2)))
    return method
  }

  private func steps(epochs: Int, batch: Int = 4) -> TrainingOptions {
    options(batch: batch, epochs: epochs)
  }

  /// ½ (1 · 1² + 2 · 0² + 3 · 2²) = 6.5, and by θ: F (θ − θ*). Values stand in the order of names.
  @Test func thePenalty() throws {
    let (a, b) = (try Tensor([1.0, 2.0]), try Tensor([3.0], shape: [1, 1]))
    for leaf in [a, b] { try leaf.requireGradient() }
    let memory = try EWC.Memory(importance: Tensor([1.0, 2.0, 3.0]), anchor: Tensor([0.0, 2.0, 1.0]))
    let penalty = try EWC.penalty(["b": b, "a": a], memory)
    #expect(try penalty.item() == 6.5)
    try penalty.backward()
    #expect(try a.gradient?.floats() == [1, 0])
    #expect(try b.gradient?.floats() == [6])
  }

  /// The mean of the squared gradients of single rows, taken here one row after the other; without and with a head.
  @Test(arguments: [false, true]) func importance(hasHead: Bool) throws {
    let method = try method(["fisher-rows": 5])
    let head = hasHead ? try TaskHeads(TinyTasks.context(model)).head(of: first.name, labels: 3) : nil
    let probe = TaskProbe(first, examples: TinyTasks.examples(first), model: model, seed: 3, head: head)
    let flat = try FlatParameters(method.begin(first, on: probe))
    try disturb(flat)
    try method.end(first, on: probe)
    #expect(try flat.gradients.norm().item() == 0)

    let sum = try Tensor.zeros([flat.count])
    for row in probe.sample(5) {
      try flat.zeroGradients()
      let batch = try TrainingBatch([row])
      let states = try model.tracedStates(
        batch.tokens, experts: LowRankSelection(method.expert), at: hasHead ? batch.promptEnds : batch.positions)
      let loss =
        try head.map { try model.headLoss(states.value, labels: batch.labels, head: $0, scale: 1) }
        ?? model.answerLoss(states.value, targets: batch.targets)
      _ = try states.pullback?(loss.gradient * (1 / Double(hasHead ? 1 : batch.targetCount)), false)
      try sum.addInPlace(flat.gradients * flat.gradients, times: 1.0 / 5)
    }
    let memory = try #require(method.memory)
    #expect(try relativeDistance(memory.importance, sum) < 1e-6)
    #expect(try memory.anchor.isEqual(to: flat.values))
    // Every task adds its own; the anchor is the newest.
    try method.end(second, on: probe)
    #expect(try relativeDistance(#require(method.memory).importance, sum * 2) < 1e-6)
  }

  /// Values at which everything has a gradient.
  private func disturb(_ flat: FlatParameters) throws {
    try withoutGradients {
      let noise = try Tensor(uninitialized: [flat.count])
      try Generator(seed: 2).fillNormal(noise, deviation: 0.1)
      try flat.values.addInPlace(noise)
    }
  }

  @Test func theTermComesWithTheSecondTask() throws {
    let method = try method()
    for report in try run(TinyTasks.training(first, model, method, options: steps(epochs: 2))) {
      #expect(report.terms.keys.sorted() == ["task"])
    }
    let reports = try run(TinyTasks.training(second, model, method, options: steps(epochs: 2)))
    #expect(reports.first?.terms["ewc"] == 0)
    for report in reports.dropFirst() {
      let (task, penalty) = try (#require(report.terms["task"]), #require(report.terms["ewc"]))
      #expect(penalty > 0 && abs(report.loss - (task + 400 * penalty)) < 1e-9)
    }
  }

  /// What is remembered of earlier tasks does not move while a later one is learned, and all of it does at its end.
  @Test func memoryIsFrozenWhileATaskIsLearned() throws {
    let method = try learned()
    func memory() throws -> [String: Tensor] { method.tensors.filter { $0.key.hasPrefix("ewc.") } }
    let before = try digests(memory())
    #expect(before.count == 2)
    let training = try TinyTasks.training(second, model, method, options: steps(epochs: 1))
    while try training.step() != nil {}
    #expect(try digests(memory()) == before)
    try training.finish()
    let after = try digests(memory())
    for (name, digest) in before { #expect(after[name] != digest, "\(name)") }
  }

  @Test func aStrongerPenaltyHoldsMore() throws {
    let moved = try [1e-6, 1e6].map { strength in
      let method = try learned(["lambda": .number(strength)])
      let memory = try #require(method.memory)
      try run(TinyTasks.training(second, model, method, options: steps(epochs: 3)))
      return try withoutGradients { try EWC.penalty(method.expert.tensors, memory).item() }
    }
    #expect(moved[1] > 0 && moved[1] < 0.1 * moved[0])
  }

  @Test func aPenaltyThatIsZeroIsAnError() throws {
    var tensors = try learned().tensors
    let importance = try #require(tensors["ewc.importance"])
    tensors["ewc.importance"] = try Tensor.zeros(importance.shape)
    let method = try method()
    try method.restore(tasks: [first], tensors: tensors)
    #expect(throws: LearningError.lossAlwaysZero(term: "ewc", task: second.name)) {
      try run(TinyTasks.training(second, model, method, options: steps(epochs: 1)))
    }
    // In a task of one step, θ = θ* all the time.
    #expect(throws: LearningError.lossAlwaysZero(term: "ewc", task: second.name)) {
      try run(TinyTasks.training(second, model, learned(), options: steps(epochs: 1, batch: 12)))
    }
  }

  /// A first task that is being learned has no memory yet, a second one has.
  @Test func aStateHasItsMemoryWhole() throws {
    let tensors = try learned().tensors
    for name in ["ewc.importance", "ewc.anchor"] {
      expectStateRefused {
        try method().restore(tasks: [first], tensors: tensors.filter { $0.key != name })
      }
      var other = tensors
      other[name] = try #require(tensors[name]).converted(to: .float64)
      #expect(throws: LearningError.self) { try method().restore(tasks: [first], tensors: other) }
    }
    let begun = tensors.filter { !$0.key.hasPrefix("ewc.") }
    try method().restore(tasks: [first], tensors: begun)
    expectStateRefused { try method().restore(tasks: [first, second], tensors: begun) }
    expectStateRefused { try method().restore(tasks: [], tensors: tensors) }
  }
}
