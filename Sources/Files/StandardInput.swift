public import Foundation
import Synchronization

/// What comes through standard input, for commands that read it.
public enum StandardInput {
  /// What a file is called that is standard input.
  public static let name = "-"

  /// What messages call it.
  public static let title = "standard input"

  /// The most that is read: everything is held in memory.
  public static let sizeLimit = JSONFile.sizeLimit

  private static let isClosed = Atomic<Bool>(false)

  /// Whoever started this process has closed it (`accrete predict - <&-`): from now on reading it is an error. To be called by a program
  /// where ``StandardDescriptors/openMissing()`` says so, as what that opens reads like an empty file.
  public static func lose() { isClosed.store(true, ordering: .relaxed) }

  /// The next bytes; none at its end.
  /// - Throws: `FileError.notReadable(path:reason:)` where it is closed, or reading fails.
  public static func piece() throws -> [UInt8] {
    guard !isClosed.load(ordering: .relaxed) else {
      throw FileError.notReadable(
        path: title,
        reason: "it is closed, and this command reads it. Open it: `accrete … < FILE`, or a pipe.")
    }
    return try RegularFile.piece(of: STDIN_FILENO, path: title)
  }

  /// All of it.
  /// - Throws: `FileError.tooLarge(path:bytes:limit:)` as soon as more than ``sizeLimit`` has come; as ``piece()``.
  public static func read(limit: Int = sizeLimit) throws -> Data {
    var data = Data()
    while true {
      let piece = try piece()
      if piece.isEmpty { return data }
      guard data.count + piece.count <= limit else {
        throw FileError.tooLarge(path: title, bytes: data.count + piece.count, limit: limit)
      }
      data.append(contentsOf: piece)
    }
  }
}
