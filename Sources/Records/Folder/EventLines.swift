import Files
public import Foundation

/// Reads files of one JSON object a line, such as `events.jsonl`.
public enum EventLines {
  /// A line is a few hundred bytes; what is longer is none of ours.
  private static let longestLine = 1 << 20

  /// Reads the whole lines of a file, one after the other, however long it is.
  ///
  /// The file is not mapped, and half a last line is left out: a process that is working on the run adds lines, and one that goes on
  /// with it cuts the file.
  /// - Throws: `FileError` that names the file and the line; what `body` throws.
  public static func read<Event: Decodable>(
    _ type: Event.Type, from url: URL, _ body: (Event) throws -> Void
  ) throws {
    let file = try RegularFile(url)
    var (rest, number) = (Data(), 0)
    while true {
      let piece = try file.next()
      if piece.isEmpty { break }
      rest.append(contentsOf: piece)
      var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      rest = Data(lines.popLast() ?? Data())
      for line in lines {
        number += 1
        guard !line.isEmpty else { continue }
        try body(JSONFile.decode(type, from: Data(line), path: "\(url.path):\(number)"))
      }
      guard rest.count <= longestLine else {
        throw FileError.tooLarge(path: "\(url.path):\(number + 1)", bytes: rest.count, limit: longestLine)
      }
    }
  }
}
