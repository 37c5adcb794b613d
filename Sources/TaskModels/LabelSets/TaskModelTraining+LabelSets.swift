import Decoder
import Experts
import Generation
import Learning
import Records
import Streams
import Torch

/// Tasks with several labels: the same steps, with a choice between two for each label.
extension TaskModelTraining {
  /// The numbers of the choose rows' labels.
  var chooseSets: [Set<Int>] { rows.choose.map { Set($0.labelIndices ?? []) } }

  private func fit(_ parts: [LabelSetCombination.Parts], _ use: CombinationFit.Use) -> LabelSetFit {
    LabelSetFit(parts: parts, gold: chooseSets, labels: rows.form.labels.count, use: use)
  }

  /// S1 of several labels: one column each.
  func solveSetRidge() throws -> RidgeHead {
    let fit = try setRidge(rows.learn)
    state.evidence.ridgePenalty = fit.penalty
    state.evidence.ridgeError = fit.error
    ridgeScores = try fit.head.logOdds(parts.features(rows.choose))
    report(.ridge(penalty: fit.penalty))
    return fit.head
  }

  private func setRidge(_ examples: [EncodedExample]) throws -> RidgeFit {
    try RidgeFit(
      parts.features(examples), labelSets: examples.map { $0.labelIndices ?? [] }, count: rows.form.labels.count)
  }

  /// What the choose rows say of an expert with its head: the mean binary log loss beside the ridge head, and alone.
  func setLosses(_ selection: (any ExpertSelection)?, head: Tensor?) throws -> (loss: Double, alone: Double?) {
    let scores = try setScores(selection, head: head)
    let strata = LabelSetFit.strata(of: chooseSets, labels: rows.form.labels.count)
    func loss(ridge: Bool) -> Double {
      let losses = fit(scores, CombinationFit.Use(expert: true, ridge: ridge)).crossFitted(strata: strata, task: name)
        .losses
      return losses.reduce(0, +) / Double(max(losses.count, 1))
    }
    let alone = loss(ridge: false)
    return ridgeScores == nil ? (alone, nil) : (loss(ridge: true), alone)
  }

  /// What expert and ridge head say of the choose rows.
  private func setScores(_ selection: (any ExpertSelection)?, head: Tensor?) throws -> [LabelSetCombination.Parts] {
    var scores = try parts.setParts(of: rows.choose, expert: selection, head: head, ridge: nil)
    if let ridgeScores { for row in scores.indices { scores[row].ridge = ridgeScores[row] } }
    return scores
  }

  /// S6 to S8.
  func finishedSets(expert: LowRankExpert?, head: Tensor?, ridge: RidgeHead?, trained: Int) throws -> Result {
    let selection = try expert.map { LowRankSelection(try $0.widened()) }
    let scores = try setScores(selection, head: head)
    let expertBytes = expert.map { $0.tensors.values.reduce(0) { $0 + $1.byteCount } } ?? 0
    let labels = rows.form.labels.count
    let strata = LabelSetFit.strata(of: chooseSets, labels: labels)
    let measured = candidates.map { candidate in
      let cross = fit(scores, candidate.use).crossFitted(strata: strata, task: name)
      let bytes =
        (candidate.hasExpert ? expertBytes + (head?.byteCount ?? 0) : 0)
        + (candidate.hasRidge ? ridge?.byteCount ?? 0 : 0)
      return (head: candidate, bytes: bytes, losses: cross.losses, right: cross.right)
    }
    // The losses are means over labels: what a row may cost is shared by them.
    guard let choice = CandidateChoice(measured, most: CandidateChoice.most / Double(max(labels, 1))) else {
      throw TaskModelError.tooFewExamples(what: "choosing an output head", got: rows.choose.count, needed: 1)
    }
    state.evidence.choice = choice
    report(.chosen(choice))
    let chosen = choice.chosen
    let combination = fit(scores, chosen.use).fitted()
    if chosen.hasExpert, trainsOnAllRows, let rate = state.evidence.learningRate {
      let loss = loss(of: combination, scores)
      let first = try expert.map { try keep($0, head: head, loss: loss) }
      let decision = LearnCheckpoint.Decision(
        head: chosen, combination: nil, labelSets: combination, passes: bestPasses, first: first)
      (state.decision, state.training) = (decision, nil)
      try save(nil)
      return try onAllRows(decision, rate: rate, from: nil)
    }
    return try setResult(
      combination, head: chosen, expert: expert, trainedHead: head, trained: trained)
  }

  /// The task model of what was decided; its ridge head is solved again on learn and choose rows.
  func setResult(
    _ combination: LabelSetCombination, head: OutputHead, expert: LowRankExpert?, trainedHead: Tensor?, trained: Int
  ) throws -> Result {
    let fit = head.hasRidge ? try setRidge(rows.learn + rows.choose) : nil
    state.evidence.refittedPenalty = fit?.penalty
    return Result(
      model: TaskModel(
        form: rows.form, expert: head.hasExpert ? expert : nil, trainedHead: head.hasExpert ? trainedHead : nil,
        ridge: fit?.head, combination: nil, labelSets: combination, compute: base.model.compute),
      evidence: state.evidence, seconds: state.seconds, trainedParameters: trained)
  }

  /// What the choose rows say of the last expert under the combination of before.
  func setLossOfLast(
    _ expert: LowRankExpert, _ head: Tensor?, _ combination: LabelSetCombination
  ) throws -> Double {
    loss(of: combination, try setScores(LowRankSelection(try expert.widened()), head: head))
  }

  private func loss(of combination: LabelSetCombination, _ scores: [LabelSetCombination.Parts]) -> Double {
    zip(scores, chooseSets).reduce(0) { $0 + combination.loss($1.0, gold: $1.1) } / Double(max(scores.count, 1))
  }

  /// - Throws: ``TaskModelError`` for what a task with several labels cannot be learned by.
  static func requireSets(_ rows: EncodedRows, _ options: LearnOptions, task: String) throws {
    guard rows.form.kind == .severalLabels else { return }
    if options.maxEpochs == 0 {
      throw TaskModelError.unsupported(
        what: "task \(task): --max-epochs 0 for rows with several labels, whose head has to be trained,",
        fix: "Give --max-epochs 1 or more.")
    }
    if options.outputHead == .label {
      throw TaskModelError.unsupported(
        what: "task \(task): --output-head label for rows with several labels, of which the model would write one,",
        fix: "Use trained, ridge or both, or leave it out.")
    }
    let learned = Set(rows.learn.compactMap(\.labelIndices).joined())
    if let label = rows.form.labels.indices.first(where: { !learned.contains($0) }) {
      throw TaskModelError.labelWithoutExamples(
        label: rows.form.labels[label], task: task,
        rows: rows.choose.count { $0.labelIndices?.contains(label) ?? false })
    }
  }
}
