import Files
import Foundation
import Streams

/// The files of text that a tokenizer is trained on.
enum TrainingText {
  /// The longest line of a file, in bytes.
  private static let lineLimit = JSONFile.sizeLimit

  /// Gives the texts of a file one after the other: of a `.jsonl` file the field "text" of each row, of another one its lines, each
  /// with its line end.
  ///
  /// - Parameters:
  ///   - limit: no further text is read once those before have this many bytes of UTF-8 together; the last one is given whole.
  ///   - body: gets a text and the bytes of all so far.
  /// - Returns: the bytes of all texts.
  /// - Throws: `FileError`; `StreamError` that names the file and the line; what `body` throws.
  static func read(_ url: URL, limit: Int = .max, body: (String, Int) throws -> Void) throws -> Int {
    let file = try MappedFile(url)
    return try withExtendedLifetime(file) {
      guard !file.bytes.starts(with: [0x1F, 0x8B]) else {
        throw StreamError.file(
          detail(url, expected: "text", got: "a gzip archive", fix: "Unpack it first: gunzip -k \(url.path)"))
      }
      let isRows = url.pathExtension.lowercased() == "jsonl"
      var rest = file.bytes[...]
      var (taken, number) = (0, 0)
      while !rest.isEmpty, taken < limit {
        number += 1
        let line = rest.prefix(through: rest.firstIndex(of: 0x0A) ?? rest.endIndex - 1)
        rest = rest[line.endIndex...]
        guard line.count <= lineLimit else {
          throw StreamError.text(
            detail(
              url, number, expected: "at most \(lineLimit) bytes in a line", got: "\(line.count)",
              fix: "Cut it into more."))
        }
        let bytes = UnsafeRawBufferPointer(rebasing: line)
        guard let text = try isRows ? row(bytes, url, number) : plain(bytes, url, number) else { continue }
        taken += text.utf8.count
        try body(text, taken)
      }
      return taken
    }
  }

  private static func plain(_ line: UnsafeRawBufferPointer, _ url: URL, _ number: Int) throws -> String {
    guard let text = String(validating: line, as: UTF8.self) else {
      throw StreamError.text(
        detail(url, number, expected: "UTF-8 text", got: "bytes that are no UTF-8", fix: "Convert it to UTF-8."))
    }
    return text
  }

  /// The text of a row; nil for a blank line.
  private static func row(_ line: UnsafeRawBufferPointer, _ url: URL, _ number: Int) throws -> String? {
    if line.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) { return nil }
    let fix = "Write one JSON object on each line, with a string \"text\"."
    let members: [JSONTree.Member]
    do {
      guard case .object(let object) = try JSONTree(Data(line)) else {
        throw StreamError.json(detail(url, number, expected: "a JSON object", got: "another value", fix: fix))
      }
      members = object
    } catch let failure as JSONTree.Failure {
      let got = "byte \(failure.place): \(failure.reason)"
      throw StreamError.json(detail(url, number, expected: "a JSON object", got: got, fix: fix))
    }
    let name = Array("text".utf8)
    guard case .text(let bytes)? = members.first(where: { $0.name == name })?.value,
      let text = String(validating: bytes, as: UTF8.self)
    else {
      throw StreamError.field(detail(url, number, expected: "a string \"text\"", got: "none", fix: fix))
    }
    return text
  }

  private static func detail(
    _ url: URL, _ line: Int? = nil, expected: String, got: String, fix: String
  ) -> StreamError.Detail {
    StreamError.Detail(file: url.path, line: line, expected: expected, got: got, fix: fix)
  }
}
