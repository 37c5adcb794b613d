public import Files
public import Foundation
public import Torch

/// The state of a run between two tasks.
///
/// A folder with `state.safetensors` (every tensor of the method and the heads) and `state.json` (the rest, with the
/// digest of the tensors). `state.json` is written last: a checkpoint without it does not exist.
public struct RunCheckpoint: Sendable, Codable, Equatable {
  /// Tasks learned, in order.
  public var learned: [String]
  public var matrix: TaskMatrix
  public var costs: [TaskCosts]
  /// Length of the event files at this point.
  public var eventBytes: UInt64
  public var timingBytes: UInt64
  public var tensorsDigest: Digest
  /// SHA-256 of `manifest.json`, which holds everything that decides the run; nil in folders of before it was recorded.
  public var manifestDigest: Digest?

  static let tensorsFile = "state.safetensors"
  static let stateFile = "state.json"

  /// Writes the checkpoint; returns the digest of its tensors.
  static func writeTensors(_ tensors: [String: Tensor], to folder: URL) throws -> Digest {
    try RunFolder.makeFolder(folder)
    return try SafetensorsFile.write(tensors, to: folder.appendingPathComponent(tensorsFile))
  }

  func write(to folder: URL) throws {
    try JSONFile.write(self, to: folder.appendingPathComponent(Self.stateFile))
  }

  /// Reads a checkpoint and checks its tensors against the digest.
  /// - Throws: ``RunError/checkpointDamaged(path:reason:)``.
  public static func read(_ folder: URL) throws -> (checkpoint: RunCheckpoint, tensors: [String: Tensor]) {
    let checkpoint = try JSONFile.read(RunCheckpoint.self, from: folder.appendingPathComponent(stateFile))
    let file = try SafetensorsFile(folder.appendingPathComponent(tensorsFile))
    guard file.digest() == checkpoint.tensorsDigest else {
      throw RunError.checkpointDamaged(path: file.url.path, reason: "its bytes are not those that were written")
    }
    var tensors: [String: Tensor] = [:]
    // Copies: training changes tensors in place, and a mapped file must stay as it is.
    for name in file.names { tensors[name] = try file.tensor(name).cloned() }
    return (checkpoint, tensors)
  }

  /// The newest complete checkpoint of a run; nil when there is none yet.
  public static func newest(in run: RunFolder, tasks: Int) -> URL? {
    (0...max(tasks, 0)).reversed().map { run.checkpoint(after: $0) }.first {
      FileManager.default.fileExists(atPath: $0.appendingPathComponent(stateFile).path)
    }
  }
}
