public import Experts
import Files
public import Foundation
public import Generation
import Learning
public import ModelConfiguration
public import Records
public import Streams
public import Torch

/// A task that a run has learned, with the rows that it was learned from: for a caller that keeps it elsewhere.
public struct FinishedTask: Sendable {
  /// Learn rows were trained on, gate rows were not; choose rows are those that the run chose on, if it did.
  public let examples: TaskExamples
  /// What serves the task.
  public let expert: LowRankExpert
  /// Its trained head; `nil`: the model writes its answers. [labels, hidden]
  public let head: Tensor?
  /// The most tokens of a prompt with its answer.
  public let maxLength: Int
  /// The most tokens of a written answer; 0 for labels.
  public let answerTokens: Int
  public let method: String
  /// What the base computed in.
  public let compute: ComputePrecision
  public let costs: TaskCosts?
}

extension StoredRun {
  /// A learned task with its rows.
  ///
  /// - Parameter name: The task.
  /// - Parameter base: The run's base.
  /// - Parameter data: Where the data files are now, under the names that they had; `nil`: where they were.
  /// - Throws: `ExpertError.notLearned`; `RunError.unknownTask(name:known:)`; `RunError.changed(folder:what:recorded:now:)` for data
  ///   that are no longer those of the run; `LearningError.unsupported` where one plain expert cannot say what the run serves.
  public func finishedTask(_ name: String, base: Base, data: URL? = nil) throws -> FinishedTask {
    let served = try servingExpert(ofTask: name)
    guard learned.contains(where: name.hasSameCodePoints) else {
      throw ExpertError.notLearned(task: name, learned: learned)
    }
    guard case .plain(let expert) = served else {
      throw LearningError.unsupported(
        what:
          "taking over a task of the method \(manifest.configuration.method), which serves it by more than one plain expert,",
        fix: "Learn it with `accrete learn`, or write an adapter with `accrete experts export`.")
    }
    let configuration = manifest.configuration
    let source = try configuration.source.moved(to: data)
    let suite = try source.taskSuite()
    try requireSameData(suite.files(ofTask: name), of: configuration.source.taskSuite().files(ofTask: name))
    let task = try suite.task(named: name)
    func rows(_ evaluation: RowSelection.Evaluation) throws -> RowSelection {
      try RowSelection(
        of: task, perClass: configuration.perClass, trainLimit: configuration.trainLimit, evaluation: evaluation,
        limit: configuration.testLimit, seed: configuration.seed)
    }
    let used = try rows(configuration.evaluateOn)
    let prepared = try PreparedTask(
      task, index: manifest.tasks.firstIndex(of: name) ?? 0, base: base, configuration: configuration, suite: suite)
    return FinishedTask(
      examples: TaskExamples(
        task: task, learn: used.training.map { task.train[$0] },
        choose: configuration.evaluateOn == .validation ? used.evaluated.map { task.train[$0] } : [],
        gate: try rows(.test).evaluated.map { task.test[$0] }, origin: .file),
      expert: expert, head: try heads?.head(of: name, labels: task.labels.count),
      maxLength: configuration.training.maxLength, answerTokens: prepared.answerTokens, method: configuration.method,
      compute: configuration.compute == .bfloat16 ? .bfloat16 : .float32,
      costs: costs.first { $0.task.hasSameCodePoints(as: name) })
  }

  /// Requires that data files are those that the run was learned from.
  ///
  /// - Parameter files: As they are called now.
  /// - Parameter recorded: As the run calls them, in the same order.
  /// - Throws: `RunError.changed(folder:what:recorded:now:)`.
  func requireSameData(_ files: [URL], of recorded: [URL]) throws {
    for (file, original) in zip(files, recorded) {
      let (before, now) = (manifest.dataDigests[original.path], try Digest(ofFile: file))
      guard before == now else {
        throw RunError.changed(
          folder: folder.url.path, what: "the data file \(file.path)", recorded: before?.description ?? "missing",
          now: now.description)
      }
    }
  }
}

extension RunConfiguration.Source {
  /// The same with its data in another folder, under the names that they had.
  func moved(to folder: URL?) throws -> RunConfiguration.Source {
    guard let folder else { return self }
    var moved = self
    if moved.data != nil { moved.data = folder.path }
    moved.files = files.map { folder.appendingPathComponent(URL(fileURLWithPath: $0).lastPathComponent).path }
    return moved
  }
}
