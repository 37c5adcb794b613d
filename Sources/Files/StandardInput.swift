public import Foundation

/// What comes through standard input, for commands that read it.
public enum StandardInput {
  /// What a file is called that is standard input.
  public static let name = "-"

  /// The most that is read: everything is held in memory.
  public static let sizeLimit = JSONFile.sizeLimit

  /// All of it.
  /// - Throws: `FileError.tooLarge(path:bytes:limit:)` as soon as more than ``sizeLimit`` has come; an error of reading.
  public static func read(limit: Int = sizeLimit) throws -> Data {
    var data = Data()
    while true {
      let piece = try RegularFile.piece(of: STDIN_FILENO, path: "standard input")
      if piece.isEmpty { return data }
      guard data.count + piece.count <= limit else {
        throw FileError.tooLarge(path: "standard input", bytes: data.count + piece.count, limit: limit)
      }
      data.append(contentsOf: piece)
    }
  }
}
