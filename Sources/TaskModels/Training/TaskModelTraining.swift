// How `learn` makes a task model. S0 to S8 are the steps of the method `accrete`, version 2 (docs/learn.md):
//
//     S0  features of the frozen base for all rows                        S1  ridge head on learn rows, penalty by leaving rows out
//     S4  expert: the method's training, weights averaged, until the choose rows say that it stopped helping
//     S6  combination of expert and head, fitted on choose rows           S7  the fewest bytes within one standard error of the best
//     S8  everything rounded first, then scored; ridge head and expert are made again of learn and choose rows

import Decoder
public import Experts
import Files
public import Foundation
public import Generation
import Learning
import ModelConfiguration
import Records
import Streams
import Torch

/// Makes a task model of rows; it can be stopped at any step and goes on bit-identically.
public final class TaskModelTraining {
  /// What comes out.
  public struct Result {
    public let model: TaskModel
    public let evidence: LearnEvidence
    /// Seconds of training, those before an interruption included.
    public let seconds: Double
    /// What the trials of learning rates took of ``seconds``; `nil`: there were none.
    public internal(set) var trialSeconds: Double?
    /// Values that the optimizer moved; 0: none.
    public let trainedParameters: Int

    public init(model: TaskModel, evidence: LearnEvidence, seconds: Double, trainedParameters: Int) {
      self.model = model
      self.evidence = evidence
      self.seconds = seconds
      self.trainedParameters = trainedParameters
    }
  }

  let name: String
  let rows: EncodedRows
  let base: Base
  let options: LearnOptions
  /// What the expert starts from; `nil`: from nothing.
  let start: LowRankExpert?
  let scorer: (any AnswerScorer)?
  let report: (LearnProgress) -> Void
  let requests: () -> LearnRequest?
  let file: URL
  let parts: LabelParts
  /// What the ridge head that saw only learn rows says of the choose rows. [row][label]
  var ridgeScores: [[Double]]?
  var state: LearnCheckpoint.State
  /// Passes after which the choose rows were answered best.
  var bestPasses = 0.0

  /// - Parameter name: The task's.
  /// - Parameter rows: Its rows.
  /// - Parameter base: The base.
  /// - Parameter options: How it is learned.
  /// - Parameter start: What the expert starts from, of the options' shape and digest; `nil`: from nothing.
  /// - Parameter file: A file for its checkpoint; one that is there is continued.
  /// - Parameter requests: Asked after every step what somebody outside wants.
  /// - Parameter report: Told what happens.
  /// - Throws: ``TaskModelError`` for options and rows that do not do; `TorchError` for a damaged checkpoint.
  public init(
    name: String, rows: EncodedRows, base: Base, options: LearnOptions, start: LowRankExpert? = nil,
    checkpoint file: URL,
    requests: @escaping () -> LearnRequest? = { nil }, report: @escaping (LearnProgress) -> Void = { _ in }
  ) throws {
    try options.validate()
    self.name = name
    self.rows = rows
    // Where the base is not held in bfloat16 any more, its products are float32.
    let base = base.computing(in: base.model.suitsHalfProducts ? options.compute ?? .float32 : .float32)
    self.base = base
    self.options = options
    guard try options.start == start.map({ try ExpertArchive.tensorsDigest(of: $0) }) else {
      throw TaskModelError.unsupported(
        what: "task \(name): another expert to start from than the options name", fix: "Give the one that they name.")
    }
    self.start = start
    self.report = report
    self.requests = requests
    self.file = file
    scorer = try Self.scorer(options, rows.form)
    parts = LabelParts(base, labelIds: rows.labelIds)
    guard !rows.learn.isEmpty else { throw TaskModelError.tooFewExamples(what: "learning", got: 0, needed: 2) }
    guard !rows.choose.isEmpty else {
      throw TaskModelError.tooFewExamples(what: "choosing (validation rows)", got: 0, needed: 1)
    }
    if rows.form.kind == .answer, let head = options.outputHead, head != .label {
      throw TaskModelError.unsupported(
        what: "task \(name): --output-head \(head.rawValue) for free answers, which are not labels,",
        fix: "Leave it out: the model writes free answers.")
    }
    try Self.requireSets(rows, options, task: name)
    state = LearnCheckpoint.State(inputs: rows.digest, evidence: LearnEvidence(), seconds: 0, training: nil)
  }

