public import Files
public import Foundation

extension ExpertArchive {
  /// `expert.json` is a few hundred bytes; nothing larger is read.
  private static let sizeLimit = 1 << 20

  /// Whether a folder holds an archive.
  public static func isArchive(_ folder: URL) -> Bool { FolderFile.exists(archiveFile, in: folder) }

  /// Reads `expert.json` alone: no tensor is touched, nor whether they are there.
  /// - Throws: ``ExpertError/notAnArchive(folder:)``, `FileError`.
  public static func read(_ folder: URL) throws -> ExpertArchive {
    guard isArchive(folder) else { throw ExpertError.notAnArchive(folder: folder.path) }
    let url = try FolderFile.url(archiveFile, in: folder)
    let archive = try JSONFile.read(ExpertArchive.self, from: url, limit: sizeLimit)
    for (key, value) in [("name", archive.name), ("method", archive.method)] where !isSafe(value) {
      throw FileError.malformedJSON(
        path: url.path, reason: "`\(key)` has other characters than letters, digits, `.`, `_`, `-`, or a leading dot")
    }
    let digests = [archive.baseDigest, archive.tokenizerDigest, archive.tensorsDigest]
    guard (digests + [archive.promptDigest].compactMap(\.self)).allSatisfy(\.isWellFormed) else {
      throw FileError.malformedJSON(path: url.path, reason: "a digest is not `sha256:` and 64 hexadecimal digits")
    }
    guard archive.bytes >= 0 else { throw FileError.malformedJSON(path: url.path, reason: "`bytes` is negative") }
    return archive
  }

  /// Whether the tensors on disk are those that were stored.
  /// - Throws: ``ExpertError/digestDiffers(expert:expected:got:)``, `FileError`.
  public func verify(in folder: URL) throws {
    let url = try FolderFile.url(PEFTNames.fileName, in: folder)
    let found = try Digest(ofFile: url)
    guard found == tensorsDigest else {
      throw ExpertError.digestDiffers(
        expert: name, expected: tensorsDigest.description, got: found.description)
    }
  }
}
