import Foundation

/// A folder that is removed when the test has let go of it.
final class Scratch: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("accrete-cli-\(UUID().uuidString)")
      .resolvingSymlinksInPath()
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  func place(_ name: String) -> URL { url.appendingPathComponent(name) }

  func text(_ name: String) throws -> String { try String(contentsOf: place(name), encoding: .utf8) }

  /// Writes a file, with the folders on its way.
  @discardableResult func write(_ content: Data, to name: String) throws -> URL {
    let file = place(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try content.write(to: file)
    return file
  }

  @discardableResult func write(_ content: String, to name: String) throws -> URL {
    try write(Data(content.utf8), to: name)
  }

  /// Copies a file or a folder into this one.
  @discardableResult func copy(_ source: URL, as name: String) throws -> URL {
    try FileManager.default.createDirectory(
      at: place(name).deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: source, to: place(name))
    return place(name)
  }

  /// A copy of the embedded base.
  func copyBase() throws -> URL { try copy(Accrete.base, as: "base") }
}

/// The files and folders below a folder, by their path in it; a folder has no data.
func tree(_ folder: URL) throws -> [String: Data] {
  var result: [String: Data] = [:]
  for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
    let file = folder.appendingPathComponent(path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder) else { continue }
    result[path] = isFolder.boolValue ? Data() : try Data(contentsOf: file)
  }
  return result
}

/// Paths at which two trees differ, sorted.
func differences(_ one: [String: Data], _ other: [String: Data]) -> [String] {
  Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted()
}
