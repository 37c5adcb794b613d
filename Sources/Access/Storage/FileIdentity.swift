import Files
import Foundation

/// Which file a path names: another file under the same name has another one.
struct FileIdentity: Equatable {
  private let device: UInt64
  private let number: UInt64

  /// - Throws: `FileError` where nothing is there, or the system refuses.
  init(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileError.system(errno, reading: path) }
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
  }
}
