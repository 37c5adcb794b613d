import Files
import Foundation
import Registry

/// Files of the loop: lists of rows, training sets and releases that are not published yet, each named by its digest.
///
/// They lie in the registry's folder `loop/` and are no blobs: texts never enter what an export or a backup carries, and a release that
/// waits for weeks is nobody's rubbish.
struct LoopFiles: Sendable {
  /// The folder.
  let folder: URL

  /// - Parameter registry: The registry's folder.
  init(in registry: URL) { folder = registry.appendingPathComponent("loop") }

  /// Where a file lies, whose name says what a version was learned from.
  ///
  /// - Parameter digest: Its digest.
  func url(_ digest: Digest) -> URL { folder.appendingPathComponent("\(digest.hexadecimal).jsonl") }

  /// Keeps bytes; fine where they are there.
  ///
  /// - Parameter data: The bytes.
  /// - Throws: `FileError`.
  func add(_ data: Data) throws -> Digest {
    let digest = Digest(of: data)
    if (try? read(digest)) == data {
      // As young as if it were written now: nobody takes it for what an earlier job has left.
      utimensat(AT_FDCWD, url(digest).path, nil, 0)
      return digest
    }
    if mkdir(folder.path, 0o700) != 0, errno != EEXIST { throw FileError.system(errno, writing: folder.path) }
    try AtomicFile.write(data, to: url(digest))
    return digest
  }

  /// The bytes of a file, which are those that its name says.
  ///
  /// - Parameter digest: Its digest.
  /// - Throws: `FileError`, `RegistryError.blobChanged(expected:got:path:)`.
  func read(_ digest: Digest) throws -> Data {
    let data = try JSONFile.contents(of: url(digest))
    let got = Digest(of: data)
    guard got == digest else { throw RegistryError.blobChanged(expected: digest, got: got, path: url(digest).path) }
    return data
  }

  /// The lines of a file.
  ///
  /// - Parameter type: What each line is.
  /// - Parameter digest: The file's digest.
  func lines<Line: Decodable>(_ type: Line.Type, _ digest: Digest) throws -> [Line] {
    let path = url(digest).path
    return try read(digest).split(separator: UInt8(ascii: "\n")).map {
      try JSONFile.decode(type, from: Data($0), path: path)
    }
  }

  /// A file that is younger may belong to what a runner is about to write down.
  private static let quietSeconds = 3600.0

  /// Files that were not touched for a while; those that people gave are not among them.
  func quiet() -> [Digest] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.compactMap { name in
      guard name.hasSuffix(".jsonl"), let digest = Digest("sha256:" + name.dropLast(".jsonl".count)) else { return nil }
      let touched = try? FileManager.default.attributesOfItem(atPath: url(digest).path)[.modificationDate] as? Date
      guard let touched, touched.timeIntervalSinceNow < -Self.quietSeconds else { return nil }
      return digest
    }
  }

  /// Removes a file that nothing needs any more, and the log of what was learned from it.
  ///
  /// - Parameter digest: Its digest.
  func remove(_ digest: Digest) {
    unlink(url(digest).path)
    unlink(url(digest).deletingPathExtension().appendingPathExtension("log").path)
  }

  /// Rows of a task that two people have verified, and which nothing but gate G7 reads; none where nobody gave any.
  ///
  /// - Parameter task: The task.
  func verified(_ task: String) throws -> [TrainingLine] {
    let url = folder.appendingPathComponent("verified").appendingPathComponent("\(task).jsonl")
    let data = try OptionalFile.read { try JSONFile.contents(of: url) } ?? Data()
    return try data.split(separator: UInt8(ascii: "\n")).map {
      try JSONFile.decode(TrainingLine.self, from: Data($0), path: url.path)
    }
  }
}

/// A line of a training set, as `learn` reads it.
struct TrainingLine: Sendable, Codable, Equatable {
  /// What a row is for.
  enum Split: String, Sendable, Codable { case train, validation, test }

  let id: String
  let text: String
  let label: String
  /// Rows that were verified have none.
  let split: Split?
  /// The event that made the label final.
  let sequence: Int?
}

/// A line of a frozen list of rows: digests, and what each row may do.
struct FrozenRow: Sendable, Codable, Equatable {
  /// What a row may do for the set.
  enum Use: String, Sendable, Codable { case teach, gate }

  let id: String
  let digest: Digest
  let sequence: Int
  let use: Use
}
