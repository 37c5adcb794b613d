import Files
import Foundation

/// Writes a tar file (ustar), entry by entry: equal entries give equal bytes, with no owner and no time.
final class TarWriter {
  private let descriptor: Int32
  private let path: String

  /// - Parameter url: A file that does not exist yet.
  /// - Throws: `FileError`.
  init(_ url: URL) throws {
    path = url.path
    descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw FileError.system(errno, writing: url.path) }
  }

  deinit { close(descriptor) }

  func add(_ name: String, _ data: Data) throws {
    try put(try Tar.header(name, bytes: data.count, path: path))
    try put([UInt8](data))
    try pad(data.count)
  }

  /// - Parameter bytes: How many the file must have.
  func add(_ name: String, fileAt url: URL, bytes: Int) throws {
    try put(try Tar.header(name, bytes: bytes, path: path))
    let file = try RegularFile(url)
    var count = 0
    while true {
      let piece = try file.next()
      if piece.isEmpty { break }
      count += piece.count
      try put(piece)
    }
    guard count == bytes else { throw FileError.notReadable(path: url.path, reason: "it changed while it was read") }
    try pad(bytes)
  }

  /// Ends and flushes it.
  func finish() throws {
    try put([UInt8](repeating: 0, count: 2 * Tar.block))
    guard fsync(descriptor) == 0 else { throw FileError.system(errno, writing: path) }
  }

  private func pad(_ bytes: Int) throws {
    let rest = bytes % Tar.block
    if rest > 0 { try put([UInt8](repeating: 0, count: Tar.block - rest)) }
  }

  private func put(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try AtomicFile.writeAll($0, to: descriptor, path: path) }
  }
}

/// The header of an entry.
enum Tar {
  static let block = 512

  static func header(_ name: String, bytes: Int, path: String) throws -> [UInt8] {
    guard name.utf8.count < 100, bytes < 1 << 33 else {
      throw FileError.notWritable(path: path, reason: "\(name): a bundle has no room for \(bytes) bytes in one blob")
    }
    var header = [UInt8](repeating: 0, count: block)
    func put(_ text: String, _ offset: Int) {
      header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
    func octal(_ value: Int, _ digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: max(digits - text.count, 0)) + text
    }
    put(name, 0)
    put(octal(0o444, 7), 100)
    put(octal(0, 7), 108)
    put(octal(0, 7), 116)
    put(octal(bytes, 11), 124)
    put(octal(0, 11), 136)
    put("        0", 148)
    put("ustar\u{0}00", 257)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", 148)
    return header
  }
}
