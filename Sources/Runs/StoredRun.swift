public import Decoder
import Experts
import Files
public import Foundation
import Learning
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
  let method: any ContinualMethod
  let heads: TaskHeads?

  /// - Parameters:
  ///   - url: the run's folder.
  ///   - model: the base that the run was learned on.
  ///   - tasks: read the state after this many tasks; nil reads the newest.
  /// - Throws: ``RunError/changed(folder:what:recorded:now:)`` for another base; ``RunError/checkpointDamaged(path:reason:)``.
  public init(_ url: URL, model: DecoderModel, after tasks: Int? = nil) throws {
    folder = RunFolder(url)
    manifest = try folder.readManifest()
    guard manifest.baseDigest == model.digest else {
      throw RunError.changed(
        folder: url.path, what: "the base model", recorded: manifest.baseDigest.description,
        now: model.digest.description)
    }
    let configuration = manifest.configuration
    let context = MethodContext(
      base: model.configuration, device: model.device, shape: try configuration.shape(), seed: configuration.seed)
    method = try MethodCatalog.make(
      configuration.method, context,
      adversary: Adversary.Options(mode: configuration.adversary, weight: configuration.adversaryWeight))
    heads = configuration.readOut == .head ? TaskHeads(context) : nil
    let place = try Self.place(folder, tasks: tasks, of: manifest)
    guard let place else {
      (learned, costs, checkpoint) = ([], [], nil)
      matrix = TaskMatrix(tasks: manifest.tasks)
      return
    }
    let (checkpoint, tensors) = try RunCheckpoint.read(place)
    let manifestDigest = try Digest(ofFile: folder.manifest)
    if let recorded = checkpoint.manifestDigest, recorded != manifestDigest {
      throw RunError.changed(
        folder: url.path, what: RunFolder(url).manifest.lastPathComponent, recorded: recorded.description,
        now: manifestDigest.description)
    }
    guard checkpoint.matrix.tasks == manifest.tasks,
      checkpoint.learned == Array(manifest.tasks.prefix(checkpoint.learned.count))
    else { throw RunError.checkpointDamaged(path: place.path, reason: "it is of another sequence of tasks") }
    self.checkpoint = checkpoint
    learned = checkpoint.learned
    matrix = checkpoint.matrix
    costs = checkpoint.costs
    let rest = try heads?.restore(tensors) ?? tensors
    let identities = learned.enumerated().map { TaskIdentity(name: $1, arrival: $0) }
    try method.restore(tasks: identities, tensors: rest)
  }

  private static func place(_ folder: RunFolder, tasks: Int?, of manifest: Manifest) throws -> URL? {
    guard let tasks else { return RunCheckpoint.newest(in: folder, tasks: manifest.tasks.count) }
    guard (0...manifest.tasks.count).contains(tasks) else {
      throw RunError.invalidConfiguration(key: "after", got: "\(tasks)", allowed: "0 to \(manifest.tasks.count)")
    }
    return folder.checkpoint(after: tasks)
  }

  /// The experts that serve a task; nil is the base.
  /// - Throws: ``RunError/unknownTask(name:known:)``.
  public func selection(forTask name: String) throws -> (any ExpertSelection)? {
    guard let arrival = manifest.tasks.firstIndex(of: name) else {
      throw RunError.unknownTask(name: name, known: manifest.tasks)
    }
    return try method.selection(for: TaskIdentity(name: name, arrival: arrival))
  }
}
