import Files
import Foundation
import Records

/// Folders in which a process was killed before anything was learned: the same `train` command takes them over.
extension RunFolder {
  /// Requires that a new run can be made here.
  /// - Throws: `RunError.folderExists(_:)`: an earlier run, and what is somebody else's, is never touched.
  func requireFree() throws {
    guard FolderFile.exists(url.lastPathComponent, in: url.deletingLastPathComponent()) else { return }
    guard try isBeginning() else { throw RunError.folderExists(url.path) }
  }

  /// Whether the folder holds what a run leaves that was killed before its first checkpoint, and nothing else.
  func isBeginning() throws -> Bool {
    var rest = [""]
    while let inner = rest.popLast() {
      let folder = inner.isEmpty ? url : url.appendingPathComponent(inner)
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return false }
      for name in names {
        let path = inner.isEmpty ? name : "\(inner)/\(name)"
        var status = stat()
        guard lstat(folder.appendingPathComponent(name).path, &status) == 0 else { return false }
        switch status.st_mode & S_IFMT {
        case S_IFDIR where Self.firstFolders.contains(path): rest.append(path)
        case S_IFREG where Self.isOfBeginning(path, bytes: Int(status.st_size)): continue
        default: return false
        }
      }
    }
    return true
  }

  private static let firstFolders: Set = ["checkpoints", "experts", "predictions", "predictions/row-0"]

  private static func isOfBeginning(_ path: String, bytes: Int) -> Bool {
    let name = (path as NSString).lastPathComponent
    if isPartial(name) { return true }
    // Steps are learned only once the first checkpoint is there.
    if ["events.jsonl", "timings.jsonl"].contains(path) { return bytes == 0 }
    return ["lock", "manifest.json", "seal.json", "costs.json"].contains(path)
      || path.hasPrefix("predictions/row-0/") && name.hasSuffix(".jsonl")
  }

  /// Makes the folder of a new run with its manifest, or takes over one in which nothing was learned.
  /// - Parameter tookOver: Told when there was one.
  /// - Throws: `RunError.folderExists(_:)`; `RunError.otherBeginning(folder:key:recorded:now:)`;
  ///   `RunError.inUse(folder:by:fix:)`; `FileError`, with a folder that was made here removed again.
  func begin(_ manifest: Manifest, tookOver: () -> Void) throws -> RunLock {
    do {
      try create()
    } catch RunError.folderExists {
      return try takeOver(manifest, tookOver)
    }
    do {
      let lock = try RunLock(self)
      try JSONFile.write(manifest, to: self.manifest)
      return lock
    } catch let error as RunError {
      // Another process was quicker, and the folder is its own now.
      throw error
    } catch {
      try? FileManager.default.removeItem(at: url)
      throw error
    }
  }

  private func takeOver(_ manifest: Manifest, _ tookOver: () -> Void) throws -> RunLock {
    try requireFree()
    let lock = try RunLock(self)
    // Another process may have learned something before it let go of the lock.
    try requireFree()
    if let left = try OptionalFile.read({ try Manifest.read(self.manifest) }),
      let change = try Differences.list(
        left.configuration.sayingCompute, manifest.configuration.sayingCompute
      ).first
    {
      throw RunError.otherBeginning(folder: url.path, key: change.key, recorded: change.first, now: change.second)
    }
    tookOver()
    let files = FileManager.default
    do {
      // The manifest last: without it nobody could tell whose beginning this was.
      let names = try files.contentsOfDirectory(atPath: url.path)
      // The seal after what it lists: a process that is killed here leaves a beginning that can be read.
      for name in names.sorted() where !["lock", "manifest.json"].contains(name) {
        try files.removeItem(at: url.appendingPathComponent(name))
      }
      for folder in [checkpoints, experts] { try Self.makeFolder(folder) }
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError.notWritable(path: url.path, reason: error.localizedDescription)
    }
    try JSONFile.write(manifest, to: self.manifest)
    return lock
  }
}
