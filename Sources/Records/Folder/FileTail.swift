import Files
package import Foundation

/// The end of a file that another process may be writing.
package enum FileTail {
  /// What stands at the end, 16 KiB at most.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - offset: Bytes that are passed over.
  /// - Returns: `nil` where nothing stands after `offset`.
  package static func text(of url: URL, from offset: UInt64 = 0) -> String? {
    guard let file = try? RegularFile(url) else { return nil }
    let handle = FileHandle(fileDescriptor: file.descriptor, closeOnDealloc: false)
    defer { withExtendedLifetime(file) {} }
    guard let end = try? handle.seekToEnd(), end > offset,
      (try? handle.seek(toOffset: max(offset, end - min(end, 16 << 10)))) != nil,
      let data = try? handle.readToEnd()
    else { return nil }
    return String(decoding: data, as: UTF8.self)
  }
}
