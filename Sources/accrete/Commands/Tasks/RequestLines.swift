import Files
import Foundation
import Streams

/// A line of a stream that asks for nothing that can be answered.
struct RequestProblem {
  /// Its number, from 1.
  let line: Int
  let error: any Error

  var text: String { "\(error)" }
}

/// Lines that ask for answers, from a file or from standard input, in batches: what is there already is answered together.
struct RequestLines {
  /// Lines that are answered together, at most.
  static let most = 512

  /// Bytes of one line, at most: as in files of rows.
  private static let longestLine = 16 << 20

  private let name: String
  private let descriptor: Int32
  private let file: RegularFile?
  /// What was read: answered lines, then the rest.
  private var rest: [UInt8] = []
  /// Where the next line begins, and how far it was searched for its end.
  private var (start, searched) = (0, 0)
  private var line = 0
  private var isEnd = false
  /// What is wrong with a line of a file, thrown after the lines before it were answered.
  private var problem: (any Error)?

  /// Lines that are answered together.
  struct Batch {
    var rows: [RequestRow] = []
    /// What is wrong with the line after them. Of standard input alone: a file ends there.
    var problem: RequestProblem?
  }

  /// - Parameter path: A file; `-` is standard input.
  init(_ path: String) throws {
    name = path == StandardInput.name ? "standard input" : path
    file = path == StandardInput.name ? nil : try RegularFile(URL(fileURLWithPath: absolute(path)))
    descriptor = file?.descriptor ?? STDIN_FILENO
  }

  /// The next lines; nil at the end. Blank lines are passed over.
  mutating func next() throws -> Batch? {
    if let problem { throw problem }
    var batch = Batch()
    while batch.rows.count < Self.most {
      if let bytes = takeLine() {
        line += 1
        guard bytes.contains(where: { $0 != 0x20 && !(0x09...0x0D).contains($0) }) else { continue }
        do {
          batch.rows.append(try RequestRow(bytes, line: line, file: name))
        } catch {
          if file == nil {
            batch.problem = RequestProblem(line: line, error: error)
          } else {
            if batch.rows.isEmpty { throw error }
            problem = error
          }
          return batch
        }
        continue
      }
      if isEnd { break }
      // Somebody may wait for the answer to what was sent: nothing more is waited for then.
      if !batch.rows.isEmpty, file == nil, !hasMore { break }
      try read()
    }
    return batch.rows.isEmpty && isEnd ? nil : batch
  }

  private mutating func takeLine() -> Data? {
    guard let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
      searched = rest.endIndex
      guard isEnd, !rest.isEmpty else { return nil }
      defer { (rest, searched) = ([], 0) }
      return Data(rest[start...])
    }
    let bytes = Data(rest[start..<end])
    (start, searched) = (end + 1, end + 1)
    if start == rest.endIndex {
      rest.removeAll(keepingCapacity: true)
      (start, searched) = (0, 0)
    }
    return bytes
  }

  private mutating func read() throws {
    let piece = try RegularFile.piece(of: descriptor, path: name)
    guard !piece.isEmpty else {
      isEnd = true
      if start == rest.endIndex { (rest, start, searched) = ([], 0, 0) }
      return
    }
    // Once for each piece, so that a long line is moved once and not searched again.
    if start > 0 {
      rest.removeFirst(start)
      (start, searched) = (0, searched - start)
    }
    guard rest.count <= Self.longestLine else {
      throw FileError.tooLarge(path: "\(name), line \(line + 1)", bytes: rest.count, limit: Self.longestLine)
    }
    rest += piece
  }

  private var hasMore: Bool {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&wanted, 1, 0) > 0
  }
}