  private static func scorer(_ options: LearnOptions, _ form: TaskForm) throws -> (any AnswerScorer)? {
    guard form.kind == .answer else { return nil }
    guard let scorer = ScorerCatalog.clean(options.scorer, for: form.task(named: "task")) as? any AnswerScorer else {
      throw TaskModelError.invalidOption(
        name: "scorer", got: options.scorer, allowed: ScorerCatalog.answerNames.joined(separator: ", "))
    }
    return scorer
  }

  /// Output heads that are made and compared.
  var candidates: [OutputHead] {
    switch rows.form.kind {
    case .answer: [.label]
    case .label: options.outputHead.map { [$0] } ?? [.ridge, .label, .both]
    case .severalLabels: options.outputHead.map { [$0] } ?? [.ridge, .trained, .both]
    }
  }

  /// Makes the task model.
  /// - Throws: ``TaskModelError/interrupted(task:signal:moment:)``; what stops training.
  public func run() throws -> Result {
    var result = try made()
    result.trialSeconds = state.trialSeconds
    return result
  }

  private func made() throws -> Result {
    let stored = try stored()
    let known = stored.flatMap { $0.state.inputs == rows.digest ? $0 : nil }
    if stored != nil, known == nil {
      report(.warning("what was begun of task \(name) had other rows or options: it begins again"))
    }
    if let known { state = known.state }
    let ridge = try solveRidge()
    guard candidates.contains(where: \.hasExpert) else {
      return try finished(expert: nil, head: nil, ridge: ridge, trained: 0)
    }
    let (rate, isTie) = try chosenRate()
    state.evidence.learningRate = rate
    if options.maxEpochs > 0 { report(.rate(rate, isTie: isTie)) }
    let step = known?.tensors.flatMap { _ in state.training?.cursor.step }
    if step != nil || state.decision != nil { report(.goesOn(step: step ?? 0, isLast: state.decision != nil)) }
    if let decision = state.decision { return try onAllRows(decision, rate: rate, from: known?.tensors) }
    let (expert, head, count) = try train(rate: rate, from: known?.tensors)
    return try finished(expert: expert, head: head, ridge: ridge, trained: count)
  }

  /// What was begun; `nil`: nothing was, or its file is damaged. Nobody can write that again, and nothing but these steps is lost with it.
  private func stored() throws -> LearnCheckpoint? {
    do {
      return try LearnCheckpoint.read(file)
    } catch TorchError.malformedSafetensors(let path, let rule) {
      report(.warning("\(path.printable): what was begun of task \(name) is damaged (\(rule)): it begins again"))
      return nil
    }
  }

  /// Removes the checkpoint: the task model is kept elsewhere now.
  public func discardCheckpoint() {
    for file in [file, firstExpert, firstHead] { try? FileManager.default.removeItem(at: file) }
  }

  func save(_ tensors: LearnCheckpoint.Tensors?) throws {
    try LearnCheckpoint(state: state, tensors: tensors).write(to: file)
  }

  /// S0 and S1. `nil`: no candidate has a ridge head.
  private func solveRidge() throws -> RidgeHead? {
    guard candidates.contains(where: \.hasRidge) else { return nil }
    if rows.form.kind == .severalLabels { return try solveSetRidge() }
    let fit = try RidgeFit(
      parts.features(rows.learn), labels: rows.learn.map { $0.labelIndex ?? 0 }, count: rows.form.labels.count)
    state.evidence.ridgePenalty = fit.penalty
    state.evidence.ridgeError = fit.error
    ridgeScores = try fit.head.scores(parts.features(rows.choose))
    report(.ridge(penalty: fit.penalty))
    return fit.head
  }
}
