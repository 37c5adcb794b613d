import Decoder
import Experts
import Files
import Foundation
public import Generation
import Learning
import ModelConfiguration
import Records
import Streams
import TaskModels
import Tokenization
import Torch

extension StoredRun {
  /// A learned task in PEFT's form.
  ///
  /// - Parameters:
  ///   - name: The task.
  ///   - base: The run's base.
  ///   - gate: Of a dual expert, the fixed weight of the shared expert; `nil`: its mean in each layer over the rows.
  ///   - prompts: Of a dual expert, the texts over which it is measured; `nil`: the rows that the run scores the task with.
  /// - Throws: `ExpertError.notLearned`; `RunError.unknownTask(name:known:)`; `RunError.changed(folder:what:recorded:now:)`
  ///   for data that are no longer those of the run.
  public func export(
    task name: String, base: Base, gate: Double? = nil, prompts: [String]? = nil
  ) throws -> ExpertExport {
    let served = try servingExpert(ofTask: name)
    guard learned.contains(name) else { throw ExpertError.notLearned(task: name, learned: learned) }
    switch served {
    case .plain(let expert):
      guard gate == nil, prompts == nil else {
        throw RunError.invalidConfiguration(
          key: gate == nil ? "prompts" : "gate", got: "given",
          allowed: "nothing: the method \(manifest.configuration.method) has no gate")
      }
      return try ExpertExport(
        record: record(name, .exact, expert, base), expert: expert, baseConfiguration: base.model.declared,
        tokenizerDigest: base.tokenizerDigest, promptDigest: promptDigest(of: name))
    case .dual(let dual):
      return try merge(dual, name, base, gate, prompts)
    case .other, nil:
      throw LearningError.unsupported(
        what: "exporting a task of the method \(manifest.configuration.method)",
        fix: "PEFT expresses plain low-rank experts only.")
    }
  }

  private func merge(
    _ dual: DualExpertSelection, _ name: String, _ base: Base, _ gate: Double?, _ texts: [String]?
  ) throws -> ExpertExport {
    let task = try texts == nil ? rows(ofTask: name, base: base) : nil
    let prompts: [[Int]] =
      try texts.map { try $0.map { try encoded($0, base) } } ?? task?.evaluated.map(\.promptIds) ?? []
    let meter = MergeMeter(base.model)
    let shares =
      try gate.map { Array(repeating: $0, count: dual.gates.count) }
      ?? meter.sharedShares(dual, over: prompts)
    let merged = try dual.merged(sharedShares: shares)
    var deviation = try meter.deviation(of: merged, from: dual, over: prompts)
    if let task, task.task.kind == .classification {
      let heads = AnsweringHeads(
        trained: try heads?.head(of: name, labels: task.task.labels.count), combined: combined?[name])
      func predictions(_ experts: any ExpertSelection) throws -> [Prediction] {
        try task.answers(base, positions: Array(task.evaluated.indices), heads: heads, experts: experts).predictions
      }
      let (one, other) = (try predictions(dual), try predictions(LowRankSelection(merged)))
      let changed = zip(one, other).count { $0.predicted != $1.predicted }
      deviation.labels = MergeDeviation.Labels(
        changedPredictions: Double(changed) / Double(max(one.count, 1)), dualAccuracy: one.accuracy,
        mergedAccuracy: other.accuracy)
    }
    var record = self.record(name, .staticMerge, merged, base)
    record.sharedShares = shares
    record.sharedSharesFrom = gate == nil ? "the gate's mean over these rows" : "given"
    record.deviation = deviation
    record.measuredOn = texts == nil ? "the rows that the run scores \(name) with" : "texts that were given"
    return try ExpertExport(
      record: record, expert: merged, baseConfiguration: base.model.declared, tokenizerDigest: base.tokenizerDigest,
      promptDigest: promptDigest(of: name))
  }

  private func record(
    _ name: String, _ form: ExpertExport.Form, _ expert: LowRankExpert, _ base: Base
  ) -> ExpertExport.Record {
    let configuration = manifest.configuration
    var statement =
      switch form {
      case .exact: "These files compute what the run serves for this task."
      case .staticMerge:
        "PEFT has one low-rank pair for each projection, but \(configuration.method) mixes the outputs of two experts by a gate"
          + " per token. These files hold both experts side by side with the gate fixed in each layer: an approximation, also"
          + " because gate and up projection enter through \(base.model.configuration.activation.name). What it costs was measured; the run itself stays the exact form."
      }
    switch configuration.outputHead {
    case .label, .ridge: break
    case .trained:
      statement +=
        " The run answers by a linear head on the last hidden state, which PEFT's files have no place for: the head is not in them."
    case .both:
      statement +=
        " The run weighs label scores against a closed-form head, which PEFT's files have no place for: the head is not in them."
    }
    let held = configuration.weights.flatMap { $0.isRounding ? $0 : nil }
    if let held {
      statement +=
        " The run held its base in \(held.rawValue): on the base's own numbers answers may differ, and the run's scores are not theirs."
    }
    return ExpertExport.Record(
      accrete: Manifest.accreteVersion, task: name, method: configuration.method, form: form, statement: statement,
      rank: expert.shape.rank, alpha: expert.shape.alpha, projections: expert.shape.projections.map(\.rawValue),
      outputHead: configuration.outputHead, baseDigest: manifest.baseDigest, weights: held)
  }

  private func encoded(_ text: String, _ base: Base) throws -> [Int] {
    let ids = try base.tokenizer.encode(text, addSpecialTokens: true)
    try base.model.check(ids)
    return ids
  }

  /// What the stored expert is bound to; `nil` where the method stores none for a task.
  private func promptDigest(of name: String) throws -> Digest? {
    guard ExpertArchive.isSafe(name), ExpertArchive.isArchive(folder.expert(name)) else { return nil }
    for file in ExpertArchive.files { try folder.requireSealed(folder.expert(name).appendingPathComponent(file)) }
    return try ExpertArchive.read(folder.expert(name)).promptDigest
  }

  /// The rows that the run scores a task with, from data that are still those of the run.
  private func rows(ofTask name: String, base: Base) throws -> PreparedTask {
    let configuration = manifest.configuration
    let suite = try configuration.source.taskSuite()
    let files = suite.files(ofTask: name)
    try requireSameData(files, of: files)
    let index = manifest.tasks.firstIndex(of: name) ?? 0
    return try PreparedTask(
      suite.task(named: name), index: index, base: base, configuration: configuration, suite: suite)
  }
}
