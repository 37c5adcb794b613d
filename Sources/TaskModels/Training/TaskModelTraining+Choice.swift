import Decoder
import Experts
import Generation
import Learning
import Records
import Streams
import Torch

extension TaskModelTraining {
  /// S6 to S8: fits the combinations, chooses among them, and makes the chosen parts again of learn and choose rows.
  func finished(expert: LowRankExpert?, head: Tensor?, ridge: RidgeHead?, trained: Int) throws -> Result {
    if rows.form.kind == .severalLabels {
      return try finishedSets(expert: expert, head: head, ridge: ridge, trained: trained)
    }
    guard rows.form.kind == .label else {
      return Result(
        model: TaskModel(form: rows.form, expert: expert, ridge: nil, combination: nil, compute: base.model.compute),
        evidence: state.evidence,
        seconds: state.seconds, trainedParameters: trained)
    }
    let labels = rows.form.labels.count
    let gold = rows.choose.map { $0.labelIndex ?? 0 }
    let selection = try expert.map { LowRankSelection(try $0.widened()) }
    // After rounding: what is scored is what is kept.
    var scores = try parts.parts(
      of: rows.choose, expert: selection, usesExpert: expert != nil, head: head, ridge: nil)
    if let ridgeScores { for row in scores.indices { scores[row].ridge = ridgeScores[row] } }
    let expertBytes = expert.map { $0.tensors.values.reduce(0) { $0 + $1.byteCount } } ?? 0
    let headBytes = head?.byteCount ?? 0
    let measured = candidates.map { candidate in
      let cross = CrossFit(scores, gold: gold, labels: labels, use: candidate.use, task: name)
      let bytes =
        (candidate.hasExpert ? expertBytes + headBytes : 0) + (candidate.hasRidge ? ridge?.byteCount ?? 0 : 0)
      return (head: candidate, bytes: bytes, losses: cross.losses, right: cross.right)
    }
    guard let choice = CandidateChoice(measured) else {
      throw TaskModelError.tooFewExamples(what: "choosing an output head", got: gold.count, needed: 1)
    }
    state.evidence.choice = choice
    report(.chosen(choice))
    let chosen = choice.chosen
    let combination = CombinationFit(scores, gold: gold, labels: labels, use: chosen.use).fitted()
    if chosen.hasExpert, trainsOnAllRows, let rate = state.evidence.learningRate {
      let loss = loss(of: combination, scores)
      let first = try expert.map { try keep($0, head: chosen == .trained ? head : nil, loss: loss) }
      let decision = LearnCheckpoint.Decision(
        head: chosen, combination: combination, passes: bestPasses, first: first)
      (state.decision, state.training) = (decision, nil)
      try save(nil)
      return try onAllRows(decision, rate: rate, from: nil)
    }
    return Result(
      model: TaskModel(
        form: rows.form, expert: chosen.hasExpert ? expert : nil, trainedHead: chosen == .trained ? head : nil,
        ridge: chosen.hasRidge ? try refittedRidge() : nil, combination: combination, compute: base.model.compute),
      evidence: state.evidence, seconds: state.seconds, trainedParameters: trained)
  }

  /// Whether the expert is trained once more when all is decided: rows that were held back for choosing are worth learning from where
  /// there are few. A budget that is used up leaves no time for it.
  var trainsOnAllRows: Bool {
    guard rows.form.kind != .answer, rows.learn.count <= Self.mostRowsTwice else { return false }
    // What it started from was best: there is nothing to repeat.
    if start != nil, let kept = state.evidence.kept, state.evidence.measurements[kept].step == 0 { return false }
    guard let budget = options.budgetSeconds else { return true }
    let share = Double(rows.learn.count + rows.choose.count) / Double(max(rows.learn.count, 1))
    return state.evidence.stop != .budget && state.seconds * (1 + share) <= budget
  }

  /// Learn rows up to which the expert is trained twice.
  private static let mostRowsTwice = 2000

  /// The task model of what was decided, made of all rows.
  func onAllRows(
    _ decision: LearnCheckpoint.Decision, rate: Double, from tensors: LearnCheckpoint.Tensors?
  ) throws -> Result {
    let (last, count) = try trainOnAllRows(rate: rate, passes: decision.passes, from: tensors)
    let keepsHead = decision.head == .trained || decision.labelSets != nil
    let (expert, head) = try better(last.map { ($0.expert, keepsHead ? $0.head : nil) }, decision, rate: rate)
    if let sets = decision.labelSets {
      return try setResult(sets, head: decision.head, expert: expert, trainedHead: head, trained: count)
    }
    return Result(
      model: TaskModel(
        form: rows.form, expert: expert, trainedHead: head,
        ridge: decision.head.hasRidge ? try refittedRidge() : nil, combination: decision.combination,
        compute: base.model.compute),
      evidence: state.evidence, seconds: state.seconds, trainedParameters: count)
  }

  private func refittedRidge() throws -> RidgeHead {
    let all = rows.learn + rows.choose
    let fit = try RidgeFit(
      parts.features(all), labels: all.map { $0.labelIndex ?? 0 }, count: rows.form.labels.count)
    state.evidence.refittedPenalty = fit.penalty
    return fit.head
  }
}
