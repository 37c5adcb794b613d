public import Decoder
import ModelConfiguration
import Randomness
public import Records
public import Streams
public import Torch

/// The training of one task: the only training loop there is.
///
/// It knows neither which method it runs nor which suite the task is from. Its whole state is one value
/// (``state()``), and it advances one optimizer step at a time, so that the caller can stop anywhere.
public final class TaskTraining {
  /// What is learned.
  public struct Material {
    public let task: TaskIdentity
    public let examples: [EncodedExample]
    /// Number of labels; needed by the output head `trained`.
    public let labels: Int
    /// Rows of earlier tasks that the method may look at (``TaskProbe/remembered``); they are in no batch.
    public let remembered: [EncodedExample]
    /// Batches of an epoch, as positions in `examples`; `nil`: as `docs/protocol.md` has it. For comparisons with other
    /// trainers on given batches.
    public let plan: (@Sendable (_ epoch: Int) -> [[Int]])?

    public init(
      task: TaskIdentity, examples: [EncodedExample], labels: Int, remembered: [EncodedExample] = [],
      plan: (@Sendable (_ epoch: Int) -> [[Int]])? = nil
    ) {
      self.task = task
      self.examples = examples
      self.labels = labels
      self.remembered = remembered
      self.plan = plan
    }
  }

  private let model: DecoderModel
  private let method: any ContinualMethod
  private let material: Material
  private let options: TrainingOptions
  private let seed: UInt64
  private let head: Tensor?
  private let probe: TaskProbe
  private let schedule: LearningRateSchedule
  private var dropout: DropoutStream
  public let parameters: FlatParameters
  private var optimizer: AdamW
  private var cursor = TrainingState.Cursor()
  private var epochBatches: [[Int]]
  private var isWarm = false
  /// Of the trained tensors, where a device takes such copies.
  private(set) var halfFactors: HalfFactors?

  /// - Parameters:
  ///   - material: The task and its examples.
  ///   - model: The frozen base.
  ///   - method: Decides what trains.
  ///   - options: How it is learned.
  ///   - seed: Of batch order and dropout.
  ///   - heads: Those of the output head `trained`; `nil` trains the answer tokens.
  /// - Throws: ``LearningError``, `TorchError.emptyTrainableSet`.
  public init(
    _ material: Material, model: DecoderModel, method: any ContinualMethod, heads: TaskHeads?,
    options: TrainingOptions, seed: UInt64
  ) throws {
    try options.validate()
    guard !material.examples.isEmpty else {
      throw LearningError.invalidOption(
        name: "examples of task \(material.task.name)", got: "none", allowed: "at least one")
    }
    self.material = material
    self.model = model
    self.method = method
    self.options = options
    self.seed = seed
    let headParameter = try heads?.begin(material.task.name, labels: material.labels)
    head = headParameter?.tensor
    probe = TaskProbe(
      material.task, examples: material.examples, remembered: material.remembered, model: model, seed: seed,
      head: headParameter?.tensor)
    var trained = try method.begin(material.task, on: probe)
    if let headParameter { trained.append(headParameter) }
    parameters = try FlatParameters(trained)
    optimizer = try AdamW(for: parameters, weightDecay: options.weightDecay)
    dropout = DropoutStream(RandomStream(seed: seed, "dropout", material.task.name))
    epochBatches = Self.batches(material, options, seed, epoch: 0)
    schedule = try LearningRateSchedule(
      options.schedule, peak: options.learningRate, warmup: options.warmupSteps,
      total: Self.steps(epochBatches.count, options) * options.epochs)
  }

  /// Optimizer steps of the whole task.
  public var totalSteps: Int { Self.steps(epochBatches.count, options) * options.epochs }

  /// Real tokens read so far.
  public var tokensRead: Int { cursor.tokens }

  /// Optimizer steps that are done.
  public var stepsDone: Int { cursor.step }

  /// Passes over the training rows that are done.
  public var epochsDone: Int { cursor.epoch }

  public var isDone: Bool { cursor.epoch >= options.epochs }

  private static func steps(_ batches: Int, _ options: TrainingOptions) -> Int {
    (batches + options.accumulation - 1) / options.accumulation
  }

  private static func batches(_ material: Material, _ options: TrainingOptions, _ seed: UInt64, epoch: Int) -> [[Int]] {
    if let plan = material.plan { return plan(epoch) }
    return options.batches(
      lengths: material.examples.map(\.tokenCount), seed: seed, task: material.task.name, epoch: epoch)
  }

  /// Takes one optimizer step; `nil` when the task is done.
  ///
  /// A step that fails leaves the trained values, the position and dropout's stream as they were before, so that they can be stored and the
  /// step be looked at again.
  /// - Throws: ``LearningError`` when the loss is not finite, a term leaves its bound, or nothing moves.
  public func step() throws -> StepReport? {
    guard !isDone else { return nil }
    let stream = dropout.stream
    do {
      if !isWarm {
        try warmUp()
        dropout = DropoutStream(stream)
      }
      return try advanceOneStep()
    } catch {
      dropout = DropoutStream(stream)
      throw error
    }
  }

