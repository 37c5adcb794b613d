public import Files
public import Foundation
public import Learning
public import Randomness
public import Records
public import Torch

/// The whole state of a run at one moment.
///
/// A safetensors file: the tensors of method, heads and optimizer, everything else as JSON in the header, and a digest of the file
/// itself. A tensor that the checkpoint before it between two tasks had under the same name, bit for bit, is not written again: the
/// file names the one that holds it. It is written under another name, flushed and renamed, so that it is there whole or not at all. It
/// holds only what the configuration decides, so that equal runs have equal checkpoints; what the machine decides stands in `costs.json`.
///
/// It falls between two optimizer steps: no micro-batch is ever half accumulated.
public struct RunCheckpoint: Sendable, Codable, Equatable {
  /// A task that is being learned.
  public struct Progress: Sendable, Codable, Equatable {
    public var task: String
    public var cursor: TrainingState.Cursor
    public var dropout: RandomStream
  }

  /// Tensors that lie in an earlier checkpoint's file.
  public struct Reference: Sendable, Codable, Equatable {
    /// Its name, beside this one.
    public var file: String
    /// The digest that the file carries of itself.
    public var seal: String
    public var tensors: [String]
  }

  /// Tasks learned, in order.
  public var learned: [String]
  public var matrix: TaskMatrix
  /// Scores with the task inferred; `nil` where the method has no router, and before the first task.
  public var routed: RoutedScores?
  /// Length of `events.jsonl` at this point.
  public var eventBytes: UInt64
  /// SHA-256 of `manifest.json`, which holds the configuration and the digests of base, tokenizer, prompts and data.
  public var manifestDigest: Digest
  /// `nil` between two tasks.
  public var progress: Progress?
  /// `nil`: all tensors are in this file.
  public var references: [Reference]?
  /// SHA-256 of the run's files that are new or others since the checkpoint before it between two tasks, see `CheckpointFiles`; `nil`:
  /// an earlier version wrote it.
  public var files: [String: Digest]?

  private static let stateKey = "state"
  private static let firstMoment = "optimizer.first_moment"
  private static let secondMoment = "optimizer.second_moment"

  /// Everything that a checkpoint holds.
  public struct Content {
    public let checkpoint: RunCheckpoint
    /// Tensors of the method and the heads.
    public let tensors: [String: Tensor]
    /// The optimizer's, while a task is being learned.
    public let training: TrainingState?
    /// The files of those tensors that are not in the checkpoint's own.
    let owners: [String: String]
    /// The digest that each file carries of itself.
    let seals: [String: String]
  }

  /// Writes a checkpoint.
  ///
  /// - Parameters:
  ///   - tensors: Those of the method and the heads.
  ///   - training: The state of the task that is being learned.
  ///   - earlier: What need not be written again.
  ///   - url: The file, beside those of `earlier`.
  ///   - announce: Told the digest of the file's bytes before anything is written.
  /// - Returns: Where the tensors lie now.
  @discardableResult
  func write(
    _ tensors: [String: Tensor], training: TrainingState?, earlier: CheckpointIndex = CheckpointIndex(), to url: URL,
    announce: (Digest) throws -> Void = { _ in }
  ) throws -> CheckpointIndex {
    var (own, index) = ([String: Tensor](), CheckpointIndex())
    var elsewhere: [String: [String]] = [:]
    for (name, tensor) in tensors {
      let digest = try tensor.digest()
      if let location = earlier.locations[name], location.digest == digest {
        index.locations[name] = location
        elsewhere[location.file, default: []].append(name)
      } else {
        index.locations[name] = CheckpointIndex.Location(digest: digest, file: url.lastPathComponent)
        own[name] = tensor
      }
    }
    for file in elsewhere.keys { index.seals[file] = earlier.seals[file] }
    index.files = earlier.files.merging(files ?? [:]) { _, new in new }
    var state = self
    state.references =
      elsewhere.isEmpty
      ? nil
      : elsewhere.sorted { $0.key < $1.key }.map { file, names in
        Reference(file: file, seal: index.seals[file] ?? "", tensors: names.sorted())
      }
    if let training {
      own[Self.firstMoment] = training.firstMoment
      own[Self.secondMoment] = training.secondMoment
    }
    let text = String(decoding: try JSONFile.encode(state, pretty: false), as: UTF8.self)
    try SafetensorsFile.write(own, metadata: [Self.stateKey: text], sealed: true, to: url, announce: announce)
    index.seals[url.lastPathComponent] = try SafetensorsFile(url).seal
    return index
  }

