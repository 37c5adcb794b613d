import Files
public import Foundation

/// A file of one JSON object a line, to which lines are added at the end.
///
/// Lines reach the disk at ``flush()``, which a checkpoint calls. The checkpoint records the length of `events.jsonl`, and a resumed run
/// cuts the file back to it, so no step is listed twice. What the machine decides is never cut: work that was done twice stays listed
/// twice.
public final class EventLog {
  private let url: URL
  private var handle: FileHandle
  private var hashed: RunningDigest

  /// SHA-256 of all lines.
  var digest: Digest { hashed.digest }

  /// - Parameters:
  ///   - url: The file; made when it is missing.
  ///   - length: Bytes to keep of an existing file; `nil` keeps all whole lines.
  public init(_ url: URL, keeping length: UInt64? = nil) throws {
    self.url = url
    if !FileManager.default.fileExists(atPath: url.path) { try AtomicFile.write(Data(), to: url) }
    do {
      handle = try FileHandle(forUpdating: url)
      let present = try handle.seekToEnd()
      let length = try length ?? Self.wholeLines(of: url)
      guard present >= length else {
        throw FileError.notReadable(path: url.path, reason: "it has \(present) bytes, the checkpoint knows \(length)")
      }
      try handle.truncate(atOffset: length)
      try handle.seekToEnd()
      hashed = try RunningDigest(ofFirst: length, in: url)
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError.notWritable(path: url.path, reason: error.localizedDescription)
    }
  }

  /// Bytes up to the last line end: a process that was killed may have left half a line.
  private static func wholeLines(of url: URL) throws -> UInt64 {
    let file = try MappedFile(url)
    return withExtendedLifetime(file) {
      UInt64((file.bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)
    }
  }

  /// Adds a line.
  /// - Throws: `FileError` (a full disk).
  public func append(_ value: some Encodable) throws {
    var line = try JSONFile.encode(value, pretty: false)
    line.append(UInt8(ascii: "\n"))
    do {
      try handle.write(contentsOf: line)
      hashed.update(line)
    } catch {
      throw Self.fileError(error, url)
    }
  }

  /// Brings everything to the disk and tells the length.
  public func flush() throws -> UInt64 {
    do {
      try handle.synchronize()
      return try handle.offset()
    } catch {
      throw Self.fileError(error, url)
    }
  }

  private static func fileError(_ error: any Error, _ url: URL) -> FileError {
    let code = (error as NSError).code
    let full = code == CocoaError.Code.fileWriteOutOfSpace.rawValue || code == Int(ENOSPC)
    return full ? .diskFull(path: url.path) : .notWritable(path: url.path, reason: error.localizedDescription)
  }
}