  /// The longest batch of all epochs forward and back, as a dry run: where memory is short, that shows now and not after hours. In a long
  /// task also one batch of every other size, as libtorch keeps something for each that it has seen: from here on a task needs no more
  /// memory than it has.
  private func warmUp() throws {
    isWarm = true
    let lengths = material.examples.map(\.tokenCount)
    func tokens(_ batch: [Int]) -> Int { batch.reduce(0) { $0 + lengths[$1] } }
    var sizes: [Int: [Int]] = [:]
    for batch in (0..<options.epochs).flatMap({ Self.batches(material, options, seed, epoch: $0) }) {
      let count = tokens(batch)
      let size = count + TokenBatch.alignmentPadding(for: count, model.rounding)
      if tokens(sizes[size] ?? []) < count { sizes[size] = batch }
    }
    let longestFirst = sizes.sorted { $0.key > $1.key }.map(\.value)
    let isLong = totalSteps >= Self.stepsForOneMore * longestFirst.count
    for batch in longestFirst.prefix(isLong ? longestFirst.count : 1) { try unmoved { try warmUp(batch) } }
    try parameters.zeroGradients()
  }

  /// A size more to warm up may cost a step in so many.
  private static let stepsForOneMore = 50

  private func warmUp(_ numbers: [Int]) throws {
    let batch = try TrainingBatch(numbers.map { material.examples[$0] }, on: model.device, rounding: model.rounding)
    // The step itself says what is wrong with a batch.
    guard batch.targetCount > 0 else { return }
    let pass = try method.trainingPass(
      material.task, over: batch.tokens, in: StepContext(dropout: dropout, progress: 0))
    let positions = head == nil ? batch.positions : batch.promptEnds
    let states = try model.tracedStates(
      batch.tokens, experts: pass.selection, at: positions, checkpointing: options.gradientCheckpointing)
    if head == nil { _ = try model.answerLoss(states.value, targets: batch.targets) }
    _ = try states.pullback?(Tensor.zeros(states.value.shape, on: model.device), false)
  }

  private func advanceOneStep() throws -> StepReport {
    let planned = epochBatches[cursor.batch..<min(cursor.batch + options.accumulation, epochBatches.count)]
    let batches = try planned.map { numbers in
      try TrainingBatch(numbers.map { material.examples[$0] }, on: model.device, rounding: model.rounding)
    }
    try parameters.zeroGradients()
    var report = StepReport(
      step: cursor.step + 1, totalSteps: totalSteps, epoch: cursor.epoch, terms: [:], loss: 0,
      learningRate: schedule.rate(at: cursor.step), gradientNorm: 0, tokens: batches.reduce(0) { $0 + $1.tokens.tokens }
    )
    var numbers = StepNumbers()
    try unmoved { try accumulate(batches, into: &numbers) }
    try method.adjust(
      parameters.gradients,
      in: TrainingStep(
        task: material.task, number: report.step, probe: probe, trained: parameters.parameters.map(\.tensor)))
    let isDevice = Kernels.areDevices(parameters.gradients)
    numbers.gradientNorm =
      isDevice
      ? .pending(try parameters.clipGradientsOnDevice(to: options.gradientClip))
      : .read(try parameters.clipGradients(to: options.gradientClip))
    // The one read of a step.
    try numbers.fill(&report, task: material.task.name)
    guard report.gradientNorm.isFinite else {
      throw LearningError.lossNotFinite(
        term: "gradient norm", task: material.task.name, step: report.step, examples: batches.flatMap(\.rows))
    }
    let before = cursor.step == 0 ? try parameters.values.cloned() : nil
    try optimizer.update(parameters, rate: report.learningRate)
    if let before, try before.isEqual(to: parameters.values) {
      throw LearningError.nothingMoved(task: material.task.name)
    }
    try advance(batches.count, report)
    return report
  }

  /// Runs passes in which nothing that trains moves, so that a device copies factors to bfloat16 once for all of them.
  private func unmoved(_ passes: () throws -> Void) throws {
    guard model.compute == .bfloat16, Kernels.areDevices(parameters.values) else { return try passes() }
    let copies = try halfFactors ?? HalfFactors(parameters)
    halfFactors = copies
    try copies.during(passes)
  }

