package import Files
package import Foundation

/// `seal.json`: SHA-256 of every file of a run that anything reads, and of itself. Written with every checkpoint.
///
/// A file is replaced in three steps, so a process killed at any time leaves a folder that its seal allows. First the seal is written with
/// the digest that the file will have and, in ``before``, the one that it has. Then the file. Then the seal without ``before``.
package struct RunSeal: Sendable, Codable, Equatable {
  /// The beginning of a file that grows: its first bytes, up to the last checkpoint.
  package struct Log: Sendable, Codable, Equatable {
    package var bytes: UInt64
    package var digest: Digest

    package init(bytes: UInt64, digest: Digest) {
      self.bytes = bytes
      self.digest = digest
    }
  }

  /// By path in the folder.
  package var files: [String: Digest] = [:]
  /// `events.jsonl` and `timings.jsonl`.
  package var logs: [String: Log] = [:]
  /// Files that may still be what they were, because a process is writing them or was killed then; `nil`: missing.
  package var before: [String: Digest?] = [:]
  /// SHA-256 of the whole file with zeros in its stead.
  package var digest = SealedJSON.blank

  package init(
    files: [String: Digest] = [:], logs: [String: Log] = [:], before: [String: Digest?] = [:],
    digest: Digest = SealedJSON.blank
  ) {
    self.files = files
    self.logs = logs
    self.before = before
    self.digest = digest
  }

  /// Whether a file may have this content; `nil`: it is missing.
  package func allows(_ found: Digest?, at name: String) -> Bool {
    if files[name] == found { return true }
    guard let earlier = before[name] else { return false }
    return earlier == found
  }

  /// Notes what a file is about to become; `nil`: it is removed.
  package mutating func announce(_ digest: Digest?, at name: String) {
    guard files[name] != digest else { return }
    if before[name] == nil { before.updateValue(files[name], forKey: name) }
    files[name] = digest
  }

  /// Whether a name leads into the folder in the one way in which it is written: a file that is listed under a million spellings
  /// would be read a million times.
  private static func isPath(_ name: String) -> Bool {
    name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8) && !part.contains(0)
    }
  }

  /// - Throws: `FileError` for a file that was changed, or that lists what is not a path in a folder.
  package static func decode(_ data: Data, path: String) throws -> RunSeal {
    var seal = try JSONFile.decode(RunSeal.self, from: data, path: path)
    try SealedJSON.check(data, carries: seal.digest, path: path)
    for name in [Array(seal.files.keys), Array(seal.before.keys), Array(seal.logs.keys)].joined()
    where !isPath(name) {
      throw FileError.malformedJSON(
        path: path, reason: "it lists `\(name.prefix(60))`, which is not a path in the folder")
    }
    seal.digest = SealedJSON.blank
    return seal
  }
}
