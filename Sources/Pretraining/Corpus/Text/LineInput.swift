import Foundation

/// The lines of a text file, one after the other, of which no more than one and a piece is in memory.
struct LineInput {
  /// The most bytes of a line; more is a mistake or an attack rather than a row.
  static let longestLine = 16 << 20

  /// The number of the line that was given last, from 1.
  private var number = 0
  private let path: String
  private var input: TextInput
  /// What was read and not given yet.
  private var buffer: [UInt8] = []
  private var start = 0
  /// How far the buffer has no line feed.
  private var searched = 0
  private var isAtEnd = false

  var bytesRead: Int { input.bytesRead }

  /// Where the line is that was given last, for errors.
  var location: String { "\(path):\(number)" }

  init(_ input: TextInput, path: String) {
    self.input = input
    self.path = path
  }

  /// The next line without its line feed, and without a byte order mark at the beginning of the file; `nil` after the last line.
  ///
  /// - Throws: ``CorpusError/text(_:)`` for one that is too long; what reading throws.
  mutating func next() throws -> [UInt8]? {
    while true {
      if let end = lineFeed() {
        defer { (start, searched) = (end + 1, end + 1) }
        return try line(start..<end)
      }
      searched = buffer.count
      if isAtEnd {
        defer { start = buffer.count }
        return start < buffer.count ? try line(start..<buffer.count) : nil
      }
      guard buffer.count - start <= Self.longestLine else { throw tooLong() }
      buffer.removeSubrange(..<start)
      (start, searched) = (0, buffer.count)
      let piece = try input.next()
      isAtEnd = piece.isEmpty
      buffer.append(contentsOf: piece)
    }
  }

  private func lineFeed() -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard searched < bytes.count, let first = bytes.baseAddress else { return nil }
      guard let found = memchr(first + searched, Int32(UInt8(ascii: "\n")), bytes.count - searched) else { return nil }
      return UnsafeRawPointer(found) - first
    }
  }

  private mutating func line(_ range: Range<Int>) throws -> [UInt8] {
    number += 1
    guard range.count <= Self.longestLine else {
      number -= 1
      throw tooLong()
    }
    let hasMark = number == 1 && buffer[range].starts(with: ByteOrderMark.bytes)
    return Array(buffer[hasMark ? range.dropFirst(ByteOrderMark.bytes.count) : range])
  }

  private func tooLong() -> CorpusError {
    .text(
      .init(
        "\(path):\(number + 1)", expected: "at most \(Self.longestLine >> 20) MiB in a line", got: "more",
        fix: "Put every row on a line of its own, and cut its text into several rows."))
  }
}

/// What some editors put before the text of a file; it is not part of the text.
enum ByteOrderMark {
  static let bytes: [UInt8] = [0xEF, 0xBB, 0xBF]
}
