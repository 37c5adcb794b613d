import Foundation

/// The documents of a source, one after the other; no more than one of them and a piece of the file are in memory.
///
/// Blank lines are passed over. A byte order mark at the beginning of a file is not part of its text.
public struct DocumentReader {
  /// The most bytes of a `.txt` file, unpacked: it is one document, and a document is tokenized as a whole.
  public static let longestText = 64 << 20

  private let files: [URL]
  private let field: [UInt8]
  /// The number of the file that is opened next.
  private var next = 0
  /// The open file, if it is one of rows; one of text is read when it is opened.
  private var lines: LineInput?
  private var bytesOfFilesDone = 0
  /// The second document, which is read with the first: whether there is one decides what the first is.
  /// What is wrong with it is said when it is asked for.
  private var ahead: Result<RawDocument?, any Error>?
  private var isBegun = false

  /// - Parameter source: Whose files are opened one after the other, as they are needed.
  public init(_ source: TextSource) { (files, field) = (source.files, Array(source.field.utf8)) }

  /// Bytes of the files, as they lie on the disk, that were read so far.
  public var bytesRead: Int { bytesOfFilesDone + (lines?.bytesRead ?? 0) }

  /// The UTF-8 of the next document, which may be empty; `nil` after the last.
  ///
  /// - Throws: ``CorpusError`` that names the file and, of one that has rows, the line.
  public mutating func nextDocument() throws -> [UInt8]? {
    try nextRaw()?.text()
  }

  /// The next document, cut into what is learned from and what is held out; an empty one has no parts. `nil` after the last.
  ///
  /// - Throws: As ``nextDocument()``.
  public mutating func nextParts(_ rule: HeldOutRule) throws -> [HeldOutRule.Part]? {
    try nextRaw().map { try rule.parts(of: $0.text(), isOnly: $0.isOnly) }
  }

  /// The next document as it lies in its file.
  mutating func nextRaw() throws -> RawDocument? {
    guard isBegun else {
      isBegun = true
      guard var first = try read() else { return nil }
      let second = Result { try read() }
      if case .success(nil) = second { first.isOnly = true }
      ahead = second
      return first
    }
    if let second = ahead {
      ahead = nil
      return try second.get()
    }
    return try read()
  }

  private mutating func read() throws -> RawDocument? {
    while true {
      while let line = try lines?.next() {
        if line.allSatisfy(Self.isBlank) { continue }
        return RawDocument(location: lines?.location ?? "", form: .rows, bytes: line, field: field)
      }
      bytesOfFilesDone += lines?.bytesRead ?? 0
      lines = nil
      guard next < files.count else { return nil }
      let url = files[next]
      next += 1
      let kind = try TextFileKind(of: url)
      var input = try TextInput(url, isGzipped: kind.isGzipped)
      guard kind.form == .text else {
        lines = LineInput(input, path: url.relativePath)
        continue
      }
      let text = try Self.whole(&input, path: url.relativePath)
      bytesOfFilesDone += input.bytesRead
      return RawDocument(location: url.relativePath, form: .text, bytes: text, field: field)
    }
  }

  private static func whole(_ input: inout TextInput, path: String) throws -> [UInt8] {
    var text: [UInt8] = []
    while true {
      let piece = try input.next()
      if piece.isEmpty { break }
      guard text.count + piece.count <= longestText else {
        throw CorpusError.text(
          .init(
            path, expected: "at most \(longestText >> 20) MiB in a .txt file, which is one document", got: "more",
            fix: "Cut it into several files, or write it as .jsonl with one {\"text\": …} for each part."))
      }
      text += piece
    }
    return text.starts(with: ByteOrderMark.bytes) ? Array(text.dropFirst(ByteOrderMark.bytes.count)) : text
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
