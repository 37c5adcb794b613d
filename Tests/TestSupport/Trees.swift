package import Foundation

/// The files below a folder, by their path in it.
///
/// - Parameter folders: Whether folders are listed, too, without data.
package func tree(_ folder: URL, folders: Bool = false) throws -> [String: Data] {
  var result: [String: Data] = [:]
  for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
    let file = folder.appendingPathComponent(path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder) else { continue }
    if !isFolder.boolValue { result[path] = try Data(contentsOf: file) } else if folders { result[path] = Data() }
  }
  return result
}

/// Paths at which two trees differ, sorted.
package func differences(_ one: [String: Data], _ other: [String: Data]) -> [String] {
  Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted()
}

/// Changes one byte of a file; negative positions count from the end.
package func flip(_ file: URL, at position: Int) throws {
  var bytes = try Data(contentsOf: file)
  bytes[position < 0 ? bytes.count + position : position] ^= 0x40
  try bytes.write(to: file)
}
