import Files
import Foundation
import Records
import Runs

/// A path that stands in a file of options means what it means on the command line: from the folder in which the command is given.
enum PathInFile {
  /// - Parameters:
  ///   - path: As it is written.
  ///   - key: Of the file.
  ///   - file: That file.
  /// - Throws: `RunError` for what is not there, but lies beside the file: earlier versions meant that.
  static func absolute(_ path: String, key: String, of file: URL) throws -> String {
    let meant = accrete.absolute(path)
    let beside = URL(fileURLWithPath: path, relativeTo: file.deletingLastPathComponent()).standardizedFileURL.path
    let isThere = FileManager.default.fileExists(atPath:)
    guard !isThere(meant), isThere(beside) else { return meant }
    throw RunError.invalidConfiguration(
      key: "\(file.path.printable): \(key)", got: "\(path.printable), which is meant from the file's own folder",
      allowed: "paths from the folder in which the command is given, as on the command line: \(beside.printable)")
  }
}