  /// Forward and backward of the micro-batches of a step. Each counts by its share of target tokens (the task's loss)
  /// or of sequences (the other terms), so that the sum is what one large batch would give.
  private func accumulate(_ batches: [TrainingBatch], into numbers: inout StepNumbers) throws {
    let targets = batches.reduce(0) { $0 + $1.targetCount }
    let sequences = batches.reduce(0) { $0 + $1.tokens.sequenceCount }
    guard targets > 0 else { throw LearningError.noTargets(task: material.task.name, step: cursor.step + 1) }
    for batch in batches {
      let context = StepContext(dropout: dropout, progress: Double(cursor.step) / Double(max(totalSteps, 1)))
      let pass = try method.trainingPass(material.task, over: batch.tokens, in: context)
      let positions = head == nil ? batch.positions : batch.promptEnds
      let states = try model.tracedStates(
        batch.tokens, experts: pass.selection, at: positions, checkpointing: options.gradientCheckpointing)
      // [positions, hidden]
      let scale = head == nil ? 1 / Double(targets) : 1 / Double(sequences)
      let own =
        try head.map { try model.headLoss(states.value, batch, head: $0, scale: scale) }
        ?? model.answerLoss(states.value, targets: batch.targets)
      numbers.add("task", own.sum, share: scale, rows: batch.rows)
      let outputs = TrainingOutputs(states.value, of: batch.tokens, at: positions, model: model)
      try addTerms(of: pass, outputs, share: Double(batch.tokens.sequenceCount) / Double(sequences), batch, &numbers)
      let gradient = try own.gradient * scale
      _ = try states.pullback?(outputs.gradient().map { try gradient + $0 } ?? gradient, false)
      try pass.collectGradients()
    }
  }

  /// The other terms: their gradients go to trained tensors at once, to what the selection pooled, and to the states that they read.
  private func addTerms(
    of pass: TrainingPass, _ outputs: TrainingOutputs, share: Double, _ batch: TrainingBatch,
    _ numbers: inout StepNumbers
  ) throws {
    var total: Tensor?
    for term in try pass.lossTerms(outputs) {
      guard term.value.requiresGradient else {
        throw LearningError.lossMovesNothing(term: term.name, task: material.task.name)
      }
      numbers.add(
        term.name, try StepNumber(term.value), share: share, weight: term.weight, bound: term.bound, rows: batch.rows)
      let weighted = try term.value * (term.weight * share)
      total = try total.map { try $0 + weighted } ?? weighted
    }
    try total?.backward()
  }

  private func advance(_ batches: Int, _ report: StepReport) throws {
    cursor.step += 1
    cursor.batch += batches
    cursor.tokens += report.tokens
    for (name, value) in report.terms { cursor.terms[name] = cursor.terms[name] == true || value != 0 }
    guard cursor.batch >= epochBatches.count else { return }
    cursor.batch = 0
    cursor.epoch += 1
    if !isDone { epochBatches = Self.batches(material, options, seed, epoch: cursor.epoch) }
  }

  /// Ends the task: the trained tensors own their memory again and collect nothing.
  ///
  /// - Throws: ``LearningError/lossAlwaysZero(term:task:)`` where a term was zero in all steps: also of a state that was stored after the
  ///   last one. What the method throws.
  public func finish() throws {
    if isDone, let dead = cursor.terms.filter({ !$0.value }).keys.min() {
      throw LearningError.lossAlwaysZero(term: dead, task: material.task.name)
    }
    try parameters.zeroGradients()
    try method.end(material.task, on: probe)
    // It holds the flat values that the parameters let go.
    halfFactors = nil
    try parameters.release()
  }

  // MARK: State

  /// The whole state beside the trained values, which the method's tensors hold.
  public func state() throws -> TrainingState {
    TrainingState(
      cursor: cursor, firstMoment: try optimizer.firstMoment.cloned(),
      secondMoment: try optimizer.secondMoment.cloned(),
      dropout: dropout.stream)
  }

  /// Goes on where `state` was taken; the method must hold the tensors of that moment.
  /// - Throws: ``LearningError/unsupported(what:fix:)`` for a position that this task does not have; `TorchError` for moments of
  ///   other parameters.
  public func restore(_ state: TrainingState) throws {
    let batches = try batches(of: state.cursor)
    optimizer = try AdamW(
      for: parameters, weightDecay: options.weightDecay, firstMoment: state.firstMoment.cloned(),
      secondMoment: state.secondMoment.cloned(), step: state.cursor.step)
    dropout = DropoutStream(state.dropout)
    cursor = state.cursor
    epochBatches = batches
  }

  /// The batches of the epoch in which a stored position lies: it may come from a file, which may say anything.
  private func batches(of cursor: TrainingState.Cursor) throws -> [[Int]] {
    let unsupported = LearningError.unsupported(
      what:
        "task \(material.task.name): going on with epoch \(cursor.epoch), batch \(cursor.batch), step \(cursor.step)",
      fix: "Remove the checkpoint to go on from the one before.")
    guard (0...options.epochs).contains(cursor.epoch), cursor.batch >= 0, (0..<1 << 48).contains(cursor.step),
      (0..<1 << 60).contains(cursor.tokens)
    else { throw unsupported }
    let batches = Self.batches(material, options, seed, epoch: cursor.epoch)
    guard cursor.epoch < options.epochs ? cursor.batch < batches.count : cursor.batch == 0 else { throw unsupported }
    return batches
  }
}
