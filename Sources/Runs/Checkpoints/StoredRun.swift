public import Decoder
import Experts
import Files
public import Foundation
package import Learning
import ModelConfiguration
public import Records
package import TaskModels
import Torch

/// What a run has learned, read from its folder: for serving and scoring, without its data. Changes nothing on disk.
public struct StoredRun {
  public let folder: RunFolder
  public let manifest: Manifest
  /// Tasks learned at this point, in order.
  public let learned: [String]
  public let matrix: TaskMatrix
  public let costs: [TaskCosts]
  let checkpoint: RunCheckpoint?
  /// The state of the task that was being learned.
  let training: TrainingState?
  /// Where the state was read; `nil` when there was none yet.
  let position: CheckpointPosition?
  package let method: any ContinualMethod
  let heads: TaskHeads?
  /// The closed-form heads that are solved; `nil` where the output head has none.
  package let combined: CombinedHeads?

  /// Which state of a run.
  enum Moment {
    /// The last one between two tasks.
    case learned
    /// After this many tasks.
    case after(Int)
    /// The last one, also in the middle of a task.
    case newest
  }

  /// - Parameters:
  ///   - url: The run's folder.
  ///   - model: The base that the run was learned on.
  ///   - tasks: Read the state after this many tasks; `nil` reads the newest.
  /// - Throws: `RunError.changed(folder:what:recorded:now:)` for another base; `RunError.checkpointDamaged(path:reason:)`.
  public init(_ url: URL, model: DecoderModel, after tasks: Int? = nil) throws {
    try self.init(url, model: model, at: tasks.map(Moment.after) ?? .learned)
  }

  init(_ url: URL, model: DecoderModel, at moment: Moment) throws {
    folder = RunFolder(url)
    manifest = try folder.readManifest()
    guard manifest.baseDigest == model.digest else {
      throw RunError.changed(
        folder: url.path, what: "the base model", recorded: manifest.baseDigest.description,
        now: model.digest.description)
    }
    try manifest.requireSameBase(model.declared, folder: url)
    let configuration = manifest.configuration
    let context = try configuration.methodContext(for: model, tasks: manifest.tasks.count)
    method = try MethodCatalog.make(configuration.method, context)
    heads = configuration.outputHead == .trained ? TaskHeads(context) : nil
    position = try Self.position(folder, moment, of: manifest)
    let costs = try folder.readCosts()
    guard let position else {
      (learned, self.costs, checkpoint, training) = ([], [], nil, nil)
      combined = configuration.outputHead.hasRidge ? CombinedHeads() : nil
      matrix = TaskMatrix(tasks: manifest.tasks)
      return
    }
    let file = folder.checkpoint(position)
    let content = try RunCheckpoint.read(file)
    try folder.requireSealed(file)
    let checkpoint = content.checkpoint
    let manifestDigest = try Digest(ofFile: folder.manifest)
    guard checkpoint.manifestDigest == manifestDigest else {
      throw RunError.changed(
        folder: url.path, what: folder.manifest.lastPathComponent, recorded: checkpoint.manifestDigest.description,
        now: manifestDigest.description)
    }
    let next = manifest.tasks.dropFirst(checkpoint.learned.count).first
    guard checkpoint.matrix.tasks == manifest.tasks, checkpoint.learned.count == position.learned,
      checkpoint.learned == Array(manifest.tasks.prefix(checkpoint.learned.count)),
      checkpoint.progress.map({ $0.task == next && $0.cursor.step == position.step }) ?? (position.step == nil)
    else { throw RunError.checkpointDamaged(path: file.path, reason: "it belongs to another run or another step") }
    self.checkpoint = checkpoint
    training = content.training
    learned = checkpoint.learned
    matrix = checkpoint.matrix
    self.costs = costs.tasks.filter { [learned] cost in learned.contains(cost.task) }
    var rest = try heads?.restore(content.tensors) ?? content.tensors
    var combined = configuration.outputHead.hasRidge ? CombinedHeads() : nil
    // Those of all tasks are solved when all rows are learned at once.
    let solved = method.trainingRows == .allAtOnce && !learned.isEmpty ? manifest.tasks : learned
    let recorded = manifest
    rest =
      try combined?.restore(
        rest, of: solved.map { ($0, recorded.scoring(of: $0).labels?.count ?? 0) },
        features: model.configuration.hiddenSize) ?? rest
    self.combined = combined
    guard configuration.outputHead.hasExpert else {
      guard rest.isEmpty else {
        throw LearningError.stateDiffers(what: file.path, missing: [], unused: rest.keys.sorted())
      }
      return
    }
    let arrived = learned + (checkpoint.progress.map { [$0.task] } ?? [])
    try method.restore(tasks: arrived.enumerated().map { TaskIdentity(name: $1, index: $0) }, tensors: rest)
  }

  private static func position(_ folder: RunFolder, _ moment: Moment, of manifest: Manifest) throws
    -> CheckpointPosition?
  {
    switch moment {
    case .newest: return try folder.checkpointPositions().last
    case .learned:
      // Without the newest, an earlier state would answer in its place.
      if let newest = try folder.newestSealed().map(folder.checkpoint),
        !FileManager.default.fileExists(atPath: newest.path)
      {
        try folder.requireSealed(newest)
      }
      return try folder.checkpointPositions().last { $0.step == nil }
    case .after(let tasks):
      guard (0...manifest.tasks.count).contains(tasks) else {
        throw RunError.invalidConfiguration(key: "after", got: "\(tasks)", allowed: "0 to \(manifest.tasks.count)")
      }
      return CheckpointPosition(learned: tasks)
    }
  }

  /// The experts that serve a task; `nil` is the base.
  /// - Throws: `RunError.unknownTask(name:known:)`.
  public func selection(forTask name: String) throws -> (any ExpertSelection)? {
    try servingExpert(ofTask: name)?.selection
  }

  /// The same in the form that says what can be exported.
  /// - Throws: As ``selection(forTask:)``.
  func servingExpert(ofTask name: String) throws -> ServingExpert? {
    guard let index = manifest.tasks.firstIndex(of: name) else {
      throw RunError.unknownTask(name: name, known: manifest.tasks)
    }
    guard manifest.configuration.outputHead.hasExpert else {
      throw LearningError.unsupported(
        what: "an expert of a run with the output head `ridge`, which trains none,",
        fix: "Use a run with the output head `label`, `trained` or `both`.")
    }
    return try method.servingExpert(of: TaskIdentity(name: name, index: index))
  }
}
