import Foundation

/// A folder that is removed when the test has let go of it.
final class Scratch: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("accrete-reports-\(UUID().uuidString)")
      .resolvingSymlinksInPath()
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  func place(_ name: String) -> URL { url.appendingPathComponent(name) }

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
}
