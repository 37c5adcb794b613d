package import Files
package import Foundation

/// Writing the files of a run, so that `seal.json` allows what is there at every moment. Only the holder of the lock may do this.
extension RunFolder {
  /// A file that is about to be written.
  package struct NewFile {
    package let file: URL
    package let data: Data

    package init(_ value: some Encodable, at file: URL) throws {
      self.file = file
      data = try JSONFile.encode(value) + Data("\n".utf8)
    }
  }

  /// Writes a file that nothing reads before the next checkpoint names it.
  package func write(_ data: Data, to file: URL) throws {
    try AtomicFile.write(data, to: inside(file))
    record(Digest(of: data), at: file)
  }

  /// Notes a file that was written, as ``write(_:to:)`` does.
  package func record(_ digest: Digest, at file: URL) {
    sealing.record(digest, at: name(of: file))
  }

  /// Writes a seal that allows what is there and what will be.
  ///
  /// - Parameters:
  ///   - new: Files with their digests to come.
  ///   - removed: Files that will be removed.
  ///   - logs: How long the files are that grow.
  package func announce(
    _ new: [(file: URL, digest: Digest)], removed: [URL] = [], logs: [(file: URL, log: RunSeal.Log)] = []
  )
    throws
  {
    sealing.update { seal in
      for (file, digest) in new { seal.announce(digest, at: name(of: file)) }
      for file in removed { seal.announce(nil, at: name(of: file)) }
      for (file, log) in logs { seal.logs[name(of: file)] = log }
    }
    try sealing.write(to: self)
  }

  /// Writes a seal that allows only what was announced: all of it is done.
  package func conclude() throws {
    sealing.update { $0.before = [:] }
    try sealing.write(to: self)
  }

  /// Writes announced files.
  package func write(_ files: [NewFile]) throws {
    for file in files { try AtomicFile.write(file.data, to: inside(file.file)) }
  }

  /// Takes the seal over, as the last process left it: what it was writing is there or is not.
  ///
  /// - Parameters:
  ///   - position: The checkpoint that the run goes on from; `nil`: there is none.
  ///   - eventBytes: What `events.jsonl` is cut to.
  /// - Throws: ``RunError/fileChanged(path:recorded:now:)`` for what it can't have left.
  package func takeSeal(at position: CheckpointPosition?, eventBytes: UInt64) throws {
    guard let position, var seal = try sealing.seal(of: self) else {
      return sealing.own(RunSeal(files: [name(of: manifest): try Digest(ofFile: manifest)]))
    }
    for name in seal.before.keys.sorted() {
      let file = url.appendingPathComponent(name)
      try requireSealed(file)
      seal.files[name] = try OptionalFile.read { try Digest(ofFile: inside(file)) }
    }
    seal.before = [:]
    // Checkpoints after this one were removed by somebody, who wants to go on from here.
    for name in seal.files.keys {
      guard let other = CheckpointPosition(path: name), other > position || other.step != nil else { continue }
      if !FileManager.default.fileExists(atPath: url.appendingPathComponent(name).path) { seal.files[name] = nil }
    }
    for log in [events, timings] { try requireSealedLog(log) }
    seal.logs[name(of: events)] = RunSeal.Log(
      bytes: eventBytes, digest: try RunningDigest(ofFirst: eventBytes, in: inside(events)).digest)
    sealing.own(seal)
    try sealing.write(to: self)
  }
}
