package import Foundation

/// A folder that is removed when the test has let go of it.
package final class Scratch: Sendable {
  package let url: URL

  package init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("accrete-tests-\(UUID().uuidString)")
      .resolvingSymlinksInPath()
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  package func url(_ name: String) -> URL { url.appendingPathComponent(name) }

  package func text(_ name: String) throws -> String { try String(contentsOf: url(name), encoding: .utf8) }

  /// Writes a file, with the folders on its way.
  @discardableResult package func write(_ content: Data, to name: String) throws -> URL {
    let file = try made(name)
    try content.write(to: file)
    return file
  }

  @discardableResult package func write(_ content: String, to name: String) throws -> URL {
    try write(Data(content.utf8), to: name)
  }

  /// Copies a file or a folder into this one.
  @discardableResult package func copy(_ source: URL, as name: String) throws -> URL {
    let target = try made(name)
    try FileManager.default.copyItem(at: source, to: target)
    return target
  }

  /// Makes a symbolic link.
  package func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: made(name).path, withDestinationPath: target)
  }

  /// A URL whose folder is there.
  private func made(_ name: String) throws -> URL {
    let file = url(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    return file
  }
}
