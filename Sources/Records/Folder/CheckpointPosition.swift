import Files
public import Foundation

/// When a checkpoint was taken, and so what its file is called: `task-2.safetensors` after two tasks, and
/// `task-2-step-37.safetensors` after 37 steps of the third.
public struct CheckpointPosition: Sendable, Hashable, Comparable {
  /// Tasks that are learned and scored.
  public let learned: Int
  /// Steps of the next one; `nil` between two tasks.
  public let step: Int?

  public init(learned: Int, step: Int? = nil) {
    self.learned = learned
    self.step = step
  }

  /// - Returns: `nil` for a file that is not a checkpoint, such as one that was being written when its process was killed.
  package init?(fileName: String) {
    guard let match = fileName.wholeMatch(of: /task-([0-9]{1,9})(?:-step-([0-9]{1,15}))?\.safetensors/),
      let learned = Int(match.1)
    else { return nil }
    self.init(learned: learned, step: match.2.flatMap { Int($0) })
  }

  /// - Returns: `nil` for a path in a run's folder that is not a checkpoint's.
  package init?(path: String) {
    guard path.hasPrefix("checkpoints/") else { return nil }
    self.init(fileName: String(path.dropFirst("checkpoints/".count)))
  }

  public var fileName: String { "task-\(learned)" + (step.map { "-step-\($0)" } ?? "") + ".safetensors" }

  public static func < (a: CheckpointPosition, b: CheckpointPosition) -> Bool {
    (a.learned, a.step ?? -1) < (b.learned, b.step ?? -1)
  }
}

extension RunFolder {
  public func checkpoint(_ position: CheckpointPosition) -> URL {
    checkpoints.appendingPathComponent(position.fileName)
  }

  /// The state after `tasks` learned tasks.
  public func checkpoint(after tasks: Int) -> URL { checkpoint(CheckpointPosition(learned: tasks)) }

  /// All checkpoints that are there, the oldest first.
  public func checkpointPositions() throws -> [CheckpointPosition] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: checkpoints.path)
    } catch CocoaError.fileReadNoSuchFile, CocoaError.fileNoSuchFile {
      return []
    } catch {
      throw FileError.notReadable(path: checkpoints.path, reason: error.localizedDescription)
    }
    return names.compactMap(CheckpointPosition.init(fileName:)).sorted()
  }

  /// The newest checkpoint between two tasks that the run has written, whether or not it is there; `nil`: none, or the folder has no seal.
  package func newestSealed() throws -> CheckpointPosition? {
    try sealing.seal(of: self)?.files.keys.compactMap(CheckpointPosition.init(path:)).filter { $0.step == nil }.max()
  }

  /// Checkpoints inside of tasks that are no longer needed: all but the newest ones.
  ///
  /// - Parameters:
  ///   - kept: How many stay.
  ///   - new: One that is about to be written.
  package func outdatedCheckpoints(keeping kept: Int, beside new: CheckpointPosition? = nil) throws -> [URL] {
    let positions = Set(try checkpointPositions() + [new].compactMap(\.self)).sorted()
    return positions.filter { $0.step != nil }.dropLast(kept).map(checkpoint)
  }
}
