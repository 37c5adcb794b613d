public import Files
public import Foundation
public import Learning
public import Torch

/// The whole state of a run at one moment, as one file.
///
/// A safetensors file: the tensors of method, heads and optimizer, everything else as JSON in the header, and a digest of the file
/// itself. It is written under another name, flushed and renamed, so that it is there whole or not at all. It holds only what the
/// configuration decides, so that equal runs have equal checkpoints; what the machine decides stands in `costs.json`.
///
/// It falls between two optimizer steps: no micro-batch is ever half accumulated.
public struct RunCheckpoint: Sendable, Codable, Equatable {
  /// A task that is being learned.
  public struct Progress: Sendable, Codable, Equatable {
    public var task: String
    public var cursor: TrainingState.Cursor
    public var dropout: RandomStream
  }

  /// Tasks learned, in order.
  public var learned: [String]
  public var matrix: TaskMatrix
  /// Scores with the task inferred; nil where the method has no router, and before the first task.
  public var routed: RoutedScores?
  /// Length of `events.jsonl` at this point.
  public var eventBytes: UInt64
  /// SHA-256 of `manifest.json`, which holds the configuration and the digests of base, tokenizer, prompts and data.
  public var manifestDigest: Digest
  /// nil between two tasks.
  public var progress: Progress?

  private static let stateKey = "state"
  private static let firstMoment = "optimizer.first_moment"
  private static let secondMoment = "optimizer.second_moment"

  /// Everything that a checkpoint's file holds.
  public struct Content {
    public let checkpoint: RunCheckpoint
    /// Tensors of the method and the heads.
    public let tensors: [String: Tensor]
    /// The optimizer's, while a task is being learned.
    public let training: TrainingState?
  }

  /// - Parameters:
  ///   - tensors: those of the method and the heads.
  ///   - training: the state of the task that is being learned.
  func write(_ tensors: [String: Tensor], training: TrainingState?, to url: URL) throws {
    var all = tensors
    if let training {
      all[Self.firstMoment] = training.firstMoment
      all[Self.secondMoment] = training.secondMoment
    }
    let state = String(decoding: try JSONFile.encode(self, pretty: false), as: UTF8.self)
    try SafetensorsFile.write(all, metadata: [Self.stateKey: state], sealed: true, to: url)
  }

  /// Reads a checkpoint and checks it to the last byte.
  /// - Throws: ``RunError/checkpointDamaged(path:reason:)``, `FileError`.
  public static func read(_ url: URL) throws -> Content {
    let file: SafetensorsFile
    do {
      file = try SafetensorsFile(url)
      try file.checkSeal()
    } catch let error as TorchError {
      throw RunError.checkpointDamaged(path: url.path, reason: "\(error)")
    }
    func damaged(_ reason: String) -> RunError { .checkpointDamaged(path: url.path, reason: reason) }
    guard let state = file.metadata[stateKey] else { throw damaged("it holds no state of a run") }
    let checkpoint: RunCheckpoint
    do {
      checkpoint = try JSONFile.decode(RunCheckpoint.self, from: Data(state.utf8), path: url.path)
    } catch let error as FileError {
      throw damaged("\(error)")
    }
    var tensors: [String: Tensor] = [:]
    // Copies: training changes tensors in place, and a mapped file must stay as it is.
    for name in file.names { tensors[name] = try file.tensor(name).cloned() }
    let moments = (tensors.removeValue(forKey: firstMoment), tensors.removeValue(forKey: secondMoment))
    guard let progress = checkpoint.progress else {
      return Content(checkpoint: checkpoint, tensors: tensors, training: nil)
    }
    guard let first = moments.0, let second = moments.1 else { throw damaged("the optimizer's moments are missing") }
    let training = TrainingState(
      cursor: progress.cursor, firstMoment: first, secondMoment: second, dropout: progress.dropout)
    return Content(checkpoint: checkpoint, tensors: tensors, training: training)
  }
}
