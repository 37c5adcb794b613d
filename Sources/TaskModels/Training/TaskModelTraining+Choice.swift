import Experts
import Learning
import Streams
import Torch

extension TaskModelTraining {
  /// S6 to S8: fits the combinations, chooses among them, and solves the ridge head again on learn and choose rows.
  func finished(expert: LowRankExpert?, head: Tensor?, ridge: RidgeHead?, trained: Int) throws -> Result {
    guard rows.form.kind == .label else {
      return Result(
        model: TaskModel(form: rows.form, expert: expert, ridge: nil, combination: nil), evidence: state.evidence,
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
    let refitted = try chosen.hasRidge ? refittedRidge() : nil
    let combination = CombinationFit(scores, gold: gold, labels: labels, use: chosen.use).fitted()
    return Result(
      model: TaskModel(
        form: rows.form, expert: chosen.hasExpert ? expert : nil, trainedHead: chosen == .trained ? head : nil,
        ridge: refitted, combination: combination),
      evidence: state.evidence, seconds: state.seconds, trainedParameters: trained)
  }

  private func refittedRidge() throws -> RidgeHead {
    let all = rows.learn + rows.choose
    let fit = try RidgeFit(
      parts.features(all), labels: all.map { $0.labelIndex ?? 0 }, count: rows.form.labels.count)
    state.evidence.refittedPenalty = fit.penalty
    return fit.head
  }
}
