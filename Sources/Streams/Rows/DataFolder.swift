import Files
import Foundation

/// A folder where one file of rows belongs: other programs keep each part of a data set in a file of its own.
enum DataFolder {
  /// Names of parts, as a row's field "split" says them.
  private static let parts = ["train", "valid", "validation", "dev", "test"]

  static func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// What to do instead of naming the folder.
  ///
  /// - Parameter url: The folder.
  /// - Parameter joins: Whether rows are meant, whose parts can stand in one file.
  static func fix(_ url: URL, joins: Bool) -> String {
    let name = "Name the data file itself."
    let files = parts.map { url.appendingPathComponent("\($0).jsonl") }.filter {
      FileManager.default.fileExists(atPath: $0.path) && !isFolder($0)
    }
    guard joins, files.count > 1 else { return name }
    let joined = freeName(for: url.lastPathComponent)
    let program =
      "import json,sys,pathlib;[print(json.dumps({**json.loads(row),\"split\":pathlib.Path(name).stem}))"
      + " for name in sys.argv[1:] for row in open(name,encoding=\"utf-8-sig\") if row.strip()]"
    let names = files.map { ForeignFormat.quoted($0.relativePath) }.joined(separator: " ")
    return
      "Join its parts into one file, in which a field \"split\" says which part a row is of:"
      + " python3 -c '\(program)' \(names) > \(ForeignFormat.quoted(joined))"
  }

  /// A name in the working folder at which nothing would be overwritten.
  private static func freeName(for name: String) -> String {
    let names = ["\(name).jsonl", "\(name)-joined.jsonl"]
    return names.first { !FileManager.default.fileExists(atPath: $0) } ?? "JOINED.jsonl"
  }
}