  /// Reads a checkpoint and checks it to the last byte, with the files that it refers to.
  /// - Throws: `RunError.checkpointDamaged(path:reason:)`; `RunError.checkpointNeeds(path:other:reason:)`; `FileError`.
  public static func read(_ url: URL) throws -> Content {
    let file = try open(url)
    func damaged(_ reason: String) -> RunError { .checkpointDamaged(path: url.path, reason: reason) }
    let checkpoint = try state(of: file, url)
    var tensors: [String: Tensor] = [:]
    // Copies: training changes tensors in place, and a mapped file must stay as it is.
    for name in file.names { tensors[name] = try file.tensor(name).cloned() }
    let moments = (tensors.removeValue(forKey: firstMoment), tensors.removeValue(forKey: secondMoment))
    var (owners, seals) = ([String: String](), [url.lastPathComponent: file.seal ?? ""])
    for reference in checkpoint.references ?? [] {
      guard let position = CheckpointPosition(fileName: reference.file), position.step == nil,
        position.learned <= checkpoint.learned.count, seals[reference.file] == nil
      else { throw damaged("it refers to `\(reference.file.prefix(60))`, which is not an earlier checkpoint") }
      let other = try open(reference, beside: url)
      seals[reference.file] = reference.seal
      for name in reference.tensors {
        guard tensors[name] == nil, other.shape(of: name) != nil else {
          throw damaged(
            "it refers to `\(name.prefix(60))` of \(reference.file), which has no such tensor, or another file has it too"
          )
        }
        tensors[name] = try other.tensor(name).cloned()
        owners[name] = reference.file
      }
    }
    func content(_ training: TrainingState?) -> Content {
      Content(checkpoint: checkpoint, tensors: tensors, training: training, owners: owners, seals: seals)
    }
    guard let progress = checkpoint.progress else { return content(nil) }
    guard let first = moments.0, let second = moments.1 else { throw damaged("the optimizer's moments are missing") }
    return content(
      TrainingState(cursor: progress.cursor, firstMoment: first, secondMoment: second, dropout: progress.dropout))
  }

  /// What a checkpoint says beside its tensors, whose bytes are not looked at.
  /// - Throws: As ``read(_:)``.
  package static func state(of url: URL) throws -> RunCheckpoint {
    do {
      return try state(of: SafetensorsFile(url), url)
    } catch let error as TorchError {
      throw RunError.checkpointDamaged(path: url.path, reason: "\(error)")
    }
  }

  private static func state(of file: SafetensorsFile, _ url: URL) throws -> RunCheckpoint {
    guard let state = file.metadata[stateKey] else {
      throw RunError.checkpointDamaged(path: url.path, reason: "it holds no state of a run")
    }
    do {
      return try JSONFile.decode(RunCheckpoint.self, from: Data(state.utf8), path: url.path)
    } catch let error as FileError {
      throw RunError.checkpointDamaged(path: url.path, reason: "\(error)")
    }
  }

  /// A file that is what was written.
  private static func open(_ url: URL) throws -> SafetensorsFile {
    do {
      let file = try SafetensorsFile(url)
      try file.checkSeal()
      return file
    } catch let error as TorchError {
      throw RunError.checkpointDamaged(path: url.path, reason: "\(error)")
    }
  }

  private static func open(_ reference: Reference, beside url: URL) throws -> SafetensorsFile {
    let other = url.deletingLastPathComponent().appendingPathComponent(reference.file)
    func refuse(_ reason: String) -> RunError {
      .checkpointNeeds(path: url.path, other: other.path, reason: reason)
    }
    do {
      let file = try SafetensorsFile(other)
      try file.checkSeal()
      guard file.seal == reference.seal else { throw refuse("it is another file than the one that was there") }
      return file
    } catch FileError.notFound {
      throw refuse("it is missing")
    } catch let error as TorchError {
      throw refuse("it is damaged: \(error)")
    }
  }
}
