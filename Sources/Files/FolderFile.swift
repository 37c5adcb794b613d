public import Foundation

/// Files of a folder that others may have written: a link in it must not lead to what lies outside of it.
///
/// Hugging Face's cache keeps the files of a repository once, in `blobs`, and a snapshot is a folder of links to them:
/// `models--ORG--NAME/snapshots/COMMIT/config.json → ../../blobs/…`. Links of a snapshot may lead to its blobs too.
public enum FolderFile {
  /// The URL of a file or folder in a folder.
  ///
  /// - Parameters:
  ///   - name: A plain name, without `/`.
  ///   - folder: Itself it may be a link: whoever names it has chosen it.
  /// - Throws: ``FileError/notFound(path:)``, ``FileError/linkLeadsOut(path:target:)``.
  public static func url(_ name: String, in folder: URL) throws -> URL {
    let url = folder.appendingPathComponent(name, isDirectory: false)
    var status = stat()
    guard lstat(url.path, &status) == 0 else { throw FileError.system(errno, reading: url.path) }
    guard status.st_mode & S_IFMT == S_IFLNK else { return url }
    let (target, inside) = (try resolved(url), try resolved(folder))
    let allowed = [inside + "/"] + (blobs(ofSnapshot: inside).map { [$0] } ?? [])
    guard allowed.contains(where: { target.utf8.starts(with: $0.utf8) }) else {
      throw FileError.linkLeadsOut(path: url.path, target: target)
    }
    return url
  }

  /// Whether something of this name is in a folder, a link that leads nowhere included.
  public static func exists(_ name: String, in folder: URL) -> Bool {
    var status = stat()
    return lstat(folder.appendingPathComponent(name, isDirectory: false).path, &status) == 0
  }

  /// The path, with a `/` behind it, of the blobs beside the folder `snapshots` that a folder lies in, at any depth; `nil` for others.
  ///
  /// - Parameter folder: A path without links. That of the blobs is not resolved: a link in their place leads nowhere that is allowed.
  private static func blobs(ofSnapshot folder: String) -> String? {
    let parts = folder.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard let snapshots = parts.dropLast().lastIndex(where: { $0.elementsEqual("snapshots".utf8) }) else { return nil }
    return String(folder[..<parts[snapshots].startIndex]) + "blobs/"
  }

  private static func resolved(_ url: URL) throws -> String {
    guard let path = realpath(url.path, nil) else { throw FileError.system(errno, reading: url.path) }
    defer { free(path) }
    return String(cString: path)
  }
}
