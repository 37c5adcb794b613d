import Decoder
import Files
import Foundation
import Generation
import Learning
import Records
import Streams
import Testing
import Torch

@testable import TaskModels

@Suite(.serialized) struct TaskModelTrainingTests {
  private func training(
    _ options: LearnOptions, at folder: URL, requests: @escaping () -> LearnRequest? = { nil },
    report: @escaping (LearnProgress) -> Void = { _ in }
  ) throws -> TaskModelTraining {
    try TorchRuntime.setThreads(1)
    let base = try Small.base()
    return try TaskModelTraining(
      name: "weather", rows: EncodedRows(Small.examples(), on: base, options: options), base: base, options: options,
      checkpoint: folder.appendingPathComponent("training.safetensors"), requests: requests, report: report)
  }

  /// The bytes of everything that a result is.
  private func bytes(_ result: TaskModelTraining.Result) throws -> [String: Data] {
    let folder = try Small.scratch()
    var all = try result.model.writeParts(to: folder).mapValues { try Data(contentsOf: $0) }
    all["description"] = try JSONEncoder.sorted.encode(TaskModelDescription(result.model))
    all["evidence"] = try JSONEncoder.sorted.encode(result.evidence)
    return all
  }

  /// Stopped after every step, the training that goes on ends with the same bytes.
  @Test(arguments: [nil, OutputHead.both]) func stoppedAtEveryStep(head: OutputHead?) throws {
    let options = Small.options(head)
    let whole = try bytes(training(options, at: Small.scratch()).run())
    #expect(whole["tensors"] != nil || whole["head"] != nil)
    var steps = 0
    let counting = try training(options, at: Small.scratch(), report: { if case .training = $0 { steps += 1 } })
    #expect(try bytes(counting.run()) == whole)
    // 12 steps of 24 learn rows; then, if the expert is kept, 8 or 16 of all 32.
    #expect(steps == 12 || [20, 28].contains(steps))
    if head == .both { #expect(steps > 12) }
    // With the head given, in the last training alone: what comes before is the same.
    for step in head == nil ? stride(from: 1, to: steps, by: 4) : stride(from: 11, to: steps, by: 6) {
      let folder = try Small.scratch()
      var done = 0
      let stopped = try training(
        options, at: folder, requests: { done >= step ? .stop(signal: 15) : nil },
        report: { if case .training = $0 { done += 1 } })
      #expect(throws: TaskModelError.self) { try stopped.run() }
      var after = 0
      let next = try training(options, at: folder, report: { if case .training = $0 { after += 1 } })
      #expect(try bytes(next.run()) == whole, "step \(step)")
      #expect(after == steps - step, "it went on, and did not begin again")
    }
  }

  /// What is kept has seen the choose rows, too, for as many passes as were best without them.
  @Test func trainedOnAllRows() throws {
    let result = try training(Small.options(.label), at: Small.scratch()).run()
    let evidence = result.evidence
    let kept = try #require(evidence.kept)
    // Six steps are a pass over 24 learn rows, eight one over all 32.
    #expect(evidence.allRowsSteps == evidence.measurements[kept].step / 6 * 8)
    let last = try #require(evidence.allRows)
    #expect(try last.isKept == (#require(last.loss) <= last.lossBefore))
    var options = Small.options(.label)
    options.budgetSeconds = 1e-9
    let hurried = try training(options, at: Small.scratch()).run()
    #expect(hurried.evidence.stop == .budget && hurried.evidence.allRowsSteps == nil)
  }

  /// The checkpoint of a training that was stopped while it saw all rows: after twelve steps on learn rows.
  private func stoppedInTheLastTraining(_ head: OutputHead, at folder: URL) throws -> (URL, LearnCheckpoint) {
    var steps = 0
    let stopped = try training(
      Small.options(head), at: folder, requests: { steps >= 13 ? .stop(signal: 15) : nil },
      report: { if case .training = $0 { steps += 1 } })
    #expect(throws: TaskModelError.self) { try stopped.run() }
    let checkpoint = folder.appendingPathComponent("training.safetensors")
    return (checkpoint, try #require(try LearnCheckpoint.read(checkpoint)))
  }

  /// A checkpoint whose numbers no training has is refused before one goes on from it.
  @Test func aCheckpointOfNoTraining() throws {
    let folder = try Small.scratch()
    let (checkpoint, whole) = try stoppedInTheLastTraining(.label, at: folder)
    var (kept, averaged) = (whole, whole)
    kept.state.evidence.kept = whole.state.evidence.measurements.count
    averaged.state.training?.averaged = .max
    for wrong in [kept, averaged] {
      try wrong.write(to: checkpoint)
      #expect {
        try LearnCheckpoint.read(checkpoint)
      } throws: { "\($0)".contains("its state is not one of a training") }
    }
    try whole.write(to: checkpoint)
    #expect(try LearnCheckpoint.read(checkpoint) != nil)
  }

  /// A last training that answers the choose rows worse than before is not kept, also where it was stopped in between.
  @Test(arguments: [OutputHead.label, .trained]) func aSpoiledLastTraining(head: OutputHead) throws {
    let folder = try Small.scratch()
    let (checkpoint, whole) = try stoppedInTheLastTraining(head, at: folder)
    let decision = try #require(whole.state.decision)
    let first = try #require(decision.first)
    #expect(first.loss.isFinite && (first.head != nil) == (head == .trained))
    // Nothing is better than this loss: the last training cannot be.
    var state = whole.state
    state.decision = LearnCheckpoint.Decision(
      head: decision.head, combination: decision.combination, passes: decision.passes,
      first: LearnCheckpoint.First(expert: first.expert, head: first.head, loss: -1))
    try LearnCheckpoint(state: state, tensors: whole.tensors).write(to: checkpoint)
    var said = 0
    let goesOn = try training(
      Small.options(head), at: folder, report: { if case .lastTrainingDropped = $0 { said += 1 } })
    let result = try goesOn.run()
    let parts = try result.model.writeParts(to: Small.scratch())
    #expect(try parts["tensors"].map { try Digest(ofFile: $0) } == first.expert)
    #expect(said == 1 && result.evidence.allRows?.isKept == false)
    #expect(try #require(result.evidence.allRows?.loss) > -1)
    goesOn.discardCheckpoint()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  /// A rate that runs away in its trial is the worst one; where all do, that is said.
  @Test func divergingTrials() throws {
    var options = Small.options(.label)
    options.alpha = 2e38
    let trial = try training(options, at: Small.scratch()).tried(1) { _, _ in }
    #expect(
      trial.loss == .greatestFiniteMagnitude && trial.trainingLoss == .greatestFiniteMagnitude && trial.steps < 12)
    #expect(TaskModelTraining.best([trial, trial], tie: 0.05) == nil)
  }

  /// A last training that ends in no numbers leaves the expert that was chosen.
  @Test(arguments: [OutputHead.label, .trained]) func aLastTrainingThatDiverges(head: OutputHead) throws {
    let folder = try Small.scratch()
    let (checkpoint, whole) = try stoppedInTheLastTraining(head, at: folder)
    let first = try #require(whole.state.decision?.first)
    // As if its last step had been far too long.
    var tensors = try #require(whole.tensors)
    tensors.method = try tensors.method.mapValues { try $0 * 1e37 }
    try LearnCheckpoint(state: whole.state, tensors: tensors).write(to: checkpoint)
    var dropped: [Double?] = []
    let result = try training(
      Small.options(head), at: folder,
      report: { if case .lastTrainingDropped(let loss, _) = $0 { dropped.append(loss) } }
    ).run()
    let parts = try result.model.writeParts(to: Small.scratch())
    #expect(try parts["tensors"].map { try Digest(ofFile: $0) } == first.expert)
    #expect(dropped == [nil] && result.trainedParameters > 0)
    #expect(result.evidence.allRows == LearnEvidence.AllRows(loss: nil, lossBefore: first.loss, isKept: false))
  }

  /// A training that runs away keeps what was best until then; where nothing was measured yet, it says so.
  @Test(arguments: [(51, true), (13, false)]) func aTrainingThatDiverges(step: Int, isMeasured: Bool) throws {
    var options = Small.options(.label)
    options.maxEpochs = 20
    let folder = try Small.scratch()
    var steps = 0
    let stopped = try training(
      options, at: folder, requests: { steps >= step ? .stop(signal: 15) : nil },
      report: { if case .training = $0 { steps += 1 } })
    #expect(throws: TaskModelError.self) { try stopped.run() }
    let checkpoint = folder.appendingPathComponent("training.safetensors")
    let whole = try #require(try LearnCheckpoint.read(checkpoint))
    var tensors = try #require(whole.tensors)
    tensors.method = try tensors.method.mapValues { try $0 * 1e37 }
    try LearnCheckpoint(state: whole.state, tensors: tensors).write(to: checkpoint)
    let goesOn = try training(options, at: folder)
    guard isMeasured else {
      #expect(throws: TaskModelError.everyRateDiverges(task: "weather", rates: [0.001])) { try goesOn.run() }
      return
    }
    let evidence = try goesOn.run().evidence
    #expect(evidence.stop == .diverged && evidence.steps == step)
    #expect(evidence.measurements.map(\.step) == [50] && evidence.kept == 0)
  }

  /// Rates are tried once, also across an interruption, and the one with the least loss is taken.
  @Test func ratesAreTried() throws {
    var options = Small.options(.label)
    options.learningRate = nil
    options.maxEpochs = 1
    let folder = try Small.scratch()
    var tried = 0
    let first = try training(
      options, at: folder, requests: { tried >= 1 ? .stop(signal: 2) : nil },
      report: { if case .tried = $0 { tried += 1 } })
    #expect(throws: TaskModelError.self) { try first.run() }
    var again = 0
    let result = try training(options, at: folder, report: { if case .tried = $0 { again += 1 } }).run()
    #expect(tried == 1 && again == 2)
    let trials = result.evidence.trials
    #expect(trials.map(\.learningRate) == LearnOptions.rates)
    #expect(result.evidence.learningRate == TaskModelTraining.best(trials, tie: 0.05)?.rate)
  }

  /// Trials take half of a budget, all the same number of steps, and no other begins when that is long over; where few are left for the
  /// training, that is said.
  @Test(arguments: [(1e-9, 1), (1e9, 12)]) func budgetsOfTrials(budget: Double, steps: Int) throws {
    var options = Small.options(.label)
    options.learningRate = nil
    options.budgetSeconds = budget
    var warnings: [String] = []
    let made = try training(
      options, at: Small.scratch(), report: { if case .warning(let text) = $0 { warnings.append(text) } })
    let result = try made.run()
    let expected = steps == 1 ? [1] : [steps, steps, steps]
    #expect(result.evidence.trials.map(\.steps) == expected && result.evidence.steps == steps)
    let trials = try #require(result.trialSeconds)
    #expect(trials > 0 && trials < result.seconds)
    let isShort = steps == 1
    #expect((result.evidence.stop == .budget) == isShort && warnings.count == (isShort ? 1 : 0))
    for warning in warnings {
      #expect(warning.contains("was used up after 1 step of training, and fewer than 50 rarely"), "\(warning)")
      #expect(warning.contains("of which the trials of learning rates had taken"), "\(warning)")
    }
  }

  /// Trials after one that was cut have its steps, whatever the time; one that diverged says nothing of it.
  @Test func equalTrials() throws {
    var options = Small.options(.label)
    options.budgetSeconds = 60
    let made = try training(options, at: Small.scratch())
    #expect(made.mostTrialSteps == 60 && made.trialLimit == 10)
    func trial(_ steps: Int, _ loss: Double) -> LearnEvidence.Trial {
      LearnEvidence.Trial(learningRate: 1, steps: steps, loss: loss, trainingLoss: loss)
    }
    made.state.evidence.trials = [trial(3, .greatestFiniteMagnitude)]
    #expect(made.mostTrialSteps == 60 && made.trialLimit == 10)
    made.state.evidence.trials.append(trial(7, 0.5))
    #expect(made.mostTrialSteps == 7 && made.trialLimit == nil)
    let next = try made.tried(1e-3) { _, _ in }
    #expect(next.steps == 7)
  }

  /// A checkpoint of other rows or options is not continued.
  @Test func otherOptionsBeginAgain() throws {
    let folder = try Small.scratch()
    var done = 0
    let stopped = try training(
      Small.options(), at: folder, requests: { done >= 3 ? .stop(signal: 15) : nil },
      report: { if case .training = $0 { done += 1 } })
    #expect(throws: TaskModelError.self) { try stopped.run() }
    var other = Small.options()
    other.seed = 1
    var warnings = 0
    let fresh = try training(other, at: folder, report: { if case .warning = $0 { warnings += 1 } })
    let clean = try training(other, at: Small.scratch())
    #expect(try bytes(fresh.run()) == bytes(clean.run()))
    #expect(warnings == 1)
  }

  /// A damaged checkpoint, which nobody can write again, is begun anew, and that is said.
  @Test(arguments: [0, 7, 100]) func aDamagedCheckpointBeginsAgain(bytesLeft: Int) throws {
    let folder = try Small.scratch()
    var done = 0
    let stopped = try training(
      Small.options(.label), at: folder, requests: { done >= 3 ? .stop(signal: 15) : nil },
      report: { if case .training = $0 { done += 1 } })
    #expect(throws: TaskModelError.self) { try stopped.run() }
    let checkpoint = folder.appendingPathComponent("training.safetensors")
    try Data(contentsOf: checkpoint).prefix(bytesLeft).write(to: checkpoint)
    var warnings: [String] = []
    let fresh = try training(
      Small.options(.label), at: folder, report: { if case .warning(let text) = $0 { warnings.append(text) } })
    let clean = try training(Small.options(.label), at: Small.scratch())
    #expect(try bytes(fresh.run()) == bytes(clean.run()))
    #expect(
      warnings.count == 1 && warnings[0].contains("training.safetensors: what was begun of task weather is damaged"),
      "\(warnings)")
  }

