import Decoder
import Experts
import Files
import Foundation
import Generation
import Learning
import Records
import Streams
import Torch

/// Scoring without the task given: the router looks at each row, and the experts of its choice answer the row's prompt, with
/// one of its task's labels or in writing. Instruction and labels come with a request; the expert does not.
extension SequenceRun {
  /// Routes the rows of every task, and scores those of learned ones. Nothing for methods without a router.
  func scoreRouted(_ row: Int) throws {
    guard configuration.outputHead.hasExpert, let router = method.router, row > 0 else { return }
    var scores = routed ?? RoutedScores(tasks: tasks.map(\.task.name))
    for (column, task) in tasks.enumerated() {
      let decisions = try router.decisions(requestFeatures(of: task, router.view))
      let count = Double(max(decisions.count, 1))
      try scores.unknownRate.record(
        Double(decisions.count { $0.task == nil }) / count, row: row, column: column)
      guard column < row else { continue }
      let answers = try answers(to: task, by: decisions, row: row)
      try scores.routerAccuracy.record(
        Double(decisions.count { $0.task == column }) / count, row: row, column: column)
      let scoring = manifest.scoring(of: task.task.name)
      let score = answers.answers(scoring.answers).outcome(scoring, .clean)?.score ?? 0
      try scores.matrix.record(score, row: row, column: column)
      try write(answers, row: row, task: task.task.name)
    }
    routed = scores
  }

  /// Rows that were sent to their own task keep the prediction that they have; the others are answered again.
  private func answers(
    to task: PreparedTask, by decisions: [RouteDecision], row: Int
  ) throws -> [RoutedPrediction] {
    guard let known = scored[task.task.name]?.answers, known.count == decisions.count else {
      throw RunError.unknownTask(name: task.task.name, known: scored.keys.sorted())
    }
    guard decisions.allSatisfy({ $0.confidence.isFinite && $0.distance.isFinite }) else {
      throw DecoderError.resultNotFinite(what: "what the router makes of the base's states for task \(task.task.name)")
    }
    var answers = decisions.map { decision in
      RoutedPrediction(
        expert: decision.task.flatMap { tasks.indices.contains($0) ? tasks[$0].task.name : nil },
        confidence: decision.confidence, distance: decision.distance)
    }
    answers.take(known, at: Array(answers.indices))
    let elsewhere = decisions.indices.filter { decisions[$0].task != task.identity.index }
    for (index, positions) in Dictionary(grouping: elsewhere, by: { decisions[$0].task ?? -1 }).sorted(by: {
      $0.key < $1.key
    }) {
      let experts = tasks.indices.contains(index) ? try method.selection(for: tasks[index].identity) : nil
      // A closed-form head belongs to its task's expert, as its weights do: another task's expert answers without it.
      let heads = AnsweringHeads(trained: try heads(of: task).trained)
      answers.take(try score(task, positions: positions, heads: heads, experts: experts, row: row), at: positions)
    }
    return answers
  }

  /// The base is frozen, so that they are computed once. [rows, hidden]
  private func requestFeatures(of task: PreparedTask, _ view: RequestView) throws -> Tensor {
    if let known = features[task.task.name] { return known }
    let made = try RequestFeatures(base.model, view: view).features(task.evaluated)
    features[task.task.name] = made
    return made
  }

  private func write(_ answers: [RoutedPrediction], row: Int, task: String) throws {
    let file = try folder.inside(folder.routedPredictions(row: row, task: task))
    try RunFolder.makeFolder(file.deletingLastPathComponent())
    try folder.write(JSONFile.lines(answers), to: file)
  }
}
