import Files
public import Foundation

/// The files that a path stands for: a file itself, a folder the files in it, a pattern the files that match.
public enum TextFiles {
  /// - Parameters:
  ///   - url: A file; a folder, of which the files that may hold text are meant, those of folders inside left out; or a pattern with
  ///     `*`, `?` or `[…]`, as a shell has them.
  /// - Returns: Files in the order of their names' bytes; a path without a pattern that leads nowhere is given back, so that reading it
  ///   says so.
  /// - Throws: ``CorpusError/file(_:)`` for a folder without text and a pattern that nothing matches; `FileError`.
  public static func named(by url: URL) throws -> [URL] {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) {
      return isFolder.boolValue ? try files(in: url) : [url]
    }
    guard url.path.utf8.contains(where: { "*?[".utf8.contains($0) }) else { return [url] }
    let matches = try matches(url.path).filter(isFile)
    guard !matches.isEmpty else { throw none(url, "a pattern that some file matches", "none that does") }
    return sorted(matches)
  }

  private static func files(in folder: URL) throws -> [URL] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw FileError.notReadable(path: folder.path, reason: error.localizedDescription)
    }
    let files = names.filter { !$0.hasPrefix(".") }.map { folder.appendingPathComponent($0, isDirectory: false) }
      .filter { TextFileKind.mayHoldText($0) && isFile($0) }
    guard !files.isEmpty else { throw none(folder, "a folder with .jsonl or .txt files", "one without") }
    return sorted(files)
  }

  private static func isFile(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && !isFolder.boolValue
  }

  /// The same order on every machine and in every language.
  private static func sorted(_ files: [URL]) -> [URL] {
    files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private static func matches(_ pattern: String) throws -> [URL] {
    var found = glob_t()
    defer { globfree(&found) }
    let code = glob(pattern, GLOB_NOSORT, nil, &found)
    guard code == 0 || code == GLOB_NOMATCH else {
      throw FileError.notReadable(path: pattern, reason: "its folders cannot be read")
    }
    return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { URL(fileURLWithPath: String(cString: $0)) } }
  }

  private static func none(_ url: URL, _ expected: String, _ got: String) -> CorpusError {
    .file(.init(url.path, expected: expected, got: got, fix: "Correct the path, or name the files themselves."))
  }
}
