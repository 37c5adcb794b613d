import Files
public import Foundation

extension ExpertArchive {
  /// `expert.json` is a few hundred bytes; nothing larger is read.
  private static let sizeLimit = 1 << 20

  /// Whether a folder holds an archive.
  public static func isArchive(_ folder: URL) -> Bool { FolderFile.exists(archiveFile, in: folder) }

  /// Reads `expert.json` alone, and checks that not one byte of it was changed. No other file is looked at, not even whether it
  /// exists.
  /// - Throws: ``ExpertError/notAnArchive(folder:)``, ``ExpertError/unsealed(folder:)`` for one of an earlier version, `FileError`.
  public static func read(_ folder: URL) throws -> ExpertArchive {
    guard isArchive(folder) else { throw ExpertError.notAnArchive(folder: folder.path) }
    let url = try FolderFile.url(archiveFile, in: folder)
    let data = try JSONFile.contents(of: url, limit: sizeLimit)
    guard try JSONFile.decode(Seal.self, from: data, path: url.path).digest != nil else {
      throw ExpertError.unsealed(folder: folder.path)
    }
    let archive = try JSONFile.decode(ExpertArchive.self, from: data, path: url.path)
    for (key, value) in [("name", archive.name), ("method", archive.method)] where !isSafe(value) {
      throw FileError.malformedJSON(
        path: url.path, reason: "`\(key)` has other characters than letters, digits, `.`, `_`, `-`, or a leading dot")
    }
    guard archive.bytes >= 0 else { throw FileError.malformedJSON(path: url.path, reason: "`bytes` is negative") }
    try SealedJSON.check(data, carries: archive.digest, path: url.path)
    return archive
  }

  /// What tells an archive of an earlier version, which did not carry a digest of itself.
  private struct Seal: Decodable {
    let digest: Digest?
  }

  /// Whether the files beside `expert.json` are those that were stored.
  /// - Throws: ``ExpertError/digestDiffers(expert:expected:got:)``,
  ///   ``ExpertError/configurationDiffers(folder:expected:got:)``, `FileError`.
  public func verify(in folder: URL) throws {
    let configuration = try Digest(ofFile: FolderFile.url(PEFTConfiguration.fileName, in: folder))
    guard configuration == configurationDigest else {
      throw ExpertError.configurationDiffers(
        folder: folder.path, expected: configurationDigest.description, got: configuration.description)
    }
    let url = try FolderFile.url(PEFTNames.fileName, in: folder)
    let found = try Digest(ofFile: url)
    guard found == tensorsDigest else {
      throw ExpertError.digestDiffers(
        expert: name, expected: tensorsDigest.description, got: found.description)
    }
  }
}
