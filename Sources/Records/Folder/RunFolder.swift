import Files
public import Foundation

/// The URLs of a run's files. See ARCHITECTURE.md for what each holds.
public struct RunFolder: Sendable {
  public let url: URL
  package let sealing = RunSealing()

  public init(_ url: URL) { self.url = url }

  public var manifest: URL { url.appendingPathComponent("manifest.json") }
  public var events: URL { url.appendingPathComponent("events.jsonl") }
  public var timings: URL { url.appendingPathComponent("timings.jsonl") }
  public var matrix: URL { url.appendingPathComponent("matrix.json") }
  /// There where a suite has a legacy column.
  public var legacyMatrix: URL { url.appendingPathComponent("matrix-legacy.json") }
  /// R where the task of each row was inferred; missing where none was.
  public var inferredMatrix: URL { url.appendingPathComponent("matrix-inferred.json") }
  /// What the learned experts do in each layer; missing where nothing was measured.
  public var statistics: URL { url.appendingPathComponent("statistics.json") }
  public var metrics: URL { url.appendingPathComponent("metrics.json") }
  public var costs: URL { url.appendingPathComponent("costs.json") }
  /// There while a process works on the run.
  public var lock: URL { url.appendingPathComponent("lock") }
  public var checkpoints: URL { url.appendingPathComponent("checkpoints") }
  public var experts: URL { url.appendingPathComponent("experts") }

  public func expert(_ task: String) -> URL { experts.appendingPathComponent(task) }
  public func predictions(row: Int, task: String) -> URL {
    url.appendingPathComponent("predictions/row-\(row)/\(task).jsonl")
  }

  public func routedPredictions(row: Int, task: String) -> URL {
    url.appendingPathComponent("predictions-inferred/row-\(row)/\(task).jsonl")
  }

  /// A file of this run that is about to be read or written, if no symbolic link leads from it out of the folder.
  /// - Throws: `FileError.linkLeadsOut`.
  public func inside(_ file: URL) throws -> URL { try Containment.require(file, in: url) }

  /// Makes the folder of a new run. Of two processes that do so at the same moment, only one succeeds.
  /// - Throws: ``RunError/folderExists(_:)``: an earlier run is never touched; `FileError`.
  public func create() throws { try create(with: [checkpoints, experts]) }

  /// The same with other folders inside.
  package func create(with folders: [URL]) throws {
    do {
      try Self.makeFolder(url.deletingLastPathComponent())
    } catch FileError.notWritable(_, let reason) {
      throw FileError.notWritable(path: url.path, reason: reason)
    }
    guard mkdir(url.path, 0o777) == 0 else {
      let code = errno
      if code == EEXIST { throw RunError.folderExists(url.path) }
      if code == ENOSPC || code == EDQUOT { throw FileError.diskFull(path: url.path) }
      throw FileError.notWritable(path: url.path, reason: String(cString: strerror(code)))
    }
    do {
      for folder in folders { try Self.makeFolder(folder) }
    } catch {
      try? FileManager.default.removeItem(at: url)
      throw error
    }
  }

  /// Whether a file is one that was being written when its process was killed.
  package static func isPartial(_ name: String) -> Bool {
    name.hasPrefix(".") && name.hasSuffix(AtomicFile.partialSuffix)
  }

  /// - Throws: `FileError.notWritable`.
  public static func makeFolder(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch CocoaError.fileWriteOutOfSpace {
      throw FileError.diskFull(path: folder.path)
    } catch {
      throw FileError.notWritable(path: folder.path, reason: error.localizedDescription)
    }
  }

  /// Removes what a process that was killed was writing; only the holder of the lock may do this.
  package func removeLeftovers() throws {
    let files = FileManager.default
    guard let paths = files.enumerator(atPath: url.path) else { return }
    for case let path as String in paths {
      let name = (path as NSString).lastPathComponent
      guard Self.isPartial(name) else { continue }
      do {
        try files.removeItem(at: url.appendingPathComponent(path))
      } catch {
        throw FileError.notWritable(path: url.appendingPathComponent(path).path, reason: error.localizedDescription)
      }
    }
  }

  /// Reads the manifest of an existing run.
  /// - Throws: ``RunError/notARun(folder:)``; ``RunError/fileChanged(path:recorded:now:)``; `FileError` for a manifest that cannot be
  ///   one, or a symbolic link out of the folder.
  public func readManifest() throws -> Manifest {
    guard FileManager.default.fileExists(atPath: manifest.path) else { throw RunError.notARun(folder: url.path) }
    // Whatever reads or goes on with a run begins here: none of its folders may lead elsewhere.
    try Containment.requireNoLinksOut(of: url)
    let read = try Manifest.read(manifest)
    try requireSealed(manifest)
    return read
  }
}
