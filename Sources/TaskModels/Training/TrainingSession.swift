import Decoder
import Experts
import Generation
import Learning
import Records
import Streams
import Torch

/// One training of a task's expert from its beginning, with the average of its weights.
final class TrainingSession {
  /// Choose rows that are answered in a measurement of free answers.
  private static let writtenRows = 64

  let training: TaskTraining
  private let owner: TaskModelTraining
  private let method: any ContinualMethod
  private let heads: TaskHeads?
  private let task: TaskIdentity
  private(set) var average: AveragedWeights
  /// The average of the best measurement.
  private(set) var best: Tensor?

  /// - Parameters:
  ///   - owner: Rows, base and options.
  ///   - examples: What is learned.
  ///   - rate: Learning rate.
  ///   - tensors: Of a checkpoint.
  ///   - state: Of the same one.
  init(
    _ owner: TaskModelTraining, on examples: [EncodedExample], rate: Double, from tensors: LearnCheckpoint.Tensors?,
    state: LearnCheckpoint.Training?
  ) throws {
    self.owner = owner
    let (options, base) = (owner.options, owner.base)
    task = TaskIdentity(name: owner.name, index: 0)
    let context = MethodContext(
      base: base.model.configuration, device: base.model.device, shape: try options.shape(), seed: options.seed,
      tasks: 1,
      options: try MethodCatalog.options(
        LearnOptions.taskDefaults(of: options.method).merging(options.methodOptions) { _, given in given },
        for: options.method), start: owner.start)
    method = try MethodCatalog.make(options.method, context)
    heads =
      options.outputHead == .trained || owner.rows.form.kind == .severalLabels ? TaskHeads(context) : nil
    if let tensors {
      _ = try heads?.restore(Dictionary(uniqueKeysWithValues: tensors.heads.map { ("heads." + $0.key, $0.value) }))
      try method.restore(tasks: [task], tensors: tensors.method)
    }
    training = try TaskTraining(
      TaskTraining.Material(task: task, examples: examples, labels: owner.rows.form.labels.count),
      model: base.model, method: method, heads: heads,
      options: options.training(epochs: max(options.maxEpochs, 1), rate: rate),
      seed: options.seed)
    if let tensors, let state {
      try training.restore(
        TrainingState(
          cursor: state.cursor, firstMoment: tensors.firstMoment, secondMoment: tensors.secondMoment,
          dropout: state.dropout))
      average = AveragedWeights(mean: tensors.average, count: state.averaged)
      best = tensors.best
    } else {
      average = try AveragedWeights(like: training.parameters.values)
    }
  }

  /// Steps of a pass over the rows.
  var stepsOfPass: Int { max(1, training.totalSteps / max(owner.options.maxEpochs, 1)) }

  /// Takes one step; `nil` when all passes are done.
  func step() throws -> StepReport? {
    guard let report = try training.step() else { return nil }
    try average.add(training.parameters.values)
    return report
  }

  /// The average becomes the best one.
  func keepBest() throws { best = try average.mean.cloned() }

  /// What a checkpoint holds of it.
  func snapshot() throws -> (LearnCheckpoint.Tensors, LearnCheckpoint.Training) {
    let state = try training.state()
    return (
      LearnCheckpoint.Tensors(
        method: method.tensors, heads: named(heads?.tensors ?? [:]), firstMoment: state.firstMoment,
        secondMoment: state.secondMoment, average: average.mean, best: best),
      LearnCheckpoint.Training(cursor: state.cursor, dropout: state.dropout, averaged: average.count)
    )
  }

  private func named(_ heads: [String: Tensor]) -> [String: Tensor] {
    heads.reduce(into: [:]) { $0[String($1.key.dropFirst("heads.".count))] = $1.value }
  }

  /// What the choose rows say of the average.
  func measured() throws -> LearnEvidence.Measurement {
    let values = training.parameters.values
    let own = try values.detached().cloned()
    try withoutGradients { try values.copyInPlace(from: average.mean) }
    let result = Result { try measurement() }
    // Training goes on with its own weights, whatever came of the measurement.
    try withoutGradients { try values.copyInPlace(from: own) }
    return try result.get()
  }

  /// What the choose rows say of the weights as they are.
  private func measurement() throws -> LearnEvidence.Measurement {
    let selection = try method.selection(for: task)
    let head = try heads?.head(of: task.name, labels: owner.rows.form.labels.count).detached()
    let (step, epoch) = (training.stepsDone, training.epochsDone)
    if owner.rows.form.kind == .severalLabels {
      let (loss, alone) = try owner.setLosses(selection, head: head)
      return LearnEvidence.Measurement(step: step, epoch: epoch, loss: loss, expertLoss: alone, score: nil)
    }
    guard owner.rows.form.kind == .label else {
      let (loss, score) = try written(selection)
      return LearnEvidence.Measurement(step: step, epoch: epoch, loss: loss, expertLoss: nil, score: score)
    }
    var parts = try owner.parts.parts(
      of: owner.rows.choose, expert: selection, usesExpert: true, head: head, ridge: nil)
    if let ridge = owner.ridgeScores { for row in parts.indices { parts[row].ridge = ridge[row] } }
    let gold = owner.rows.choose.map { $0.labelIndex ?? 0 }
    func loss(ridge: Bool) -> Double {
      let losses = CrossFit(
        parts, gold: gold, labels: owner.rows.form.labels.count, use: CombinationFit.Use(expert: true, ridge: ridge),
        task: owner.name
      ).losses
      return losses.reduce(0, +) / Double(losses.count)
    }
    let alone = loss(ridge: false)
    return LearnEvidence.Measurement(
      step: step, epoch: epoch, loss: owner.ridgeScores == nil ? alone : loss(ridge: true),
      expertLoss: owner.ridgeScores == nil ? nil : alone, score: nil)
  }

  /// Mean −log p of an answer's token, and the mean score of answers.
  private func written(_ selection: (any ExpertSelection)?) throws -> (loss: Double, score: Double) {
    let base = owner.base
    let rows = Array(owner.rows.choose.prefix(Self.writtenRows))
    let loss = try TaskProbe(
      task, examples: rows, model: base.model, seed: owner.options.seed
    ).loss(under: selection, rows: rows.count)
    let answers = try Evaluator(base.model).written(
      rows, limit: owner.rows.form.answerTokens, experts: selection)
    var sum = 0.0
    for (answer, row) in zip(answers, owner.rows.chooseRows) {
      guard let scorer = owner.scorer else { break }
      sum += scorer.share(
        try scorer.score(prediction: base.text(ofAnswer: answer.ids), reference: row.answer, source: row.text))
    }
    return (loss: loss, score: sum / Double(max(rows.count, 1)))
  }

  /// Ends training with the best average: rounded as it will be kept.
  func finished() throws -> (expert: LowRankExpert, head: Tensor?) {
    if let best { try withoutGradients { try training.parameters.values.copyInPlace(from: best) } }
    try training.finish()
    guard let expert = try method.ownedExpert(of: task) else {
      throw TaskModelError.unsupported(
        what: "method \(owner.options.method), which keeps no expert of the task's own,",
        fix: "Use --method \(LearnOptions.methods[0]).")
    }
    return (expert, try heads?.head(of: task.name, labels: owner.rows.form.labels.count))
  }
}