  /// What is kept in files answers as what was made.
  @Test(arguments: [OutputHead.ridge, .label, .both, .trained]) func partsComeBack(head: OutputHead) throws {
    let base = try Small.base()
    let result = try training(Small.options(head), at: Small.scratch()).run()
    #expect(result.model.head == head)
    let files = try result.model.writeParts(to: Small.scratch())
    let again = try TaskModel(
      TaskModelDescription(result.model), named: "weather@1", base: base.model.configuration
    ) { files[$0] }
    let texts = Small.examples().gate.map(\.text)
    let one = try TaskModelRunner(result.model, on: base).answers(texts)
    let other = try TaskModelRunner(again, on: base).answers(texts)
    #expect(one == other)
    #expect(one.allSatisfy { abs($0.probabilities.reduce(0, +) - 1) < 1e-9 })
    // Alone or in a batch: the same label, scores within 1e-5.
    for (text, answer) in zip(texts, one) {
      let alone = try TaskModelRunner(again, on: base).answers([text])[0]
      #expect(alone.label == answer.label)
      #expect(zip(alone.probabilities, answer.probabilities).allSatisfy { abs($0 - $1) < 1e-5 })
    }
    // A part that is missing is said.
    #expect(throws: TaskModelError.self) {
      try TaskModel(TaskModelDescription(result.model), named: "weather@1", base: base.model.configuration) { _ in nil }
    }
  }

  @Test func refusals() throws {
    var options = Small.options()
    options.method = "ewc"
    #expect(throws: TaskModelError.self) { try training(options, at: Small.scratch()) }
    // Others call both of these LoRA.
    options.method = "lora"
    let error = #expect(throws: TaskModelError.self) { try options.validate() }
    #expect(
      error.map { "\($0)" }?.contains("is per-task; one LoRA, trained further with each task, is sequential") == true)
    options = Small.options()
    options.budgetSeconds = .nan
    #expect(throws: TaskModelError.self) { try training(options, at: Small.scratch()) }
    options = Small.options()
    options.learningRate = .infinity
    #expect(throws: (any Error).self) { try training(options, at: Small.scratch()) }
  }
}

extension JSONEncoder {
  fileprivate static var sorted: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return encoder
  }
}
